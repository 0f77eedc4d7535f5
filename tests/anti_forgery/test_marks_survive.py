"""The small version of ``make survive``: everything combined, at the coarser resolution, in both families."""

from __future__ import annotations

import pytest

from certificates.errors import ConfigurationError
from load_tests.scans.damage import CLASSES, FAMILIES
from load_tests.scans.qualities import Family
from load_tests.scans.sheets import typeface
from load_tests.survive.report import cells, lines, summary
from load_tests.survive.trial import RESOLUTIONS, Read, Result, Trial, planned, run


def test_everything_combined_at_200_dpi_is_read() -> None:
    try:
        typeface()
    except ConfigurationError as error:
        pytest.skip(str(error))
    results = [run(Trial(CLASSES[-1], 200, family, 5 + place)) for place, family in enumerate(FAMILIES)]
    assert [result.read for result in results] == [Read.RIGHT, Read.RIGHT]


def test_both_families_know_the_same_classes_and_each_is_planned_as_often() -> None:
    assert all(tuple(family(200)) == CLASSES for family in FAMILIES.values())
    assert len(CLASSES) >= 14
    trials = planned(4)
    assert len(trials) == len(set(trials)) == 4 * len(CLASSES) * len(RESOLUTIONS)
    assert sum(trial.family is Family.HELD_OUT for trial in trials) * 2 == len(trials)


def test_wrong_content_is_never_counted_as_reached() -> None:
    results = [
        Result(Trial("untouched", 300, family, 1), read, 0.1)
        for family, read in ((Family.TUNING, Read.RIGHT), (Family.HELD_OUT, Read.WRONG))
    ]
    (line,) = lines(results)
    assert not line.good
    assert cells(line)[2:4] == ("1/1", "0/1")
    assert "wrong content accepted 1 times" in summary([line])
