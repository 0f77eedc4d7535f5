"""The small version of ``make by-hand``: a sheet is altered in every way it has a place for, and the table says what was answered."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from anti_forgery.comparison.truth import truth_of
from load_tests.by_hand.altering import ALTERATIONS, Front
from load_tests.by_hand.report import markdown, rows, summary
from load_tests.by_hand.trial import LIKE, NAMES, Result, Trial, planned, run
from load_tests.scans.qualities import Family
from load_tests.scans.sheets import front, paper, typeface
from load_tests.tamper.trial import Answer

TRIAL = Trial("flat-300", Family.TUNING, 77)


pytestmark = pytest.mark.usefixtures("installed_typeface")


def test_a_sheet_altered_in_every_way_is_told_at_most_of_its_places() -> None:
    result = run(TRIAL)
    assert len(result.answers) >= 10
    assert {kind for kind, _ in result.answers} <= set(NAMES)
    answers = dict(result.answers)
    assert answers["stroke in a character, red"] is answers["character painted over"] is Answer.FOUND
    assert list(answers.values()).count(Answer.FOUND) >= 0.7 * len(answers)


@pytest.mark.parametrize("kind", ALTERATIONS)
def test_an_alteration_changes_the_page_at_its_box_alone(kind: str) -> None:
    drawing = paper(20).sheets[0].front
    page = front(drawing, 200, Family.TUNING)
    written = Front(page.copy(), truth_of(drawing, typeface()), random.Random(3))
    box = ALTERATIONS[kind](written)
    assert box is not None
    changed = np.argwhere((np.asarray(written.page) != np.asarray(page)).any(axis=2)) / written.dots
    assert len(changed)
    (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
    assert box.y - 1 < top < bottom < box.y + box.height + 1
    assert box.x - 1.5 < left < right < box.x + box.width + 1.5


def test_the_table_counts_models_that_nobody_looked_at_apart() -> None:
    results = [
        Result(Trial("flat-300", family, number), ((LIKE, answer),))
        for number, (family, answer) in enumerate(
            (
                (Family.TUNING, Answer.FOUND),
                (Family.HELD_OUT, Answer.PASSED),
                (Family.UNSEEN, Answer.CANNOT_TELL),
            )
        )
    ]
    known, unseen = rows(results, ["flat-300"])
    assert known[1:] == (LIKE, "1 of 2", "0", "1")
    assert unseen[1:] == (LIKE, "0 of 1", "1", "0")
    assert summary(results).startswith("3 alterations on 3 sheets: 1 found, 1 to look at, 1 passed")
    assert f"| {LIKE} | 0 of 1 | 1 | 0 |" in markdown(results, ["flat-300"], "command", "today")


def test_every_quality_and_family_is_planned_with_its_own_dice() -> None:
    trials = list(planned(2, 1, ["flat-300", "flat-200"], Path("out")))
    assert len({(t.quality, t.family, t.serial) for t in trials}) == len(trials) == 2 * 2 * len(Family)
