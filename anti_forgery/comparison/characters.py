"""Whether another character stands where the truth has one: what ink too much or too little cannot tell of characters that
are nearly alike, such as 5 and 6, 上 and 土, 間 and 聞.

Each glyph that is not quite as it should be is held against those it could have been made into. What is seen is explained as
well as can be by the character that should be there, and by each of the others: moved a little, darker or lighter, sharper
or softer. Which of the two leaves less unexplained says which one was printed; stains, folds and neighbours are left by both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from anti_forgery.comparison.blocks import Floats, Pixels
from anti_forgery.comparison.glyphs import Scores
from anti_forgery.comparison.look_alikes import MEASURED_AT, look_alikes
from anti_forgery.comparison.specimens import Specimen, can_draw, drawn
from anti_forgery.comparison.truth import DOTS, GlyphPlace
from anti_forgery.comparison.windows import Group, Numbers, groups
from certificates.pdf.fitting import POINTS
from certificates.pdf.fonts import Typeface

LIKELY, POSSIBLE = 0.6, 0.5
"""Belief from which another character stands there, and from which it may; 0 is wholly the right one, 1 wholly the other."""
_LEAST_SAID = 1.0
"""Ink (pixels of black, squared) by which the other one must explain more: a hair's breadth is nobody's forgery."""
_CLEAR = 0.4
"""Of what the right one leaves unexplained, the most that a character may leave to be named: one that only has something of
what is printed, as 自 of 出, leaves more."""
_WORTH = 0.25
"""Of what tells two characters apart, how much must be unexplained before the other one is tried."""
_NEAR = tuple((down, across) for down in (-1, 0, 1) for across in (-1, 0, 1))
_AROUND = 1
"""Pixels around a window from which its slopes are known."""
_SINGULAR = 1e-4


@dataclass(frozen=True, slots=True)
class Other:
    """Glyph ``number`` is rather another one: ``text``, or "" when it is not clear which."""

    number: int
    text: str
    belief: float


def others(
    scan: Pixels, scores: Scores, glyphs: Sequence[GlyphPlace], asked: Numbers, face: Typeface
) -> list[Other]:
    """Of the glyphs with the numbers ``asked``, those that are possibly another one; ``scan`` is ink, 255 is black."""
    known = {text: look_alikes(text) for text in {glyphs[number].text for number in asked}}
    asked = np.array([number for number in asked if known[glyphs[number].text]], dtype=np.intp)
    suspects = []
    for group in groups([glyphs[number].box for number in asked]):
        numbers = asked[group.members]
        true = group.cut(scores.soft, around=_AROUND).astype(np.float32) / 255
        down, across = scores.found_at[numbers].T
        seen = group.cut(scan, down, across).astype(np.float32) / np.float32(255 * scores.contrast)
        for place, rest in enumerate(_unexplained(true, seen)):
            glyph = glyphs[numbers[place]]
            scale = (glyph.box.height * POINTS / MEASURED_AT) ** 2
            worth = [text for text, apart in known[glyph.text] if _WORTH * apart * scale <= rest]
            tried = [text for text in worth if can_draw(face, text)]
            if tried:
                suspects.append(_Suspect(int(numbers[place]), glyph, tried, group, place, true[place]))
    return list(_judged(suspects, scan, scores, face)) if suspects else []


@dataclass(frozen=True, slots=True)
class _Suspect:
    number: int
    glyph: GlyphPlace
    tried: Sequence[str]
    group: Group
    place: int
    true: Floats

    @property
    def corner(self) -> tuple[int, int]:
        """Row and column of the window's upper left pixel in the truth."""
        return int(self.group.top[self.place]), int(self.group.left[self.place])

    def specimens(self) -> Iterator[Specimen]:
        """The character that should be there, and those it is held against, where they would stand in the window."""
        top, left = self.corner
        box = self.glyph.box
        for text in (self.glyph.text, *self.tried):
            yield Specimen(
                text=text,
                size=box.height * POINTS,
                left=box.x * DOTS - left + _AROUND,
                top=box.y * DOTS - top + _AROUND,
            )


def _judged(suspects: Sequence[_Suspect], scan: Pixels, scores: Scores, face: Typeface) -> Iterator[Other]:
    specimens = [specimen for suspect in suspects for specimen in suspect.specimens()]
    side = max(max(suspect.true.shape) for suspect in suspects)
    squares = iter(drawn(specimens, side, face))
    for suspect in suspects:
        shapes = [
            _soft(next(squares), suspect.true.shape, scores.sigma) for _ in range(len(suspect.tried) + 1)
        ]
        seen = _seen(scan, suspect, scores)
        own, explained = shapes[0], explained_by(suspect.true)
        rest = _left_over(explained, seen)
        found = []
        for text, shape in zip(suspect.tried, shapes[1:], strict=True):
            change = shape - own
            left = _left_over(explained_by(suspect.true + change), seen)
            inner = change[_AROUND:-_AROUND, _AROUND:-_AROUND].ravel()
            apart = inner - explained @ (explained.T @ inner)
            less = rest - left
            belief = 0.5 + less / (2 * max(float(apart @ apart), 1e-6))
            found.append((left, belief if less >= _LEAST_SAID else 0.0, text))
        belief = max(belief for _, belief, _ in found)
        if belief >= POSSIBLE:
            left, likely, text = min(found)
            clear = likely >= LIKELY and left <= _CLEAR * rest
            yield Other(suspect.number, text if clear else "", belief)


def _seen(scan: Pixels, suspect: _Suspect, scores: Scores) -> Floats:
    """The window and its neighbours a pixel away, a column each."""
    height, width = (side - 2 * _AROUND for side in suspect.true.shape)
    (top, left), (down, across) = suspect.corner, scores.found_at[suspect.number]
    columns = []
    for y, x in _NEAR:
        row = int(np.clip(top + down + y, 0, scan.shape[0] - height))
        column = int(np.clip(left + across + x, 0, scan.shape[1] - width))
        columns.append(scan[row : row + height, column : column + width].ravel())
    return np.stack(columns, axis=1).astype(np.float32) / np.float32(255 * scores.contrast)


def _soft(square: Pixels, shape: tuple[int, ...], sigma: float) -> Floats:
    """A specimen as blurred as the scan."""
    part = square[: shape[0], : shape[1]].astype(np.float32) / 255
    return np.asarray(cv2.GaussianBlur(part, (0, 0), sigma)) if sigma > 0 else part


def explained_by(true: Floats) -> Floats:
    """A basis (columns) of what a window that is a pixel larger on each side explains."""
    return np.asarray(np.linalg.qr(_ways(true[None])[0])[0])


def _left_over(basis: Floats, seen: Floats) -> float:
    """Of the best of the windows ``seen``."""
    rest = seen - basis @ (basis.T @ seen)
    return float(np.einsum("pn,pn->n", rest, rest).min())


def _unexplained(true: Floats, seen: Floats) -> Floats:
    """What is left of each window."""
    ways, flat = _ways(true), seen.reshape(len(seen), -1)
    square = np.swapaxes(ways, 1, 2) @ ways
    square += _SINGULAR * np.eye(square.shape[1], dtype=np.float32)
    along = np.einsum("npk,np->nk", ways, flat)
    explained = np.einsum("nk,nk->n", along, np.linalg.solve(square, along[..., None])[..., 0])
    return np.asarray(np.einsum("np,np->n", flat, flat) - explained)


def _ways(true: Floats) -> Floats:
    """Of each window, as columns of pixels: itself, its slopes (moved), its curvature (softer or sharper), and paper."""
    inner = true[:, 1:-1, 1:-1]
    above, below, left, right = true[:, :-2, 1:-1], true[:, 2:, 1:-1], true[:, 1:-1, :-2], true[:, 1:-1, 2:]
    columns = (
        inner,
        right - left,
        below - above,
        above + below + left + right - 4 * inner,
        np.ones_like(inner),
    )
    return np.stack([column.reshape(len(true), -1) for column in columns], axis=2)
