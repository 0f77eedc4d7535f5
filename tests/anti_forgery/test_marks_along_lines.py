"""Glyphs along a line: paper that bends is followed, a likelier place farther away is not."""

from __future__ import annotations

import numpy as np

from anti_forgery.comparison.along_lines import shifts_along

SIDE = 11


def volumes(*peaks: tuple[int, int]) -> np.ndarray:
    made = np.random.default_rng(1).uniform(0, 0.1, (len(peaks), SIDE, SIDE)).astype(np.float32)
    for number, peak in enumerate(peaks):
        made[number][peak] = 0.8
    return made


def test_a_line_that_drifts_is_followed_to_its_end() -> None:
    peaks = [(5, 5 + number) if number <= 4 else (5, 9) for number in range(7)]
    assert shifts_along(volumes(*peaks), [range(7)]).tolist() == [list(peak) for peak in peaks]


def test_one_glyph_that_looks_likelier_elsewhere_stays_with_its_neighbours() -> None:
    found = volumes(*[(5, 5)] * 6)
    found[3][1, 9] = 1.0
    assert shifts_along(found, [range(6)]).tolist() == [[5, 5]] * 6


def test_lines_are_independent_and_their_order_is_that_of_their_numbers() -> None:
    found = shifts_along(volumes((2, 2), (8, 8), (3, 3), (8, 9)), [[2, 0], [1, 3]])
    assert found.tolist() == [[2, 2], [8, 8], [3, 3], [8, 9]]
