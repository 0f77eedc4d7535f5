"""What a front takes on the back: the codings lose nothing by design, so only their lengths are looked at."""

from __future__ import annotations

import numpy as np

from certificates.pdf.front import front_pdf
from load_tests.front_room.__main__ import most_bytes
from load_tests.front_room.codings import bilevel, group_4, packed, shapes_once, words_with_places
from load_tests.scans.qualities import Family
from load_tests.scans.sheets import drawn, paper, typeface


def test_the_words_of_a_front_fit_with_their_places_and_its_picture_does_not() -> None:
    front, room = paper(1).sheets[0].front, most_bytes()
    assert 0 < words_with_places(front_pdf(front, typeface())) < room
    ink = bilevel(drawn(front, 150, Family.TUNING))
    assert min(coded(ink) for coded in (group_4, packed, shapes_once)) > room


def test_a_shape_that_comes_again_costs_its_place_alone() -> None:
    dice = np.random.default_rng(1)
    same, other = np.zeros((200, 200), np.uint8), np.zeros((200, 200), np.uint8)
    shape = dice.integers(0, 2, (16, 16), dtype=np.uint8)
    shape[8] = shape[:, 8] = 1  # one piece
    for top in range(0, 200, 20):
        same[top : top + 16, 20:36] = shape
        mixed = dice.integers(0, 2, (16, 16), dtype=np.uint8)
        mixed[8] = mixed[:, 8] = 1
        other[top : top + 16, 20:36] = mixed
    assert shapes_once(same) < shapes_once(other) / 3
