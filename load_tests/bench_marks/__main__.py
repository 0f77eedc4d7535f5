"""``python -m load_tests.bench_marks``: one table of the marks and of two libraries that stamp, each in its own processes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from load_tests.bench_marks.subjects import (
    OWN_1,
    OWN_2,
    PIKEPDF_1,
    PIKEPDF_2,
    PYPDF_1,
    PYPDF_2,
    STEPS,
    SUBJECTS,
)
from load_tests.in_turns import Found, Page, Spread, in_turns, options_of, spread

_BENCH = "load_tests.bench_marks"
_PAGE = Page(
    name="marks",
    title="Marking a certificate",
    how=(
        "Certificates of invented households of four (one page) and six (two pages), the same for all, each subject in "
        "processes of its own, in turns. A line with a dash is one step for a file of two pages. pypdf and pikepdf are "
        "given the ground and every finished back as PDF, so they neither seal nor encode. A file opens when its fronts "
        "name their 発行番号 and its backs are read and say what was sealed."
    ),
)
_ASKED_MS, _ASKED_TIMES, _ASKED_BYTES = 1.0, 5.0, 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One subject: CPU an order, bytes added to the file, 0 where no file is written."""

    name: str
    cpu: Spread
    added: int
    right: bool


def _line(name: str, rounds: Sequence[Found]) -> Line:
    return Line(
        name=name,
        cpu=spread(rounds),
        added=int(rounds[0]["added"]),
        right=all(found["right"] for found in rounds),
    )


def _table(lines: Sequence[Line]) -> list[str]:
    """Markdown; steps are those of an order of two pages."""
    rows = ["| what | CPU ms, median | 10–90 % | bytes added | opens |", "|---|---:|---:|---:|---|"]
    for line in lines:
        step = line.name in STEPS
        rows.append(
            f"| {'– ' if step else ''}{line.name} | {line.cpu} "
            f"| {f'{line.added:,}' if line.added else ''} | {'' if step else 'yes' if line.right else 'no'} |"
        )
    return rows


def _verdicts(lines: Sequence[Line]) -> list[str]:
    """What was asked, beside what was reached."""
    by_name = {line.name: line for line in lines}
    if not {OWN_1, OWN_2} <= by_name.keys():
        return []
    one, two = by_name[OWN_1], by_name[OWN_2]
    found = [
        f"- our own two-page file: asked {_ASKED_MS:.0f} ms of CPU for everything, {two.cpu.median:.3f}",
        f"- a sheet more adds {two.added - one.added:,} bytes, asked {_ASKED_BYTES:,}",
        f"- constant objects, once a file: {2 * one.added - two.added:,} bytes",
    ]
    for ours, theirs, asked in (
        (one, PYPDF_1, _ASKED_TIMES),
        (two, PYPDF_2, _ASKED_TIMES),
        (one, PIKEPDF_1, None),
        (two, PIKEPDF_2, None),
    ):
        if theirs in by_name:
            wish = f"asked {asked:.0f} times, " if asked else ""
            found.append(f"- against {theirs}: {wish}{by_name[theirs].cpu.median / ours.cpu.median:.1f}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    options = options_of(_BENCH, __doc__, SUBJECTS, seconds=2.0).parse_args(arguments)
    names = [name for name in SUBJECTS if not options.only or name in options.only]
    found, missing = in_turns(_BENCH, names, options.seconds, options.rounds)
    lines = [_line(name, rounds) for name, rounds in found.items()]
    report = [
        *_table(lines),
        "",
        *_verdicts(lines),
        *[f"- {name}: not run ({why})" for name, why in missing.items()],
    ]
    print("\n".join(report))
    if options.out is not None:
        _PAGE.write(options.out, lines, report, {})
    return 0 if lines else 1


if __name__ == "__main__":
    sys.exit(main())
