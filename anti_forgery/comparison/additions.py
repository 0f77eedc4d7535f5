"""Places where something was written that the truth has not."""

from __future__ import annotations

import cv2
import numpy as np

from anti_forgery.comparison import blanks
from anti_forgery.comparison.blocks import Pixels
from anti_forgery.comparison.glyphs import Scores
from anti_forgery.comparison.pages import Levels, shrunk
from anti_forgery.comparison.truth import Truth
from anti_forgery.comparison.verdict import Kind, Place
from anti_forgery.comparison.windows import groups

_CAUTIOUS = 0.7
"""What writing in colour counts where the truth is blank, over what it counts on a glyph: the ground is there too."""


def places(
    scan: Levels, coloured: Pixels | None, truth: Truth, true: Levels, scores: Scores, contrast: float
) -> tuple[list[Place], int]:
    """Ink where the truth is blank, and how many of the places are folds.

    ``contrast`` is the ink of black text in the scan, ``coloured`` as of ``inks.in_colour``.
    """
    seen = scan.level(blanks.REDUCE)
    if coloured is not None:
        writing = np.asarray(cv2.resize(coloured, seen.shape[::-1], interpolation=cv2.INTER_AREA))
        writing = np.asarray(cv2.convertScaleAbs(writing, alpha=contrast * _CAUTIOUS))
        seen = np.asarray(cv2.max(seen, writing), dtype=np.uint8)
    there = shrunk(_as_found(truth, scores), blanks.REDUCE) if scores.elsewhere.any() else None
    found, folds = [], 0
    for box, ink in blanks.added(seen, true.level(blanks.REDUCE) if there is None else there, contrast):
        fold = blanks.is_fold(box)
        folds += fold
        found.append(Place(row="", kind=Kind.ADDED, box=box, score=min(ink, 0.95) if fold else ink))
    return found, folds


def _as_found(truth: Truth, scores: Scores) -> Pixels:
    """The truth with the glyphs of bent lines also where they were found: what is written beside them is not theirs."""
    ink = truth.ink.copy()
    for part in groups([glyph.box for glyph in truth.glyphs]):
        down, across = scores.found_at[part.members].T
        for number, top, left, window in zip(
            part.members, part.top + down, part.left + across, part.cut(truth.ink), strict=True
        ):
            if scores.elsewhere[number] and top >= 0 and left >= 0:
                there = ink[top : top + part.height, left : left + part.width]
                np.maximum(there, window[: there.shape[0], : there.shape[1]], out=there)
    return ink
