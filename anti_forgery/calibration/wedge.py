"""The calibration sheet: fields with rising balance, each a square of coarse dots within fine ones, codes in the corners.

The codes say that it is this sheet and where it lies in a scan, whatever its resolution, turn and perspective.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from anti_forgery import aztec
from anti_forgery.ground import CYAN, dotted
from anti_forgery.pdf_objects import A4, DOT, number, plain_mask, stream_object

STEPS = tuple(round(0.70 + 0.05 * step, 2) for step in range(24))
"""0.70 to 1.85."""
COLUMNS, ROWS = 4, 6
FIELD = (992, 832)
"""Width and height of a field in dots of 600 dpi."""
GAP = 64
ORIGIN = (400, 848)
"""Lower left corner of the lowest row, in dots from the lower left corner of the sheet."""
INNER = (288, 704, 240, 592)
"""Left, right, bottom and top of the coarse dots within a field."""
CODE_DOTS = 16
"""Side of a module of a corner code."""
CODE_MARGIN = 220
CONTENTS = (b"KOFU CAL 1 A", b"KOFU CAL 1 B", b"KOFU CAL 1 C", b"KOFU CAL 1 D")
"""Upper left, upper right, lower right, lower left."""
SHEET = (round(A4[0] / DOT), round(A4[1] / DOT))


def wedge_pdf() -> bytes:
    """The sheet as a PDF, DeviceCMYK, every dot on the grid of a 600 dpi engine."""
    masks = [_field(step) for step in STEPS] + [_code(content) for content in CONTENTS]
    lines = [CYAN]
    for place in range(len(STEPS)):
        lines.append(_placed(f"/M{place}", *field_corner(place), *FIELD))
    lines.append("0 0 0 1 k")
    side = code_side()
    for place, (x, y) in enumerate(code_corners(), len(STEPS)):
        lines.append(_placed(f"/M{place}", x, y, side, side))
    lines.append("BT /F 9 Tf")
    for place, step in enumerate(STEPS):
        x, y = field_corner(place)
        lines.append(f"1 0 0 1 {number(x * DOT)} {number((y - 44) * DOT)} Tm ({step:.2f}) Tj")
    title = "Calibration sheet: print at 100 %, scan in colour at 600 dpi or more, then read it."
    lines.append(f"1 0 0 1 {number(900 * DOT)} {number((SHEET[1] - 330) * DOT)} Tm ({title}) Tj ET")
    return _document("\n".join(lines).encode("ascii"), masks)


def field_corner(place: int) -> tuple[int, int]:
    """Lower left corner of a field in dots, counted from the upper left field."""
    row, column = divmod(place, COLUMNS)
    return ORIGIN[0] + column * (FIELD[0] + GAP), ORIGIN[1] + (ROWS - 1 - row) * (FIELD[1] + GAP)


def code_side() -> int:
    return int(_modules().shape[1]) * CODE_DOTS


def code_corners() -> tuple[tuple[int, int], ...]:
    """Lower left corners of the four codes in dots."""
    near = CODE_MARGIN
    right, top = (length - near - code_side() for length in SHEET)
    return (near, top), (right, top), (right, near), (near, near)


@lru_cache(maxsize=1)
def _modules() -> NDArray[np.uint8]:
    return aztec.encode(CONTENTS)


def _code(content: bytes) -> bytes:
    modules = _modules()[CONTENTS.index(content)]
    return plain_mask(modules.shape[1], modules.shape[0], np.packbits(modules, axis=1).tobytes())


def _field(step: float) -> bytes:
    left, right, bottom, top = INNER

    def in_square(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        upwards = FIELD[1] - y[:, None]
        return (left <= x) & (x < right) & (bottom <= upwards) & (upwards < top)

    pixels = dotted(FIELD, in_square, step)
    return plain_mask(*FIELD, np.packbits(pixels, axis=1).tobytes())


def _placed(name: str, x: int, y: int, width: int, height: int) -> str:
    sides = " ".join(number(value * DOT) for value in (width, 0, 0, height, x, y))
    return f"q {sides} cm {name} Do Q"


def _document(content: bytes, masks: list[bytes]) -> bytes:
    names = " ".join(f"/M{place} {6 + place} 0 R" for place in range(len(masks)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {A4[0]} {A4[1]}]/Contents 4 0 R"
            f"/Resources<</Font<</F 5 0 R>>/XObject<<{names}>>>>>>"
        ).encode("ascii"),
        stream_object("", content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *masks,
    ]
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number_, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number_, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    return bytes(out) + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
