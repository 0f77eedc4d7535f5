"""The marks put together: n pages of the municipality go in, n sheets of two marked sides come out."""

from __future__ import annotations

from collections.abc import Sequence

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from anti_forgery.back import GROUND_PANEL, codes
from anti_forgery.ground import dots_object, ground_object
from anti_forgery.note import note_font, note_object, own_words
from anti_forgery.pdf_objects import A4, stream_object
from anti_forgery.profile import PrinterProfile
from anti_forgery.sealed import BackSealer
from anti_forgery.sheet import SheetFacts
from anti_forgery.source import Source, SourcePage, read_source
from anti_forgery.update import Update, written
from certificates.errors import BindingError, WireError

GROUND = "/KofuGround"
_FRONT_CONTENT = f"q {GROUND} Do Q".encode("ascii")
_BACK_CONTENT = f"q {GROUND} Do Q q /Note Do Q\n".encode("ascii")


def mark(pdf: bytes, sheets: Sequence[SheetFacts], sealer: BackSealer, profile: PrinterProfile) -> bytes:
    """Mark a file of ``len(sheets)`` front pages for duplex printing: front 1, back 1, front 2, back 2, …

    The result begins with ``pdf`` byte for byte and adds to it, so every content stream of the municipality is kept
    as it was; the ground is painted before it, under it. Equal input and equal random bytes give equal output.

    Raises WireError when ``pdf`` is not a plain A4 document, BindingError when pages and sheets do not belong
    together, RefusedError when a sheet does not fit its back, ConfigurationError when a key's term is over.
    """
    _check_sheets(sheets)
    source = read_source(pdf, len(sheets))
    update = Update(source)
    dots = update.add(dots_object(profile))
    front_ground = update.add(ground_object(dots, None))
    back_ground = update.add(ground_object(dots, GROUND_PANEL))
    font = note_font(profile).write(update.add)
    note = update.add(note_object(profile, font))
    ground_content = update.add(stream_object("", _FRONT_CONTENT))
    kids: list[str] = []
    for page, sheet in zip(source.pages, sheets, strict=True):
        update.replace(page.reference, _front(source, page, front_ground, ground_content))
        code = codes(sealer.seal(sheet))
        mask = update.add(code.mask)
        content = update.add(stream_object("", _BACK_CONTENT + code.content + own_words(sheet, profile)))
        objects = f"{GROUND} {back_ground} 0 R/Note {note} 0 R/Codes {mask} 0 R"
        number = update.add(_back(source.tree, content, objects, font))
        kids += [_reference(page.reference), f"{number} 0 R"]
    tree = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>"
    update.replace(source.tree, tree.encode("ascii"))
    return update.finish()


def prepare(profile: PrinterProfile) -> None:
    """Make now what is the same in every file (about half a second): a service calls this before it takes orders.

    Raises ConfigurationError when the profile's font or address cannot be used.
    """
    dots_object(profile)
    note_object(profile, 0)


def _check_sheets(sheets: Sequence[SheetFacts]) -> None:
    """One order of one municipality; every copy has its own number and all its pages, in their order."""
    if not sheets:
        raise BindingError("there is no sheet to mark")
    if len({(sheet.order, sheet.municipality) for sheet in sheets}) != 1:
        raise BindingError("the sheets belong to different orders")
    position = 0
    numbers: set[str] = set()
    while position < len(sheets):
        first = sheets[position]
        copy = sheets[position : position + first.pages]
        expected = [(first.issue_number, first.copy, first.pages, page + 1) for page in range(first.pages)]
        found = [(sheet.issue_number, sheet.copy, sheet.pages, sheet.page) for sheet in copy]
        if found != expected or first.issue_number in numbers:
            raise BindingError("the sheets of a copy are not complete, not in order, or number a copy twice")
        numbers.add(first.issue_number)
        position += first.pages


def _front(source: Source, page: SourcePage, ground: int, content: int) -> bytes:
    if GROUND in page.objects:
        raise WireError("the PDF has been marked before")
    objects = DictionaryObject(page.objects)
    objects[NameObject(GROUND)] = IndirectObject(ground, 0, None)
    resources = DictionaryObject(page.resources)
    resources[NameObject("/XObject")] = objects
    entries = DictionaryObject(page.entries)
    entries[NameObject("/Resources")] = resources
    entries[NameObject("/Contents")] = ArrayObject([IndirectObject(content, 0, None), *page.contents])
    entries[NameObject("/Parent")] = source.tree
    return written(entries)


def _back(tree: IndirectObject, content: int, objects: str, font: int) -> bytes:
    return (
        f"<</Type/Page/Parent {_reference(tree)}/MediaBox[0 0 {A4[0]} {A4[1]}]/Contents {content} 0 R"
        f"/Resources<</XObject<<{objects}>>/Font<</F {font} 0 R>>>>>>"
    ).encode("ascii")


def _reference(value: IndirectObject) -> str:
    return f"{value.idnum} {value.generation} R"
