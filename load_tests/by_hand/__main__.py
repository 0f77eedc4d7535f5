"""``python -m load_tests.by_hand``: fronts altered with a pen, a ruler and a second print, by every family of models."""

from __future__ import annotations

import sys

from load_tests.by_hand.report import columns, markdown, rows, summary
from load_tests.by_hand.trial import Trial, planned, run
from load_tests.on_all_cores import on_all_cores, options_of
from load_tests.scans.qualities import QUALITIES
from load_tests.survive.report import page


def main() -> int:
    parser = options_of("by_hand", __doc__, "sheets of each quality and family")
    parser.add_argument("--qualities", nargs="*", default=["flat-300", "flat-200"], choices=list(QUALITIES))
    parser.add_argument("--seed", type=int, default=1, help="other sheets, other alterations")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    trials = list(planned(given.sheets, given.seed, given.qualities, given.out))
    results = on_all_cores("by hand", run, trials, given.processes)
    command = f"python -m load_tests.by_hand --sheets {given.sheets} --seed {given.seed}"
    table = markdown(results, given.qualities, command, given.date)
    if given.docs is not None:
        given.docs.mkdir(parents=True, exist_ok=True)
        (given.docs / "by-hand.md").write_text(table, encoding="utf-8")
    shown = page(
        "Fronts altered by hand",
        summary(results),
        columns(given.qualities),
        rows(results, given.qualities),
        [(_caption(trial), given.out / trial.picture.rsplit("/")[-1]) for trial in trials if trial.picture],
    )
    (given.out / "index.html").write_text(shown, encoding="utf-8")
    print(f"{table}\nPictures: {given.out / 'index.html'}")
    return 0


def _caption(trial: Trial) -> str:
    return f"{trial.quality}, {trial.family.value}: altered blue, found red, to look at amber"


if __name__ == "__main__":
    sys.exit(main())
