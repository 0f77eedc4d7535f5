"""``python -m load_tests.kiosk_screens --out docs/pictures``: a visit at the touch screen on one picture."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PIL import Image

from certificates.domain.clock import JST
from certificates.errors import KofuError
from certificates.pdf.fonts import Typeface, find_mincho
from load_tests.kiosk_screens.drawing import drawn
from load_tests.kiosk_screens.visit import visit_views

_NOON = datetime(2026, 11, 26, 12, tzinfo=JST)
_ACROSS = 3  # screens in a row
_SCREEN = (480, 360)  # dots
_GAP = 10
_GREY = (82, 93, 107)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 drawn, 1 the machine lacks what draws it."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.kiosk_screens", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the picture")
    parser.add_argument("--font", type=Path, help="path of ipamjm.ttf when it is not at a standard place")
    options = parser.parse_args(arguments)
    try:
        face = Typeface.load(find_mincho(options.font))
        screens = list(drawn(list(visit_views(face, _NOON))))
    except KofuError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    # small warning signs keep their colours, which the median cut would give to the edges of letters
    sheet = side_by_side(screens).quantize(method=Image.Quantize.MAXCOVERAGE)
    sheet.save(options.out / "kiosk-screens.png", optimize=True)
    return 0


def side_by_side(screens: Sequence[Image.Image]) -> Image.Image:
    """In reading order, each on grey."""
    width, height = _SCREEN
    rows = -(-len(screens) // _ACROSS)
    sheet = Image.new("RGB", (_ACROSS * (width + _GAP) + _GAP, rows * (height + _GAP) + _GAP), _GREY)
    for place, screen in enumerate(screens):
        down, across = divmod(place, _ACROSS)
        thumb = screen.resize(_SCREEN, Image.Resampling.LANCZOS)
        sheet.paste(thumb, (_GAP + across * (width + _GAP), _GAP + down * (height + _GAP)))
    return sheet


if __name__ == "__main__":
    sys.exit(main())
