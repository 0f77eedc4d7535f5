"""The small version of ``make tamper``: forged places are found where they are, and the tables say what was answered."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from certificates.errors import ConfigurationError
from load_tests.scans.qualities import QUALITIES, Family
from load_tests.scans.sheets import typeface
from load_tests.tamper.forging import NAMES
from load_tests.tamper.report import Line, bounds, lines, markdown
from load_tests.tamper.results import kept, line
from load_tests.tamper.trial import GENUINE, Answer, Result, Trial, planned, run


def trial(number: int = 0, *, forged: bool = True) -> Trial:
    return Trial("flat-200", Family.TUNING, forged, number, 77 + number, "", keep=False)


def test_a_sheet_that_is_forged_in_every_way_is_found_at_each_place_and_a_genuine_one_is_not_accused() -> (
    None
):
    try:
        typeface()
    except ConfigurationError as error:
        pytest.skip(str(error))
    forged, genuine = run(trial()), run(trial(forged=False))
    assert len(forged.answers) >= 5
    assert {answer for _, answer in forged.answers} == {Answer.FOUND}
    assert dict(genuine.answers)[GENUINE] is Answer.PASSED


def test_every_kind_quality_and_family_is_planned_and_no_trial_twice() -> None:
    trials = list(planned(4, 1, "", list(Family), list(QUALITIES)))
    assert len({one.key for one in trials}) == len(trials) == (4 + 6) * len(QUALITIES) * len(Family)
    assert not {t.serial for t in trials} & {
        t.serial for t in planned(4, 2, "", list(Family), list(QUALITIES))
    }


def test_what_was_written_is_read_again_without_a_line_that_was_cut_off(tmp_path: Path) -> None:
    made = [
        Result(trial(number), (("digit", Answer.FOUND), ("date", Answer.PASSED)), (0.2,)) for number in (1, 2)
    ]
    file = tmp_path / "results.jsonl"
    file.write_text("".join(map(line, made)) + line(made[0])[:-9], encoding="utf-8")
    assert list(kept(file)) == made
    table = markdown(made, "command", "today", "The run took a minute.")
    assert "| flat-200 | digit | 2 | 2 | 0 | 0 | 100.0 % (34.2–100.0) | reached |" in table
    assert "| flat-200 | date | 2 | 0 | 0 | 2 | 0.0 % (0.0–65.8) | missed |" in table


@pytest.mark.parametrize(
    ("kind", "found", "reached"), [("digit", 190, True), ("digit", 189, False), (GENUINE, 5, False)]
)
def test_a_goal_is_reached_or_not(kind: str, found: int, reached: bool) -> None:
    answers = Counter({Answer.FOUND: found, Answer.CANNOT_TELL: 200 - found})
    assert Line(Family.UNSEEN, "worn-300", kind, answers).reached is reached


def test_what_could_not_be_told_is_neither_found_nor_passed() -> None:
    (made,) = lines([Result(trial(), ((NAMES[0], Answer.CANNOT_TELL),), (0.2,))])
    assert (made.count, made.found, made.reached) == (1, 0, False)


def test_the_bounds_are_those_of_wilson() -> None:
    low, high = bounds(8, 10)
    assert (round(low, 4), round(high, 4)) == (
        0.4902,
        0.9433,
    )  # Wilson 1927; e.g. Newcombe 1998, table I's method 3
