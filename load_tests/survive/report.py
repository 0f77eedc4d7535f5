"""The table of a run, for docs/ as Markdown and for people as a page with pictures."""

from __future__ import annotations

import html
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from load_tests.scans.damage import CLASSES, FAMILIES
from load_tests.scans.qualities import Family
from load_tests.survive.trial import RESOLUTIONS, Read, Result

GOAL, GOAL_COMBINED = 1.0, 0.99
GOAL_SECONDS = 0.5
_COLUMNS = ("damage", "dpi", "read, tuning", "read, held out", "p50 s", "p99 s", "wrong", "goal")


@dataclass(frozen=True, slots=True)
class Line:
    """One class at one resolution."""

    name: str
    dpi: int
    read: dict[Family, tuple[int, int]]
    median: float
    slow: float
    wrong: int
    refused: int

    @property
    def good(self) -> bool:
        done, count = (sum(part) for part in zip(*self.read.values(), strict=True))
        goal = GOAL_COMBINED if (self.name, self.dpi) == (CLASSES[-1], 200) else GOAL
        return done >= goal * count and self.median < GOAL_SECONDS and not self.wrong


def lines(results: Iterable[Result]) -> list[Line]:
    found = list(results)
    made = []
    for name in CLASSES:
        for dpi in RESOLUTIONS:
            here = [result for result in found if (result.trial.name, result.trial.dpi) == (name, dpi)]
            if not here:
                continue
            times = sorted(result.seconds for result in here)
            made.append(
                Line(
                    name=name,
                    dpi=dpi,
                    read={family: _read(here, family) for family in FAMILIES},
                    median=statistics.median(times),
                    slow=times[min(len(times) - 1, len(times) * 99 // 100)],
                    wrong=sum(result.read is Read.WRONG for result in here),
                    refused=sum(result.read is Read.REFUSED for result in here),
                )
            )
    return made


def _read(results: Sequence[Result], family: Family) -> tuple[int, int]:
    here = [result for result in results if result.trial.family is family]
    return sum(result.read is Read.RIGHT for result in here), len(here)


def cells(line: Line) -> tuple[str, ...]:
    tuning, held_out = (f"{done}/{count}" for done, count in (line.read[family] for family in FAMILIES))
    wrong = f"{line.wrong}" + (f" ({line.refused} refused)" if line.refused else "")
    verdict = "reached" if line.good else "missed"
    return (
        line.name,
        str(line.dpi),
        tuning,
        held_out,
        f"{line.median:.2f}",
        f"{line.slow:.2f}",
        wrong,
        verdict,
    )


def summary(made: Sequence[Line]) -> str:
    done = sum(part for line in made for part, _ in line.read.values())
    count = sum(part for line in made for _, part in line.read.values())
    wrong, reached = sum(line.wrong for line in made), sum(line.good for line in made)
    return (
        f"{done:,} of {count:,} backs read, wrong content accepted {wrong} times, "
        f"goal reached in {reached} of {len(made)} classes."
    )


def markdown(made: Sequence[Line], date: str) -> str:
    said = (
        f"`make survive`, {date}. Simulated: nothing was printed. Every sheet is another certificate of invented "
        "residents, sealed with other random bytes. The models are data in `load_tests/scans`; *held out* are "
        "those with another renderer (poppler), other kernels and other parameters, which no reader was tuned on. "
        "Seconds are CPU of one core from the picture to the verdict."
    )
    goal = (
        f"{summary(made)} Goal: 100 % read (99 % for everything combined at 200 dpi), half of them in under "
        f"{GOAL_SECONDS} s, nothing wrong ever accepted."
    )
    rows = ["| " + " | ".join(cells(line)) + " |" for line in made]
    return "\n".join(
        [
            "# Backs that survive",
            "",
            said,
            "",
            goal,
            "",
            "| " + " | ".join(_COLUMNS) + " |",
            "|---|---:|---:|---:|---:|---:|---:|---|",
            *rows,
            "",
        ]
    )


_STYLE = """
:root{color-scheme:light;--ink:#1b2733;--line:#d7dee6;--good:#18794e;--bad:#b42318}
body{font:15px/1.55 system-ui,sans-serif;color:var(--ink);margin:0 auto;max-width:1080px;padding:32px 24px}
h1{font-size:28px;margin:0 0 4px}p{max-width:72ch}
table{border-collapse:collapse;width:100%;margin:20px 0 36px;font-variant-numeric:tabular-nums}
th,td{padding:7px 10px;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child,th:last-child,td:last-child{text-align:left}
th{font-weight:600;border-bottom:2px solid var(--ink)}
td.reached,td.found{color:var(--good)}td.missed{color:var(--bad);font-weight:600}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:20px}
figure{margin:0}img{width:100%;border:1px solid var(--line);background:#fff}
figcaption{font-size:13px;padding-top:4px}
"""


def page(
    title: str,
    text: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    pictures: Sequence[tuple[str, Path]],
) -> str:
    """One page of HTML; pictures are named by paths beside it."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join(
        "<tr>"
        + "".join(f'<td class="{html.escape(cell)}">{html.escape(cell)}</td>' for cell in row)
        + "</tr>"
        for row in rows
    )
    shown = "".join(
        f'<figure><img src="{html.escape(path.name)}" alt="" loading="lazy"><figcaption>{html.escape(name)}</figcaption></figure>'
        for name, path in pictures
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><div class=grid>{shown}</div></html>"
    )


def html_page(made: Sequence[Line], pictures: Sequence[tuple[str, Path]]) -> str:
    return page("Backs that survive", summary(made), _COLUMNS, [cells(line) for line in made], pictures)
