"""One page of a file of another writer: what it shows is brought upright onto A4, never scaled, or it is refused.

A page whose boxes, rotation or unit differ from plain A4 keeps its content streams; a matrix and a clip stand before
them, so the municipality's page is printed where a viewer shows it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from pypdf.generic import (
    ArrayObject,
    ContentStream,
    DictionaryObject,
    IndirectObject,
    NameObject,
    PdfObject,
    StreamObject,
)

from anti_forgery.pdf_objects import A4, number, stream_object
from anti_forgery.source import A4_TOLERANCE, MAX_CONTENT, Reference
from certificates.errors import WireError
from certificates.problems import ProblemCode

MAX_STREAMS = 64
"""Content streams of one page."""
MAX_PLACED_CONTENT = 512 * 1024
"""Bytes of the content of a page that must be moved: its operators are counted one by one."""
MAX_NESTING = 128
REFUSED_ON_PAGE = {
    "/Annots": "a page has annotations, which printers may show or leave out: send it flattened",
    "/AA": "a page starts actions",
}
BOXES = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/UserUnit")
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignPage:
    """A page's entries with what it inherits; ``placed``: box on the sheet and operators, when it must be moved."""

    reference: Reference
    entries: DictionaryObject
    resources: DictionaryObject
    objects: DictionaryObject  # the resources' /XObject
    contents: tuple[IndirectObject, ...]
    placed: tuple[tuple[float, float], str] | None

    def marked(self, tree: Reference, backdrop: int, objects: str, add: Callable[[bytes], int]) -> bytes:
        names = objects.split("/")[1:]
        if any(f"/{name.split(' ')[0]}" in self.objects for name in names):
            raise WireError("the PDF has been marked before")
        entries, resources = DictionaryObject(self.entries), DictionaryObject(self.resources)
        resources.pop("/XObject", None)
        for name in ("/Resources", "/Contents", "/Parent", *(BOXES if self.placed else ("/Rotate",))):
            entries.pop(name, None)
        streams = [f"{stream.idnum} {stream.generation} R" for stream in self.contents]
        box = b""
        if self.placed is not None:
            (width, height), operators = self.placed
            box = f"/MediaBox[0 0 {number(width)} {number(height)}]".encode("ascii")
            before = add(stream_object("", f"q {operators}\n".encode("ascii")))
            after = add(stream_object("", b"\nQ"))
            streams = [f"{before} 0 R", *streams, f"{after} 0 R"]
        inner = b"%b/XObject%b%b>>>>" % (
            written(resources)[:-2],
            written(self.objects)[:-2],
            objects.encode("ascii"),
        )
        kids = " ".join([f"{backdrop} 0 R", *streams]).encode("ascii")
        return b"%b%b/Parent %d %d R/Contents[%b]/Resources%b>>" % (
            written(entries)[:-2],
            box,
            *tree,
            kids,
            inner,
        )


def foreign_page(
    reference: IndirectObject, own: DictionaryObject, inherited: dict[str, PdfObject]
) -> ForeignPage:
    """Raises WireError with the reason why the page cannot be marked."""
    for name, reason in REFUSED_ON_PAGE.items():
        if name in own:
            raise WireError(f"{reason} ({name})")
    entries = DictionaryObject({**own, **{NameObject(name): value for name, value in inherited.items()}})
    group = entries.get("/Group")
    if group is not None and dictionary(group, "/Group").get("/CS", "/DeviceCMYK") != "/DeviceCMYK":
        # A page blended in RGB turns the marks' CMYK into RGB, and the colorants that carry them are lost.
        raise WireError("a page is blended in another colour space than DeviceCMYK")
    resources = dictionary(entries.raw_get("/Resources"), "/Resources")
    objects = (
        dictionary(resources.raw_get("/XObject"), "/XObject")
        if "/XObject" in resources
        else DictionaryObject()
    )
    contents, size = _contents(entries)
    placed = _placement(entries)
    if placed is not None:
        _check_nesting(entries, size)
    return ForeignPage(
        reference=(reference.idnum, reference.generation),
        entries=entries,
        resources=resources,
        objects=objects,
        contents=contents,
        placed=placed,
    )


def _placement(entries: DictionaryObject) -> tuple[tuple[float, float], str] | None:
    """Size on the sheet, and the operators that bring the visible part there; None for a plain A4 page."""
    media = _box(entries, "/MediaBox")
    crop = _box(entries, "/CropBox") if "/CropBox" in entries else media
    x0, y0, x1, y1 = (
        max(media[0], crop[0]),
        max(media[1], crop[1]),
        min(media[2], crop[2]),
        min(media[3], crop[3]),
    )
    turn, unit = entries.get("/Rotate", 0), float(entries.get("/UserUnit", 1))
    if turn not in (0, 90, 180, 270, -90, -180, -270) or not 0.01 <= unit <= 100:
        raise WireError(
            "a page is rotated by something else than quarter turns, or its /UserUnit is out of range"
        )
    turn %= 360
    width, height = (x1 - x0) * unit, (y1 - y0) * unit
    if turn % 180:
        width, height = height, width
    if width > height:  # shown in landscape: turned once more, onto the upright sheet
        turn, width, height = (turn + 270) % 360, height, width
    if any(abs(side - wanted) > A4_TOLERANCE for side, wanted in zip((width, height), A4, strict=True)):
        raise WireError(
            f"a page shows {width:.0f} × {height:.0f} points where A4 has {A4[0]:.0f} × {A4[1]:.0f}: "
            "a certificate is never scaled, for seals print at their true size"
        )
    if (
        turn == 0
        and unit == 1
        and all(abs(a - b) <= A4_TOLERANCE for a, b in zip(media, (0, 0, *A4), strict=True))
    ):
        return None
    matrix = {
        0: (1, 0, 0, 1, -x0, -y0),
        90: (0, -1, 1, 0, -y0, x1),
        180: (-1, 0, 0, -1, x1, y1),
        270: (0, 1, -1, 0, y1, -x0),
    }[turn]
    cm = " ".join(number(value * unit) for value in matrix)
    clip = " ".join(number(value) for value in (x0, y0, x1 - x0, y1 - y0))
    return (width, height), f"{cm} cm {clip} re W n"


def _check_nesting(entries: DictionaryObject, size: int) -> None:
    """Content that restores more states than it saved would leave the matrix and print somewhere else."""
    if size > MAX_PLACED_CONTENT:
        raise WireError("a rotated or cropped page has too much content", code=ProblemCode.BODY_TOO_LARGE)
    depth = 0
    for _, operator in ContentStream(entries["/Contents"], None).operations:
        depth += {b"q": 1, b"Q": -1}.get(operator, 0)
        if not 0 <= depth <= MAX_NESTING:
            break
    if depth:
        raise WireError("the content of a rotated or cropped page does not restore what it saves")


def _contents(entries: DictionaryObject) -> tuple[tuple[IndirectObject, ...], int]:
    """The content streams, and their size inflated."""
    raw = entries.raw_get("/Contents")
    streams = [raw] if isinstance(raw.get_object(), StreamObject) else list(array(raw, "/Contents"))
    if len(streams) > MAX_STREAMS:
        raise WireError(f"the content of a page has more than {MAX_STREAMS} parts")
    total = 0
    for stream in streams:
        content = stream.get_object()
        if not isinstance(stream, IndirectObject) or not isinstance(content, StreamObject):
            raise WireError("the content of a page is not a stream")
        total += len(content.get_data())
        if total > MAX_CONTENT:
            raise WireError("the content of a page is too large", code=ProblemCode.BODY_TOO_LARGE)
    if not total:
        raise WireError("a page is empty")
    return tuple(stream for stream in streams if isinstance(stream, IndirectObject)), total


def _box(entries: DictionaryObject, name: str) -> Box:
    sides = [float(side) for side in array(entries.raw_get(name), name)]
    if len(sides) != 4:
        raise WireError(f"{name} has not four sides")
    x0, y0, x1, y1 = sides
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def dictionary(value: PdfObject, what: str) -> DictionaryObject:
    found = value.get_object()
    if not isinstance(found, DictionaryObject):
        raise WireError(f"the {what} is not a dictionary")
    return found


def array(value: PdfObject, what: str) -> ArrayObject:
    found = value.get_object()
    if not isinstance(found, ArrayObject):
        raise WireError(f"{what} is not an array")
    return found


def written(value: PdfObject) -> bytes:
    """A PDF object as it stands in a file; references stay references. Raises WireError when it cannot be written."""
    out = io.BytesIO()
    try:
        value.write_to_stream(out)
    except Exception as error:
        # The object came from outside, and pypdf can read more than it can write.
        raise WireError("an object of the PDF cannot be written again") from error
    return out.getvalue()
