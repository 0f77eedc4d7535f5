"""``python -m load_tests.tamper``: forged and genuine fronts in four qualities, by both families of models, on all cores."""

from __future__ import annotations

import sys
from dataclasses import replace

from load_tests.on_all_cores import on_all_cores, options_of
from load_tests.scans.qualities import QUALITIES, Family
from load_tests.survive.report import page
from load_tests.tamper.report import COLUMNS, cells, lines, markdown, summary
from load_tests.tamper.trial import planned, run


def main() -> int:
    """0 when every goal is reached, 1 when one is missed."""
    parser = options_of("tamper", __doc__, "genuine sheets of each quality and family")
    parser.add_argument("--families", nargs="*", default=[f.value for f in Family], help="these alone")
    parser.add_argument("--qualities", nargs="*", default=list(QUALITIES), choices=list(QUALITIES))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    trials = [
        trial
        for trial in planned(given.sheets)
        if trial.family.value in given.families and trial.quality in given.qualities
    ]
    pictures = []
    for place, trial in enumerate(trials):
        if trial.number < 2 and trial.forged:
            path = given.out / f"{trial.quality}-{trial.family.value}-{trial.number}.jpg"
            trials[place] = replace(trial, picture=str(path))
            pictures.append((f"{trial.quality}, {trial.family.value}: forged blue, found red", path))
    made = lines(on_all_cores("tamper", run, trials, given.processes))
    shown = page("Forged fronts", summary(made), COLUMNS, [cells(line) for line in made], pictures)
    (given.out / "index.html").write_text(shown, encoding="utf-8")
    table = markdown(made, given.date)
    if given.docs is not None:
        (given.docs / "tamper.md").write_text(table, encoding="utf-8")
    print(table)
    print(f"Pictures: {given.out / 'index.html'}")
    return 1 if any(line.missed for line in made) else 0


if __name__ == "__main__":
    sys.exit(main())
