"""``python -m anti_forgery.comparison.likening``: measures which characters look alike, by drawing them and holding them
against one another with the very score that is to be helped.

Asked are ASCII and JIS X 0208. Kept are, of each character, those that the score of glyphs is not sure of on a good scan, and
of each figure the nine others.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from anti_forgery.comparison import glyphs
from anti_forgery.comparison.blocks import Floats, Pixels
from anti_forgery.comparison.characters import explained_by
from anti_forgery.comparison.look_alikes import MEASURED_AT, TABLE, Others
from anti_forgery.comparison.specimens import Specimen, can_draw, drawn
from anti_forgery.comparison.truth import DOTS
from certificates.pdf.fitting import POINTS
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.sheet import Box

_FIGURES = ("0123456789", "０１２３４５６７８９")
_NOT_SURE = 0.48
"""Unlikeness below which a pair is kept."""
_FEW_DOTS, _FAR_APART = 20, 50
"""How far apart a pair may be to be kept whatever its score, such as with and without a sound mark; and at most."""
_BLUR, _SHARP = 1.2, 0.8
"""Pixels, of a usual scan and of a good one: what is seen in the one is scored, what is told apart in the other counted."""
_NEAREST, _LOOKED_AT = 20, 2.4
"""Of each character, how many of the others are looked at, and the blur with which the nearest are looked for."""
_MARGIN = 8
_SIDE = round(MEASURED_AT / POINTS * DOTS) + 2 * _MARGIN
_COLUMNS, _ROWS = 40, 50
"""Squares on a page."""


def measured(asked: Iterable[str], face: Typeface) -> dict[str, Others]:
    """Of each character that ``face`` has, which others look like it, the nearest first."""
    known = [text for text in asked if can_draw(face, text)]
    sharp = drawn(
        [Specimen(text=text, size=MEASURED_AT, left=_MARGIN, top=_MARGIN) for text in known], _SIDE, face
    )
    soft, good = _blurred(sharp, _BLUR), _blurred(sharp, _SHARP)
    figures = set(_figures(known))
    pairs = sorted(set(_near(_blurred(sharp, _LOOKED_AT))) | figures)
    unlike = np.concatenate(
        [
            _unlikeness(sharp, soft, pairs[start : start + _COLUMNS * _ROWS])
            for start in range(0, len(pairs), _COLUMNS * _ROWS)
        ]
    )
    found: dict[str, list[tuple[str, float]]] = {}
    for (own, other), score in zip(pairs, unlike, strict=True):
        apart = round(_apart(good[own], good[other]))
        alike = apart < _FEW_DOTS or (score < _NOT_SURE and apart < _FAR_APART)
        if apart >= 1 and (alike or (own, other) in figures):
            found.setdefault(known[own], []).append((known[other], apart))
    return {own: sorted(others, key=lambda other: (other[1], other[0])) for own, others in found.items()}


def _blurred(squares: Pixels, sigma: float) -> Pixels:
    return np.array([cv2.GaussianBlur(square, (0, 0), sigma) for square in squares])


def _near(soft: Pixels) -> Iterator[tuple[int, int]]:
    """Those whose drawings are most like each other."""
    flat = soft.reshape(len(soft), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
    for own, row in enumerate(flat):
        likeness = flat @ row
        likeness[own] = -1
        yield from ((own, int(other)) for other in np.argsort(-likeness)[:_NEAREST])


def _figures(known: Sequence[str]) -> Iterator[tuple[int, int]]:
    place = {text: number for number, text in enumerate(known)}
    for figures in _FIGURES:
        here = [place[text] for text in figures if text in place]
        yield from ((own, other) for own in here for other in here if own != other)


def _unlikeness(sharp: Pixels, soft: Pixels, pairs: Sequence[tuple[int, int]]) -> Floats:
    """Each pair as a glyph of a page that should show the one and shows the other."""
    true, seen = (np.zeros((_ROWS * _SIDE, _COLUMNS * _SIDE), dtype=np.uint8) for _ in range(2))
    boxes, lines = [], []
    em = MEASURED_AT / POINTS
    for number, (own, other) in enumerate(pairs):
        row, column = divmod(number, _COLUMNS)
        window = slice(row * _SIDE, (row + 1) * _SIDE), slice(column * _SIDE, (column + 1) * _SIDE)
        true[window], seen[window] = sharp[own], soft[other]
        boxes.append(Box((column * _SIDE + _MARGIN) / DOTS, (row * _SIDE + _MARGIN) / DOTS, em, em))
        lines.append(row)
    return glyphs.score(seen, true, boxes, lines).unlikeness


def _apart(own: Pixels, other: Pixels) -> float:
    """What the one leaves unexplained of the other."""
    change = (other.astype(np.float32) - own)[1:-1, 1:-1].ravel() / 255
    basis = explained_by(own.astype(np.float32) / 255)
    rest = change - basis @ (basis.T @ change)
    return float(rest @ rest)


def characters() -> Iterator[str]:
    """ASCII that is seen, and JIS X 0208 without Greek, Cyrillic and ruled lines."""
    yield from map(chr, range(0x21, 0x7F))
    for row in (*range(1, 6), *range(16, 85)):
        for cell in range(1, 95):
            try:
                text = bytes([0xA0 + row, 0xA0 + cell]).decode("euc_jp")
            except UnicodeDecodeError:
                continue
            if text.strip():
                yield text


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="likening", description="write the table of characters that look alike"
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(TABLE))
    given = parser.parse_args()
    table = measured(characters(), Typeface.load(find_mincho()))
    lines = [
        " ".join([own, *(f"{other} {apart:g}" for other, apart in others)]) for own, others in table.items()
    ]
    given.out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{given.out}: {sum(map(len, table.values()))} pairs of {len(table)} characters")


if __name__ == "__main__":
    main()
