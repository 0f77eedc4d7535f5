"""The marks put together: n pages of the municipality go in, n sheets of two marked sides come out."""

from __future__ import annotations

from collections.abc import Sequence

from anti_forgery.back import codes
from anti_forgery.constants import GROUND, MICRO, Constants, constants
from anti_forgery.emblem import emblem_code, emblems
from anti_forgery.foreign_source import foreign_source
from anti_forgery.micro_text import micro_mask
from anti_forgery.note import own_words
from anti_forgery.own_source import own_source
from anti_forgery.pdf_objects import A4, plain_stream
from anti_forgery.profile import PrinterProfile
from anti_forgery.sealed import BackSealer
from anti_forgery.sheet import SheetFacts
from anti_forgery.source import Reference
from anti_forgery.update import Update
from certificates.errors import BindingError

USUAL_FILES = range(11, 19, 2)
"""Numbers at which objects are added to a file of ours of one to four pages."""


def mark(pdf: bytes, sheets: Sequence[SheetFacts], sealer: BackSealer, profile: PrinterProfile) -> bytes:
    """Mark a file of ``len(sheets)`` front pages for duplex printing: front 1, back 1, front 2, back 2, …

    The result begins with ``pdf`` byte for byte and adds to it, so every content stream of the municipality is kept
    as it was; the ground is painted before it, under it. Equal input and equal random bytes give equal output.

    Raises WireError when ``pdf`` is not a document of A4 pages, BindingError when pages and sheets do not belong
    together, RefusedError when a sheet does not fit its back, ConfigurationError when a key's term is over.
    """
    _check_sheets(sheets)
    source = own_source(pdf, len(sheets)) or foreign_source(pdf, len(sheets))
    update = Update(source)
    fixed = constants(profile, emblem_code(sheets[0].municipality), source.size)
    update.add_block(fixed.block)
    kids: list[str] = []
    for page, sheet in zip(source.pages, sheets, strict=True):
        micro = update.add(micro_mask(sheet.issue_number))
        objects = f"{GROUND} {fixed.front_ground} 0 R{MICRO} {micro} 0 R"
        update.replace(page.reference, page.marked(source.tree, fixed.backdrop, objects, update.add))
        back = _add_back(update, sheet, sealer, profile, fixed, source.tree, micro)
        kids.append(f"{page.reference[0]} {page.reference[1]} R {back} 0 R")
    tree = f"<</Type/Pages/Count {2 * len(kids)}/Kids[{' '.join(kids)}]>>"
    update.replace(source.tree, tree.encode("ascii"))
    return update.finish()


def prepare(profile: PrinterProfile) -> None:
    """Make now what is the same in every file (about half a second): a service calls this before it takes orders.

    Raises ConfigurationError when the profile's font or address cannot be used.
    """
    for municipality in emblems():
        for first in USUAL_FILES:
            constants(profile, municipality, first)


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


def _add_back(
    update: Update,
    sheet: SheetFacts,
    sealer: BackSealer,
    profile: PrinterProfile,
    fixed: Constants,
    tree: Reference,
    micro: int,
) -> int:
    """The back of one sheet; returns the number of its page object."""
    code = codes(sealer.seal(sheet, fixed.ground))
    mask = update.add(code.mask)
    words = update.add(plain_stream(b"q /Note Do Q\n" + code.content + own_words(sheet, profile)))
    objects = f"{GROUND} {fixed.back_ground} 0 R{MICRO} {micro} 0 R/Note {fixed.note} 0 R/Codes {mask} 0 R"
    return update.add(
        (
            f"<</Type/Page/Parent {tree[0]} {tree[1]} R/MediaBox[0 0 {A4[0]} {A4[1]}]"
            f"/Contents[{fixed.backdrop} 0 R {words} 0 R]"
            f"/Resources<</XObject<<{objects}>>/Font<</F {fixed.font} 0 R>>>>>>"
        ).encode("ascii")
    )
