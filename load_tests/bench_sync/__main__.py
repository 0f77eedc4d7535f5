"""``make bench-sync``: change data measured in one run, as ratios to raw COPY and to one commit an event."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from certificates.errors import KofuError, UnavailableError
from certificates.service.interpreter import collect_rarely, take_short_turns
from load_tests.bench_sync import report
from load_tests.bench_sync.asked import comparisons
from load_tests.bench_sync.material import Size
from load_tests.bench_sync.pictures import draw
from load_tests.bench_sync.run import measure
from load_tests.bench_sync.size_report import DOCS_JSON

FULL = Size()
QUICK = Size(residents=300, singles=20, batches=600, feed=700, reading=0.2, latency=40)
"""To see that everything works; its figures say nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 measured, 2 it could not be. Figures are judged by people."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.bench_sync", description=__doc__)
    parser.add_argument("--residents", type=int, default=FULL.residents)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a tiny run, to see that it works")
    parser.add_argument("--https", action="store_true", help="leave Redis Streams out")
    parser.add_argument("--date", default="a day that nobody noted", help="the day, for the page")
    parser.add_argument("--machine", default=report.this_machine(), help="where it ran, for the page")
    parser.add_argument(
        "--size", type=Path, help=f"the run at a city's size; {DOCS_JSON} in --out where nothing is said"
    )
    parser.add_argument("--out", type=Path, default=Path("out/bench-sync"), help="page, JSON and pictures")
    given = parser.parse_args(arguments)
    size = QUICK if given.quick else replace(FULL, residents=given.residents)
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"  {time.monotonic() - started:5.1f} s  {line}", flush=True)

    take_short_turns()  # as the services do
    try:
        figures = asyncio.run(measure(given.seed, size, say, redis=not given.https, settle=collect_rarely))
    except KofuError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    try:
        pictures = draw(figures, given.out)
    except UnavailableError as error:
        pictures = ()
        say(str(error))
    about = report.Circumstances(
        command=_command(given),
        machine=given.machine,
        date=given.date,
        seed=given.seed,
        residents=size.residents,
    )
    (given.out / report.JSON_NAME).write_text(report.as_json(figures, about), encoding="utf-8")
    page = report.page(figures, about, pictures, report.read_sized(given.size or given.out / DOCS_JSON))
    (given.out / report.PAGE_NAME).write_text(page, encoding="utf-8")
    print(
        "\n".join(
            ["", *report.table(figures), "", *(f"  {one.key.value}: {one}" for one in comparisons(figures))]
        )
    )
    say(f"written to {given.out}")
    return 0


def _command(given: argparse.Namespace) -> str:
    quick = " --quick" if given.quick else f" --residents {given.residents}"
    return f"python -m load_tests.bench_sync{quick} --seed {given.seed}"


if __name__ == "__main__":
    sys.exit(main())
