"""``python -m load_tests.survive``: every class of damage at 300 and 200 dots an inch, on all cores."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from certificates.service.progress import progress_bar
from load_tests.scans.damage import CLASSES
from load_tests.survive.report import html_page, lines, markdown, summary
from load_tests.survive.trial import RESOLUTIONS, Result, planned, run


def main() -> int:
    """0 when every goal is reached, 1 when one is missed, 2 when wrong content was accepted."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.survive", description=__doc__)
    parser.add_argument("--sheets", type=int, default=200, help="sheets of each class and resolution")
    parser.add_argument(
        "--classes", nargs="*", default=list(CLASSES), choices=CLASSES, metavar="CLASS", help="these alone"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument(
        "--out", type=Path, default=Path("out/survive"), help="folder of the page with pictures"
    )
    parser.add_argument("--docs", type=Path, help="folder to write survive.md to")
    parser.add_argument("--date", default="undated", help="what the table says of its day")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    trials, pictures = planned(given.sheets, given.classes), []
    for place, name in enumerate(given.classes):
        for dpi in RESOLUTIONS:
            first = next(i for i, trial in enumerate(trials) if (trial.name, trial.dpi) == (name, dpi))
            path = given.out / f"{place:02d}-{dpi}.jpg"
            trials[first] = replace(trials[first], picture=str(path))
            pictures.append((f"{name}, {dpi} dpi", path))
    results: list[Result] = []
    show = progress_bar(sys.stderr, "survive")
    with ProcessPoolExecutor(given.processes) as pool:
        for result in pool.map(run, trials, chunksize=4):
            results.append(result)
            show(len(results), len(trials))
    made = lines(results)
    (given.out / "index.html").write_text(html_page(made, pictures), encoding="utf-8")
    table = markdown(made, given.date)
    if given.docs is not None:
        (given.docs / "survive.md").write_text(table, encoding="utf-8")
    print(table)
    print(summary(made), f"Pictures: {given.out / 'index.html'}")
    if any(line.wrong for line in made):
        return 2
    return 0 if all(line.good for line in made) else 1


if __name__ == "__main__":
    sys.exit(main())
