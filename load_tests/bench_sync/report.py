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
    """Another run's figures, taken up as they are: rows of label, value and unit; a value that is a count is whole."""

    name: str
    command: str
    machine: str
    date: str
    rows: Sequence[tuple[str, float, str]]


def shown(value: float) -> str:
    """A count, or what is large, as a whole number; else with two decimals."""
    return f"{value:,.0f}" if isinstance(value, int) or value >= 1000 else f"{value:,.2f}"


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
    rows = [(row["label"], row["value"], row["unit"]) for row in held["rows"]]
    return Sized(
        name=held["name"], command=held["command"], machine=held["machine"], date=held["date"], rows=rows
    )


def table(figures: Figures) -> Sequence[str]:
    """Markdown: every figure, what multiple it is of a bare upsert with a commit each, of one event a transaction
    through our store, and of raw COPY in this very run, and the study's figure on its own machine."""
    rows = [
        "| what | value | × bare upsert, one commit each | × one event a transaction | of raw COPY | study |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    return [*rows, *(_row(figure, figures) for figure in figures.taken)]


def _row(figure: Figure, figures: Figures) -> str:
    if figure.unit is not Unit.PER_SECOND:
        return f"| {figure.key.value} | {figure.value:,.2f} {figure.unit.value} | | | | |"
    name = figure.key.name
    lite, slow = name.startswith("LITE"), "SLOW" in name
    raw = figures.value(_single(lite=lite, slow=slow))
    single = None if slow else figures.value(Key.LITE_SINGLE if lite else Key.SINGLE)
    copy = None if lite else figures.value(Key.RAW_COPY)
    cells = [
        f"×{figure.value / raw:,.1f}" if raw else "",
        f"×{figure.value / single:,.1f}" if single else "",
        f"{figure.value / copy:.1%}" if copy else "",
        "–".join(f"{value:,.0f}" for value in sorted(set(STUDIED.get(figure.key, ())))),
    ]
    return f"| {figure.key.value} | {figure.value:,.0f}/s | {' | '.join(cells)} |"


def _single(*, lite: bool, slow: bool) -> Key:
    """The single commit in the same database and with the same commits."""
    if lite:
        return Key.LITE_SLOW_COMMIT if slow else Key.LITE_RAW_COMMIT
    return Key.SLOW_COMMIT if slow else Key.RAW_COMMIT


def asked_table(figures: Figures) -> Sequence[str]:
    """Markdown: the multiples that were asked for beside those of this run."""
    rows = [
        "| multiple of a bare upsert, one commit each | asked | reached, commits as slow as the study's | | on this disk |",
        "|---|---:|---:|---|---:|",
    ]
    return [
        *rows,
        *(
            f"| {one.key.value} | ×{one.asked:,.1f} | ×{one.reached:,.1f} | {'yes' if one.held else 'not reached'} "
            f"| {'' if one.here is None else f'×{one.here:,.1f}'} |"
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
        "The yardstick is the study's own: a full row upserted by the bare driver, one commit each, in the same database and",
        "run; the same for every row. Such a multiple says first of all how long a commit takes. The study's took about 4 ms",
        '("fsync-bound"); here it is another time, and on a machine that has other work another one in every run: see the',
        "bare upsert above. So both sides were measured once more with every commit delayed to the study's length",
        "(`commit_delay`; SQLite: a sleep after each commit), and that is what is held against what was asked. Our store's",
        "own rate of one event a transaction is no yardstick: it is bound by round trips, and a slow store would flatter",
        "itself. The study wrote its batches bare; ours look up, check, and keep inbox, history, leaves and chain besides.",
        "",
        *asked_table(figures),
        "",
        *(f"![{Path(name).stem}]({name})" for name in pictures),
    ]
    lines += [f"\nNot measured: {note}." for note in figures.notes]
    text = "\n".join(lines).rstrip() + "\n"
    return text if sized is None else with_sized(text, sized)


def with_sized(text: str, sized: Sized) -> str:
    """The page ``text`` with this run's section at its end, in the place of an earlier one."""
    section = sized_section(sized)
    before = text.partition(f"{section[0]}\n")[0].rstrip()
    return "\n".join([before, "", *section]) + "\n"


def sized_section(sized: Sized) -> Sequence[str]:
    """Markdown: another run, with its own day and machine."""
    return [
        f"## {sized.name[:1].upper()}{sized.name[1:]}",
        "",
        f"`{sized.command}` on {sized.date}: {sized.machine}. A run of its own: none of the ratios above are with these.",
        "",
        "| what | value |",
        "|---|---:|",
        *(f"| {label} | {f'{shown(value)} {unit}'.rstrip()} |" for label, value, unit in sized.rows),
    ]


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
