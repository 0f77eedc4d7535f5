"""Trials of a long run on all cores, with a progress bar, and the options that such runs share."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

from certificates.service.progress import progress_bar

T = TypeVar("T")
R = TypeVar("R")


def options_of(name: str, about: str | None, sheets: str) -> argparse.ArgumentParser:
    """``sheets`` says what ``--sheets`` counts."""
    parser = argparse.ArgumentParser(prog=f"python -m load_tests.{name}", description=about)
    parser.add_argument("--sheets", type=int, default=200, help=sheets)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument(
        "--out", type=Path, default=Path("out") / name, help="folder of the page with pictures"
    )
    parser.add_argument("--docs", type=Path, help=f"folder to write {name}.md to")
    parser.add_argument("--date", default="undated", help="what the table says of its day")
    return parser


def on_all_cores(
    name: str,
    run: Callable[[T], R],
    trials: Sequence[T],
    processes: int | None,
    keep: Callable[[R], object] = lambda _: None,
) -> list[R]:
    """What ``run`` says of each trial, in their order; ``keep`` is told each as soon as it is known."""
    results: list[R] = []
    show = progress_bar(sys.stderr, name)
    with ProcessPoolExecutor(processes) as pool:
        for result in pool.map(run, trials, chunksize=4):
            results.append(result)
            keep(result)
            show(len(results), len(trials))
    return results
