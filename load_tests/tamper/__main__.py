"""``python -m load_tests.tamper``: forged and genuine fronts in four qualities, by each family of models, on all cores."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from load_tests.on_all_cores import on_all_cores, options_of
from load_tests.scans.qualities import QUALITIES, Family
from load_tests.survive.report import page
from load_tests.tamper.report import COLUMNS, cells, lines, markdown, summary
from load_tests.tamper.results import kept, line
from load_tests.tamper.trial import Result, planned, run

_EVERY = 200
"""Results after which the tables are written anew."""


def main() -> int:
    """0 when every goal is reached, 1 when one is missed."""
    parser = options_of(
        "tamper", __doc__, "genuine sheets of each quality and family, and half as many more forged ones"
    )
    parser.add_argument("--families", nargs="*", default=[f.value for f in Family], help="these alone")
    parser.add_argument("--qualities", nargs="*", default=list(QUALITIES), choices=list(QUALITIES))
    parser.add_argument("--seed", type=int, default=1, help="other sheets, other damage")
    parser.add_argument("--resume", action="store_true", help="keep what --out holds of an earlier run")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / "results.jsonl"
    if not given.resume:
        file.unlink(missing_ok=True)
    results = list(kept(file))
    known = {result.trial.key for result in results}
    families = [family for family in Family if family.value in given.families]
    wanted = planned(given.sheets, given.seed, str(given.out), families, given.qualities)
    trials = [trial for trial in wanted if trial.key not in known]
    command = f"python -m load_tests.tamper --sheets {given.sheets} --seed {given.seed}"
    if len(families) < len(Family):
        command += f" --families {' '.join(family.value for family in families)}"
    begin = time.monotonic()

    def write() -> None:
        minutes = f"{(time.monotonic() - begin) / 60:.0f} minutes"
        took = f"The last {len(results) - len(known)} sheets took" if known else "The run took"
        table = markdown(results, command, given.date, f"{took} {minutes}.")
        for folder in (given.out, given.docs):
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "tamper.md").write_text(table, encoding="utf-8")
        (given.out / "index.html").write_text(_shown(results), encoding="utf-8")

    with file.open("a", encoding="utf-8") as out:

        def keep(result: Result) -> None:
            out.write(line(result))
            out.flush()
            results.append(result)
            if len(results) % _EVERY == 0:
                write()

        on_all_cores("tamper", run, trials, given.processes, keep)
    write()
    print((given.out / "tamper.md").read_text(encoding="utf-8"))
    print(f"Pictures: {given.out / 'index.html'}")
    return 0 if all(made.reached for made in lines(results)) else 1


def _shown(results: Sequence[Result]) -> str:
    """One page with every line and the pictures that were kept: forged ones, and genuine ones that were accused."""
    made = lines(results)
    pictures: list[tuple[str, Path]] = []
    for trial in sorted((r.trial for r in results if r.trial.keep), key=lambda t: (t.forged, t.picture.name)):
        words = "forged blue, found red" if trial.forged else "genuine, and accused at the red place"
        if trial.picture.exists():
            pictures.append((f"{trial.quality}, {trial.family.value}: {words}", trial.picture))
    return page("Forged fronts", summary(made), COLUMNS, [cells(line) for line in made], pictures)


if __name__ == "__main__":
    sys.exit(main())
