"""A word from a font as a pattern of points: its strokes thinned to one line, whatever their weight in the font."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont, TTLibError
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from anti_forgery.latent_word import COLUMNS, ROWS
from certificates.errors import ConfigurationError

Points = NDArray[np.bool_]

LONGEST, WIDEST = 4, 3.0
"""Characters, and their width in ems: three kanji, or COPY; more would be too small for their dots."""
_RING = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
_FINER = 8
"""The font is drawn so much finer than the pattern, thinned, brought down, and thinned again."""


@lru_cache(maxsize=8)
def word_pattern(font: Path, word: str) -> bytes:
    """Raises ConfigurationError, in Japanese and English, when the font cannot draw the word."""
    if not 0 < len(word) <= LONGEST or not word.isprintable() or word.isspace():
        raise _refused(
            f"「{word}」は1文字以上{LONGEST}文字以内の語にしてください",
            f"must be a word of 1 to {LONGEST} characters",
        )
    try:
        with TTFont(font, lazy=True) as opened:
            known = opened.getBestCmap() or {}
        face = ImageFont.truetype(font, ROWS * _FINER, layout_engine=ImageFont.Layout.BASIC)
    except (OSError, TTLibError) as error:
        raise ConfigurationError("PrinterProfile.font", f"{font} is not a TrueType font") from error
    missing = [character for character in word if ord(character) not in known]
    if missing:
        raise _refused(
            f"フォントに「{missing[0]}」がありません",
            f"the font has no U+{ord(missing[0]):04X}",
        )
    if face.getlength(word) > WIDEST * face.size:
        raise _refused(
            f"「{word}」は長すぎます(漢字3文字または英字4文字まで)",
            "is too long: three kanji or four Latin letters at most",
        )
    size = (COLUMNS * _FINER, ROWS * _FINER)
    drawn = _fitted(face, word).resize(size, Image.Resampling.BOX)
    thin = _thinned(np.asarray(np.asarray(drawn) > 127))
    coarse = thin.reshape(ROWS, _FINER, COLUMNS, _FINER).any(axis=(1, 3))
    points = _thinned(np.asarray(coarse))
    return np.packbits(points).tobytes()


def _fitted(face: ImageFont.FreeTypeFont, word: str) -> Image.Image:
    """The word as large as the pattern allows, its proportions kept, in the middle of a picture of these proportions."""
    left, top, right, bottom = face.getbbox(word)
    width, height = right - left, bottom - top
    scale = max(width / COLUMNS, height / ROWS)
    canvas = Image.new("L", (round(COLUMNS * scale), round(ROWS * scale)))
    at = ((canvas.width - width) / 2 - left, (canvas.height - height) / 2 - top)
    ImageDraw.Draw(canvas).text(at, word, fill=255, font=face)
    return canvas


def _thinned(points: Points) -> Points:
    """Guo and Hall, Parallel thinning with two-subiteration algorithms, CACM 32 (1989) 359: unlike others it keeps
    oblique strokes of two points."""
    points = np.pad(points, 1)
    while True:
        before = int(points.sum())
        for first in (True, False):
            n, ne, e, se, s, sw, w, nw = (np.roll(points, (-down, -across), (0, 1)) for down, across in _RING)
            turns = [~n & (ne | e), ~e & (se | s), ~s & (sw | w), ~w & (nw | n)]
            one = np.sum([nw | n, ne | e, se | s, sw | w], axis=0)
            other = np.sum([n | ne, e | se, s | sw, w | nw], axis=0)
            near = np.minimum(one, other)
            kept = (s | sw | ~nw) & w if first else (n | ne | ~se) & e
            points = points & ~((np.sum(turns, axis=0) == 1) & (near >= 2) & (near <= 3) & ~kept)
        if int(points.sum()) == before:
            return np.asarray(points[1:-1, 1:-1])


def _refused(japanese: str, english: str) -> ConfigurationError:
    return ConfigurationError("PrinterProfile.word", f"{japanese} / {english}")
