"""The shape of a calibration sheet: 24 fields, each a square within another tone, and codes in the corners.

The codes say which sheet it is and where it lies in a scan, whatever its resolution, turn and perspective.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from anti_forgery import aztec
from anti_forgery.pdf_objects import A4, DOT, number, plain_mask, stream_object

COLUMNS, ROWS = 4, 6
FIELDS = COLUMNS * ROWS
FIELD = (992, 832)
"""Width and height of a field in dots of 600 dpi."""
GAP = 64
ORIGIN = (400, 848)
"""Lower left corner of the lowest row, in dots from the lower left corner of the sheet."""
INNER = (288, 704, 240, 592)
"""Left, right, bottom and top of the square within a field."""
CODE_DOTS = 16
"""Side of a module of a corner code."""
CODE_MARGIN = 220
SHEET = (round(A4[0] / DOT), round(A4[1] / DOT))


@dataclass(frozen=True, slots=True)
class SheetKind:
    """What the codes of one kind of sheet say before they name their corner."""

    name: str

    @property
    def contents(self) -> tuple[bytes, ...]:
        """Upper left, upper right, lower right, lower left."""
        return tuple(f"{self.name} {corner}".encode("ascii") for corner in "ABCD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is drawn on one sheet beside its codes: operators, and the masks that they name /M0, /M1, …"""

    kind: SheetKind
    title: str
    content: Sequence[str]
    labels: Sequence[str]
    masks: Sequence[bytes] = ()


def field_corner(place: int) -> tuple[int, int]:
    """Lower left corner of a field in dots, counted from the upper left field."""
    row, column = divmod(place, COLUMNS)
    return ORIGIN[0] + column * (FIELD[0] + GAP), ORIGIN[1] + (ROWS - 1 - row) * (FIELD[1] + GAP)


def code_side(kind: SheetKind) -> int:
    return int(_modules(kind).shape[1]) * CODE_DOTS


def code_corners(kind: SheetKind) -> tuple[tuple[int, int], ...]:
    """Lower left corners of the four codes in dots."""
    near = CODE_MARGIN
    right, top = (length - near - code_side(kind) for length in SHEET)
    return (near, top), (right, top), (right, near), (near, near)


def placed(name: str, x: int, y: int, width: int, height: int) -> str:
    """Operators that draw a mask, in dots."""
    sides = " ".join(number(value * DOT) for value in (width, 0, 0, height, x, y))
    return f"q {sides} cm {name} Do Q"


def filled(x: int, y: int, width: int, height: int) -> str:
    """Operators that fill a rectangle, in dots."""
    return " ".join(number(value * DOT) for value in (x, y, width, height)) + " re f"


def document(page: Page) -> bytes:
    """The sheet as a PDF, DeviceCMYK, every edge on the grid of a 600 dpi engine."""
    masks = [*page.masks, *(_code(modules) for modules in _modules(page.kind))]
    side = code_side(page.kind)
    lines = [*page.content, "0 0 0 1 k"]
    for place, (x, y) in enumerate(code_corners(page.kind), len(page.masks)):
        lines.append(placed(f"/M{place}", x, y, side, side))
    lines.append("BT /F 6 Tf")  # between two rows of fields, touching neither
    for place, label in enumerate(page.labels):
        x, y = field_corner(place)
        lines.append(f"1 0 0 1 {number(x * DOT)} {number((y - 50) * DOT)} Tm ({label}) Tj")
    top = number((SHEET[1] - 330) * DOT)
    lines.append(f"/F 9 Tf 1 0 0 1 {number(900 * DOT)} {top} Tm ({page.title}) Tj ET")
    return _document("\n".join(lines).encode("ascii"), masks)


@lru_cache(maxsize=8)
def _modules(kind: SheetKind) -> NDArray[np.uint8]:
    return aztec.encode(kind.contents)


def _code(modules: NDArray[np.uint8]) -> bytes:
    return plain_mask(modules.shape[1], modules.shape[0], np.packbits(modules, axis=1).tobytes())


def _document(content: bytes, masks: Sequence[bytes]) -> bytes:
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
