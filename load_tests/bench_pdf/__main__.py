"""``python -m load_tests.bench_pdf``: one table of all builders, each in processes of its own, in turns."""

from __future__ import annotations

import argparse
import json
import pickle
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from load_tests.bench_pdf.peers import PEERS
from load_tests.bench_pdf.sheets import contents
from load_tests.bench_pdf.workers import worked

_ROUNDS = 3
_ORDERS = 200
_QUICK, _STOCK, _TYPST = "quick writer", "reportlab, stock", "typst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One builder. Milliseconds of CPU a document (median, and the tenth and ninetieth of a hundred), documents a second
    and core, bytes of a document, megabytes at the peak."""

    name: str
    median: float
    low: float
    high: float
    per_second: float
    bytes: int
    memory: int
    right: bool


def _measured(name: str, seconds: float) -> dict[str, object] | str:
    """What the process printed, or why it did not."""
    command = [sys.executable, "-m", "load_tests.bench_pdf.measure", name, str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _line(name: str, rounds: Sequence[dict[str, object]]) -> Line:
    times = sorted(time for found in rounds for time in found["times"])  # type: ignore[attr-defined]
    median = statistics.median(times)
    return Line(
        name=name,
        median=median,
        low=times[len(times) // 10],
        high=times[len(times) * 9 // 10],
        per_second=1000 / median,
        bytes=int(str(rounds[0]["bytes"])),
        memory=max(int(str(found["memory"])) for found in rounds),
        right=all(bool(found["right"]) for found in rounds),
    )


def _table(lines: Sequence[Line]) -> list[str]:
    """Markdown; the last column says how many times as long as the quick writer each takes."""
    base = next((line.median for line in lines if line.name == _QUICK), None)
    rows = [
        "| builder | CPU ms, median | 10–90 % | docs/s/core | bytes | peak MB | text right | × quick |",
        "|---|---:|---:|---:|---:|---:|---|---:|",
    ]
    rows += [
        f"| {line.name} | {line.median:.3f} | {line.low:.3f}–{line.high:.3f} | {line.per_second:,.0f} | {line.bytes:,} "
        f"| {line.memory:,} | {'yes' if line.right else 'no'} | {line.median / base if base else 0:.1f} |"
        for line in lines
    ]
    return rows


def _memory(count: int) -> tuple[dict[str, object], list[str]]:
    """Of writers forked from one parent, and of the whole issuance server run so: as data and as sentences."""
    command = [sys.executable, "-m", "load_tests.bench_pdf.forked", str(count)]
    done = subprocess.run(
        command, input=pickle.dumps(contents(30 * count)), stdout=subprocess.PIPE, check=True
    )
    writers: dict[str, object] = json.loads(done.stdout)
    each: list[float] = json.loads(done.stdout)["workers"]
    found = [
        f"- {count} writers after fork, each having written and read back: asked 20 MB of proportional memory each, {max(each):.1f}"
    ]
    whole = worked(count, _ORDERS)
    shares = [worker.proportional for worker in whole.workers]
    own = [worker.own for worker in whole.workers]
    found.append(
        f"- the whole issuance server in {count} workers (web, database, TLS), {whole.issued} certificates issued: "
        f"{max(shares):.0f} MB of proportional memory each at most, {max(own):.0f} MB of it its own"
    )
    return {"writers": writers, "server": asdict(whole)}, found


def _verdicts(lines: Sequence[Line]) -> list[str]:
    """What was asked, beside what was reached."""
    by_name = {line.name: line for line in lines}
    quick = by_name.get(_QUICK)
    if quick is None:
        return []
    found = [
        f"- four-member sheet: asked 0.3 ms of CPU, {quick.median:.3f}; asked 45,000 bytes, {quick.bytes:,}"
    ]
    for name, asked in ((_STOCK, 150), (_TYPST, 25)):
        if name in by_name:
            found.append(f"- against {name}: asked {asked} times, {by_name[name].median / quick.median:.0f}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m load_tests.bench_pdf", description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for pdf.json and pdf.md")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each builder in each round")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--workers", type=int, default=4, help="forked, to see their memory; 0 for none")
    parser.add_argument(
        "--only", action="append", choices=sorted(PEERS), help="only this builder; may be repeated"
    )
    options = parser.parse_args(arguments)
    names = [name for name in PEERS if not options.only or name in options.only]
    found: dict[str, list[dict[str, object]]] = {name: [] for name in names}
    missing: dict[str, str] = {}
    for place in range(options.rounds):
        for name in names:
            if name in missing:
                continue
            print(f"\rround {place + 1} of {options.rounds}: {name:<24}", end="", file=sys.stderr, flush=True)
            measured = _measured(name, options.seconds)
            if isinstance(measured, str):
                missing[name] = measured
            else:
                found[name].append(measured)
    print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    lines = [_line(name, rounds) for name, rounds in found.items() if rounds]
    memory, told = _memory(options.workers) if options.workers else ({}, [])
    report = [
        *_table(lines),
        "",
        *_verdicts(lines),
        *told,
        *[f"- {name}: not run ({why})" for name, why in missing.items()],
    ]
    print("\n".join(report))
    if options.out is not None:
        _write(options.out, lines, memory, report)
    return 0 if lines else 1


def _write(folder: Path, lines: Sequence[Line], memory: dict[str, object], report: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    machine = f"{platform.processor() or platform.machine()}, Python {platform.python_version()}"
    document = {
        "name": "pdf",
        "command": "make bench-pdf",
        "machine": machine,
        "rows": [asdict(line) for line in lines],
        "memory": memory,
    }
    (folder / "pdf.json").write_text(
        json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    how = (
        f"`make bench-pdf`, {machine}. Different households in turn, the same ones for every builder; each builder in "
        "processes of its own, in turns. The others are given the finished layout; this project's two writers lay it out "
        "themselves. The text is right when every value can be read back."
    )
    head = ["# Building the four-member sheet", "", how, ""]
    (folder / "pdf.md").write_text("\n".join([*head, *report, ""]), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
