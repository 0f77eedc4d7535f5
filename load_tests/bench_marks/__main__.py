"""``python -m load_tests.bench_marks``: one table of the marks and of two libraries that stamp, each in its own processes."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

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

_ROUNDS = 3
_ASKED_MS, _ASKED_TIMES, _ASKED_BYTES = 1.0, 5.0, 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One subject. Milliseconds of CPU an order (median, and the tenth and ninetieth of a hundred), bytes added to the
    file, 0 where no file is written."""

    name: str
    median: float
    low: float
    high: float
    added: int
    right: bool


def _measured(name: str, seconds: float) -> dict[str, object] | str:
    """What the process printed, or why it did not."""
    command = [sys.executable, "-m", "load_tests.bench_marks.measure", name, str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _line(name: str, rounds: Sequence[dict[str, object]]) -> Line:
    times = sorted(time for found in rounds for time in found["times"])  # type: ignore[attr-defined]
    return Line(
        name=name,
        median=statistics.median(times),
        low=times[len(times) // 10],
        high=times[len(times) * 9 // 10],
        added=int(str(rounds[0]["added"])),
        right=all(bool(found["right"]) for found in rounds),
    )


def _table(lines: Sequence[Line]) -> list[str]:
    """Markdown; steps are those of an order of two pages."""
    rows = ["| what | CPU ms, median | 10–90 % | bytes added | opens |", "|---|---:|---:|---:|---|"]
    for line in lines:
        step = line.name in STEPS
        rows.append(
            f"| {'– ' if step else ''}{line.name} | {line.median:.3f} | {line.low:.3f}–{line.high:.3f} "
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
        f"- our own two-page file: asked {_ASKED_MS:.0f} ms of CPU for everything, {two.median:.3f}",
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
            found.append(f"- against {theirs}: {wish}{by_name[theirs].median / ours.median:.1f}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m load_tests.bench_marks", description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for marks.json and marks.md")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each subject in each round")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument(
        "--only", action="append", choices=sorted(SUBJECTS), help="only this subject; may be repeated"
    )
    options = parser.parse_args(arguments)
    names = [name for name in SUBJECTS if not options.only or name in options.only]
    found: dict[str, list[dict[str, object]]] = {name: [] for name in names}
    missing: dict[str, str] = {}
    for place in range(options.rounds):
        for name in names:
            if name in missing:
                continue
            print(f"\rround {place + 1} of {options.rounds}: {name:<45}", end="", file=sys.stderr, flush=True)
            measured = _measured(name, options.seconds)
            if isinstance(measured, str):
                missing[name] = measured
            else:
                found[name].append(measured)
    print("\r" + " " * 65 + "\r", end="", file=sys.stderr)
    lines = [_line(name, rounds) for name, rounds in found.items() if rounds]
    report = [
        *_table(lines),
        "",
        *_verdicts(lines),
        *[f"- {name}: not run ({why})" for name, why in missing.items()],
    ]
    print("\n".join(report))
    if options.out is not None:
        _write(options.out, lines, report)
    return 0 if lines else 1


def _write(folder: Path, lines: Sequence[Line], report: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    machine = f"{platform.processor() or platform.machine()}, Python {platform.python_version()}"
    document = {
        "name": "marks",
        "command": "make bench-marks",
        "machine": machine,
        "rows": [asdict(line) for line in lines],
    }
    (folder / "marks.json").write_text(
        json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    how = (
        f"`make bench-marks`, {machine}. Certificates of invented households of four (one page) and six (two pages), the "
        "same for all, each subject in processes of its own, in turns. A line with a dash is one step for a file of two "
        "pages. pypdf and pikepdf are given the ground and every finished back as PDF, so they neither seal nor encode. A "
        "file opens when its fronts name their 発行番号 and its backs are read and say what was sealed."
    )
    (folder / "marks.md").write_text(
        "\n".join(["# Marking a certificate", "", how, "", *report, ""]), encoding="utf-8"
    )


if __name__ == "__main__":
    sys.exit(main())
