"""The municipalities that ship, side by side: ``python -m certificates.preview.side_by_side --out docs/pictures``."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import pypdfium2
from PIL import Image

from certificates.errors import KofuError
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.quick.writer import QuickWriter
from certificates.preview.specimens import specimens
from certificates.profiles.reading import load_profile, shipped_profile

_CODES = ("992011", "993212", "981010")
_DAY = date(2026, 11, 26)
_RESOLUTION = 84  # dots per inch
_GAP = 14  # dots of grey around each sheet
_GREY = 225


def main(arguments: list[str] | None = None) -> None:
    """The first specimen of each, on one picture."""
    parser = argparse.ArgumentParser(prog="python -m certificates.preview.side_by_side", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the picture")
    parser.add_argument("--font", type=Path, help="path of ipamjm.ttf when it is not at a standard place")
    options = parser.parse_args(arguments)
    face = Typeface.load(find_mincho(options.font))
    sheets = [_sheet(code, face) for code in _CODES]
    width, height = sheets[0].size
    picture = Image.new("L", (len(sheets) * (width + _GAP) + _GAP, height + 2 * _GAP), _GREY)
    for place, sheet in enumerate(sheets):
        picture.paste(sheet, (_GAP + place * (width + _GAP), _GAP))
    options.out.mkdir(parents=True, exist_ok=True)
    picture.quantize(16).save(options.out / "municipalities.png", optimize=True)


def _sheet(code: str, face: Typeface) -> Image.Image:
    specimen = next(specimens(load_profile(shipped_profile(code)), face, _DAY))
    if isinstance(specimen.content, KofuError):
        raise specimen.content
    with pypdfium2.PdfDocument(QuickWriter(face).render([specimen.content]).pdf) as document:
        picture: Image.Image = document[0].render(scale=_RESOLUTION / 72, grayscale=True).to_pil()
        return picture


if __name__ == "__main__":
    main()
