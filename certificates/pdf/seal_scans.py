"""Invented official seals as scans, for the profiles that ship: ``python -m certificates.pdf.seal_scans``.

Lettering in a square frame with a worn edge and thin ink, as 1-bit PNG at 600 dpi. No real seal is copied.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.imprint import paste_letter
from certificates.pdf.official_seal import cells

SEALS = {"993212-mayor.png": "ひながた町長之印", "993212-acting.png": "町長職務代理者印"}
"""File name and lettering."""
_SIDE = 24.0  # millimetres
_DPI = 600
_FRAME, _MARGIN = 0.055, 0.035  # of the side
_WEAR, _GRAIN = 1.6, 40  # dots by which an edge wanders, and over how many it does
_FADED = 0.002  # part of the ink that is missing, in small holes


def scan(lettering: str, face: Typeface, *, seed: int) -> Image.Image:
    """The same arguments give the same dots. Raises RefusedError(NO_GLYPH)."""
    face.glyphs(lettering)
    side = round(_SIDE / 25.4 * _DPI)
    image = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(image)
    frame = round(side * _FRAME)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), radius=frame, outline=0, width=frame)
    inset = frame + side * _MARGIN
    inner = side - 2 * inset
    for letter, cell in zip(lettering, cells(len(lettering), inset, inset, inner, inner), strict=True):
        paste_letter(image, letter, face, cell)
    return _worn(image, np.random.default_rng(seed))


def _worn(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    side = image.width
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(_WEAR)), dtype=np.float64)
    threshold = 128 + 70 * _cloud(chance, side, _GRAIN)
    faded = _cloud(chance, side, 9) > np.quantile(_cloud(chance, side, 9), 1 - _FADED)
    ink = (soft < threshold) & ~faded
    return Image.fromarray(np.where(ink, 0, 255).astype(np.uint8)).convert("1", dither=Image.Dither.NONE)


def _cloud(
    chance: np.random.Generator, side: int, grain: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Smooth noise between -1 and 1, its hills about ``grain`` dots wide."""
    small = chance.uniform(0, 255, (side // grain + 1,) * 2).astype(np.uint8)
    grown = Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(grown, dtype=np.float64) / 127.5 - 1


def main(arguments: list[str] | None = None) -> None:
    """Write one PNG a seal."""
    parser = argparse.ArgumentParser(prog="python -m certificates.pdf.seal_scans", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the images")
    parser.add_argument("--font", type=Path, help="path of ipamjm.ttf when it is not at a standard place")
    options = parser.parse_args(arguments)
    face = Typeface.load(find_mincho(options.font))
    options.out.mkdir(parents=True, exist_ok=True)
    for seed, (name, lettering) in enumerate(SEALS.items(), 1):
        scan(lettering, face, seed=seed).save(options.out / name, dpi=(_DPI, _DPI), optimize=True)


if __name__ == "__main__":
    main()
