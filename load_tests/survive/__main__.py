"""``python -m load_tests.survive``: every class of damage at 300 and 200 dots an inch, on all cores."""

from __future__ import annotations

import sys
from dataclasses import replace

from load_tests.on_all_cores import on_all_cores, options_of
from load_tests.scans.damage import CLASSES
from load_tests.survive.report import html_page, lines, markdown, summary
from load_tests.survive.trial import RESOLUTIONS, planned, run


def main() -> int:
    """0 when every goal is reached, 1 when one is missed, 2 when wrong content was accepted."""
    parser = options_of("survive", __doc__, "sheets of each class and resolution")
    parser.add_argument(
        "--classes", nargs="*", default=list(CLASSES), choices=CLASSES, metavar="CLASS", help="these alone"
    )
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    trials, pictures = planned(given.sheets, given.classes), []
    for place, name in enumerate(given.classes):
        for dpi in RESOLUTIONS:
            first = next(i for i, trial in enumerate(trials) if (trial.name, trial.dpi) == (name, dpi))
            path = given.out / f"{place:02d}-{dpi}.jpg"
            trials[first] = replace(trials[first], picture=str(path))
            pictures.append((f"{name}, {dpi} dpi", path))
    made = lines(on_all_cores("survive", run, trials, given.processes))
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
