"""The figures for people: a table on the terminal, a page and pictures for the documentation, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from load_tests.bench_sync.asked import STUDIED, comparisons
from load_tests.bench_sync.figures import Figure, Figures, Key, Unit

JSON_NAME = "sync.json"
PAGE_NAME = "sync.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Without which a figure says nothing."""

    command: str
    machine: str
    date: str
    seed: int
    residents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """Another run's figures, taken up as they are: rows of label, value and unit."""

    name: str
    command: str
    machine: str
    rows: Sequence[tuple[str, float, str]]


def this_machine() -> str:
    """Processor, cores, memory and Python."""
    model = platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        model = next(iter(names), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def read_sized(path: Path) -> Sized | None:
    """The JSON of the run at a large city's size; None when there was none."""
    if not path.exists():
        return None
    held = json.loads(path.read_text("utf-8"))
    rows = [(str(row["label"]), float(row["value"]), str(row["unit"])) for row in held["rows"]]
    return Sized(name=held["name"], command=held["command"], machine=held["machine"], rows=rows)


def table(figures: Figures) -> Sequence[str]:
    """Markdown: every figure, what multiple it is of single commits (our store's, a bare INSERT's) and of raw COPY in
    this very run, and the study's figure on its own machine."""
    rows = [
        "| what | value | × one event a transaction | × raw commit | of raw COPY | study |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    return [*rows, *(_row(figure, figures) for figure in figures.taken)]


def _row(figure: Figure, figures: Figures) -> str:
    if figure.unit is not Unit.PER_SECOND:
        return f"| {figure.key.value} | {figure.value:,.2f} {figure.unit.value} | | | | |"
    lite = figure.key.name.startswith("LITE")
    single = figures.value(Key.LITE_SINGLE if lite else Key.SINGLE)
    raw = figures.value(Key.LITE_RAW_COMMIT if lite else Key.RAW_COMMIT)
    copy = None if lite else figures.value(Key.RAW_COPY)
    cells = [
        f"×{figure.value / single:,.1f}" if single else "",
        f"×{figure.value / raw:,.1f}" if raw else "",
        f"{figure.value / copy:.1%}" if copy else "",
        "–".join(f"{value:,.0f}" for value in sorted(set(STUDIED.get(figure.key, ())))),
    ]
    return f"| {figure.key.value} | {figure.value:,.0f}/s | {' | '.join(cells)} |"


def asked_table(figures: Figures) -> Sequence[str]:
    """Markdown: the multiples that were asked for beside those of this run."""
    rows = ["| multiple of one commit an event | asked | reached | |", "|---|---:|---:|---|"]
    return [
        *rows,
        *(
            f"| {one.key.value} | ×{one.asked:,.0f} | ×{one.reached:,.0f} | {'yes' if one.held else 'not reached'} |"
            for one in comparisons(figures)
        ),
    ]


def page(figures: Figures, about: Circumstances, pictures: Sequence[str], sized: Sized | None) -> str:
    """The page of the documentation; nothing in it is typed by hand."""
    lines = [
        "# Change data: measured",
        "",
        f"`{about.command}` on {about.date}: {about.machine}; {about.residents:,} invented residents, seed {about.seed}.",
        "PostgreSQL with fsync, SQLite with WAL and `synchronous=FULL`; services, database and load on the same machine.",
        "Compare ratios, not figures: all of them are of one run.",
        "",
        *table(figures),
        "",
        "## Asked and reached",
        "",
        "The study whose figures are the yardstick ran on another machine, so both sides are multiples of the rate at",
        "which the same database commits one event at a time; here the faster one of our store's and a bare INSERT's.",
        "",
        *asked_table(figures),
        "",
        *(f"![{Path(name).stem}]({name})" for name in pictures),
    ]
    lines += [f"\nNot measured: {note}." for note in figures.notes]
    if sized is not None:
        lines += ["", f"## {sized.name}", "", f"`{sized.command}`: {sized.machine}", ""]
        lines += ["| what | value |", "|---|---:|"]
        lines += [f"| {label} | {value:,.2f} {unit} |" for label, value, unit in sized.rows]
    return "\n".join(lines).rstrip() + "\n"


def as_json(figures: Figures, about: Circumstances) -> str:
    held = {
        "name": "change data",
        "command": about.command,
        "machine": about.machine,
        "date": about.date,
        "seed": about.seed,
        "residents": about.residents,
        "notes": figures.notes,
        "rows": [
            {
                "key": one.key.name,
                "label": one.key.value,
                "value": round(one.value, 3),
                "unit": one.unit.value,
            }
            for one in figures.taken
        ],
        "comparisons": [
            {"key": one.key.name, "asked": round(one.asked, 1), "reached": round(one.reached, 1)}
            for one in comparisons(figures)
        ],
    }
    return json.dumps(held, ensure_ascii=False, indent=2) + "\n"
