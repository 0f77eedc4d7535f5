"""``python -m load_tests.bench_pdf``: one table of all builders, each in processes of its own, in turns."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from load_tests.bench_pdf.peers import PEERS
from load_tests.bench_pdf.sheets import contents
from load_tests.bench_pdf.workers import worked
from load_tests.in_turns import Found, Page, Spread, in_turns, options_of, spread

_BENCH = "load_tests.bench_pdf"
_ORDERS = 200
_QUICK, _STOCK, _TYPST = "quick writer", "reportlab, stock", "typst"
PAGE = Page(
    name="pdf",
    title="Building the four-member sheet",
    how=(
        "Different households in turn, the same ones for every builder; each builder in processes of its own, in turns. "
        "The others are given the finished layout; this project's two writers lay it out themselves. The text is right "
        "when every value can be read back."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One builder: CPU a document, documents a second and core, bytes of a document, megabytes at the peak."""

    name: str
    cpu: Spread
    per_second: float
    bytes: int
    memory: int
    right: bool


def _line(name: str, rounds: Sequence[Found]) -> Line:
    cpu = spread(rounds)
    return Line(
        name=name,
        cpu=cpu,
        per_second=1000 / cpu.median,
        bytes=int(rounds[0]["bytes"]),
        memory=max(int(found["memory"]) for found in rounds),
        right=all(found["right"] for found in rounds),
    )


def _table(lines: Sequence[Line]) -> list[str]:
    """Markdown; the last column says how many times as long as the quick writer each takes."""
    base = next((line.cpu.median for line in lines if line.name == _QUICK), None)
    rows = [
        "| builder | CPU ms, median | 10–90 % | docs/s/core | bytes | peak MB | text right | × quick |",
        "|---|---:|---:|---:|---:|---:|---|---:|",
    ]
    rows += [
        f"| {line.name} | {line.cpu} | {line.per_second:,.0f} | {line.bytes:,} "
        f"| {line.memory:,} | {'yes' if line.right else 'no'} | {line.cpu.median / base if base else 0:.1f} |"
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
        f"- four-member sheet: asked 0.3 ms of CPU, {quick.cpu.median:.3f}; asked 45,000 bytes, {quick.bytes:,}"
    ]
    for name, asked in ((_STOCK, 150), (_TYPST, 25)):
        if name in by_name:
            found.append(
                f"- against {name}: asked {asked} times, {by_name[name].cpu.median / quick.cpu.median:.0f}"
            )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options_of(_BENCH, __doc__, PEERS, seconds=4.0)
    parser.add_argument("--workers", type=int, default=4, help="forked, to see their memory; 0 for none")
    options = parser.parse_args(arguments)
    names = [name for name in PEERS if not options.only or name in options.only]
    found, missing = in_turns(_BENCH, names, options.seconds, options.rounds)
    lines = [_line(name, rounds) for name, rounds in found.items()]
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
        PAGE.write(options.out, lines, report, {"memory": memory})
    return 0 if lines else 1


if __name__ == "__main__":
    sys.exit(main())
