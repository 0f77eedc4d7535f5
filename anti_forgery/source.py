"""The municipality's file, checked before it is touched: a plain, unencrypted A4 document of the expected pages."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager
from dataclasses import dataclass

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, PdfObject, StreamObject

from anti_forgery.pdf_objects import A4
from certificates.errors import BindingError, KofuError, WireError
from certificates.problems import ProblemCode

MAX_FILE = 4 * 1024 * 1024
MAX_CONTENT = 8 * 1024 * 1024
"""Bytes of one page's content when inflated; a certificate has some 10 KB."""
MAX_OBJECTS = 100_000
MAX_DEPTH = 16
MAX_STREAMS = 64
"""Content streams of one page."""
A4_TOLERANCE = 1.0
"""Points; builders round A4 to 595 × 842 or to 595.28 × 841.89."""
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
ACTIVE = ("/AcroForm", "/OpenAction", "/AA", "/OCProperties", "/Encrypt")
"""What could make a printer show something else than what was bound to the order."""
ACTIVE_ON_PAGE = ("/Annots", "/AA")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """One page: its object, its entries with what it inherits, its resources, and references to its content."""

    reference: IndirectObject
    entries: DictionaryObject
    resources: DictionaryObject
    objects: DictionaryObject  # the resources' /XObject
    contents: tuple[IndirectObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A checked file, and what an incremental update needs to know of it."""

    data: bytes
    pages: tuple[SourcePage, ...]
    tree: IndirectObject
    trailer: DictionaryObject
    size: int
    startxref: int
    uses_xref_stream: bool


def read_source(data: bytes, pages: int) -> Source:
    """Check a file of ``pages`` pages from outside.

    Raises WireError for what is not a plain PDF of A4 pages, BindingError when the number of pages differs.
    """
    if len(data) > MAX_FILE:
        raise WireError(f"the PDF is larger than {MAX_FILE} bytes", code=ProblemCode.BODY_TOO_LARGE)
    if not data.startswith(b"%PDF-"):
        raise WireError("the file is not a PDF")
    try:
        with _limits():
            return _parsed(data, pages)
    except KofuError:
        raise
    except PyPdfError as error:
        raise WireError("the PDF cannot be read") from error
    except Exception as error:
        # A broken file makes a parser fail in every way there is: not one of them may pass as an internal fault.
        raise WireError("the PDF is damaged") from error


def _limits() -> AbstractContextManager[Configuration]:
    """How much work a file may make, for this thread or task alone."""
    return apply_configuration(
        maximum_declared_stream_length=MAX_FILE,
        zlib_maximum_output_length=MAX_CONTENT,
        lzw_maximum_output_length=MAX_CONTENT,
        run_length_maximum_output_length=MAX_CONTENT,
        stream_decoding_work_maximum_length=2 * MAX_CONTENT,
        stream_filters_maximum_length=2,
        # A damaged stream is refused, not guessed at: a printer might guess otherwise.
        zlib_maximum_recovery_input_length=0,
        # Never start another program on what came from outside.
        jbig2dec_binary=None,
    )


def _parsed(data: bytes, pages: int) -> Source:
    reader = PdfReader(io.BytesIO(data), strict=True, xref_stream_maximum_entries=MAX_OBJECTS)
    if reader.is_encrypted:
        raise WireError("the PDF is encrypted")
    trailer = reader.trailer
    catalog = _dictionary(trailer.raw_get("/Root"), "catalog")
    _refuse(catalog, ACTIVE, "the catalog")
    tree = catalog.raw_get("/Pages")
    if not isinstance(tree, IndirectObject):
        raise WireError("the page tree is not an object of its own")
    size = trailer["/Size"]
    known = [*reader.xref_objStm, *(number for table in reader.xref.values() for number in table)]
    if not isinstance(size, int) or not max(known) < size <= MAX_OBJECTS:
        raise WireError("the number of objects is not what the trailer says, or too large")
    found = _Walk(pages).walk(tree)
    if len(found) != pages:
        raise BindingError(f"the PDF has {len(found)} pages where the order has {pages}")
    position = _startxref(data)
    return Source(
        data=data,
        pages=found,
        tree=tree,
        trailer=trailer,
        size=size,
        startxref=position,
        uses_xref_stream=data[position : position + 4] != b"xref",
    )


class _Walk:
    """Depth first through the page tree, never twice through a node and never past the page that is one too many."""

    def __init__(self, pages: int) -> None:
        self._limit = pages + 1
        self._seen: set[tuple[int, int]] = set()

    def walk(self, tree: IndirectObject) -> tuple[SourcePage, ...]:
        return tuple(self._pages(tree, {}, 0))

    def _pages(self, node: PdfObject, inherited: dict[str, PdfObject], depth: int) -> list[SourcePage]:
        if not isinstance(node, IndirectObject) or depth > MAX_DEPTH:
            raise WireError("the page tree is not a tree of objects")
        if (node.idnum, node.generation) in self._seen:
            raise WireError("the page tree holds a page twice")
        self._seen.add((node.idnum, node.generation))
        if len(self._seen) > 4 * self._limit + MAX_DEPTH:
            raise WireError("the page tree has far more nodes than pages")
        entries = _dictionary(node, "page tree node")
        inherited = inherited | {name: entries.raw_get(name) for name in INHERITED if name in entries}
        if entries.get("/Type") == "/Page":
            return [_page(node, entries, inherited)]
        if entries.get("/Type") != "/Pages":
            raise WireError("the page tree holds something that is neither /Pages nor /Page")
        found: list[SourcePage] = []
        for kid in _array(entries.raw_get("/Kids"), "/Kids"):
            found += self._pages(kid, inherited, depth + 1)
            if len(found) >= self._limit:
                break
        return found


def _page(reference: IndirectObject, own: DictionaryObject, inherited: dict[str, PdfObject]) -> SourcePage:
    _refuse(own, ACTIVE_ON_PAGE, "a page")
    entries = DictionaryObject({**own, **{NameObject(name): value for name, value in inherited.items()}})
    media = _box(entries, "/MediaBox")
    if any(abs(a - b) > A4_TOLERANCE for a, b in zip(media, (0.0, 0.0, *A4), strict=True)):
        raise WireError("a page is not A4 portrait")
    if "/CropBox" in entries and any(
        abs(a - b) > A4_TOLERANCE for a, b in zip(media, _box(entries, "/CropBox"), strict=True)
    ):
        raise WireError("a page is cropped")
    if entries.get("/Rotate", 0) != 0 or entries.get("/UserUnit", 1) != 1:
        raise WireError("a page is rotated or scaled")
    group = entries.get("/Group")
    if group is not None and _dictionary(group, "/Group").get("/CS", "/DeviceCMYK") != "/DeviceCMYK":
        # A page blended in RGB turns the marks' CMYK into RGB, and the colorants that carry them are lost.
        raise WireError("a page is blended in another colour space than DeviceCMYK")
    resources = _dictionary(entries.raw_get("/Resources"), "/Resources")
    objects = (
        _dictionary(resources.raw_get("/XObject"), "/XObject")
        if "/XObject" in resources
        else DictionaryObject()
    )
    return SourcePage(
        reference=reference,
        entries=entries,
        resources=resources,
        objects=objects,
        contents=_contents(entries),
    )


def _contents(entries: DictionaryObject) -> tuple[IndirectObject, ...]:
    raw = entries.raw_get("/Contents")
    streams = [raw] if isinstance(raw.get_object(), StreamObject) else list(_array(raw, "/Contents"))
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
    return tuple(stream for stream in streams if isinstance(stream, IndirectObject))


def _box(entries: DictionaryObject, name: str) -> tuple[float, ...]:
    box = tuple(float(side) for side in _array(entries.raw_get(name), name))
    if len(box) != 4:
        raise WireError(f"{name} has not four sides")
    return box


def _refuse(entries: DictionaryObject, names: tuple[str, ...], where: str) -> None:
    for name in names:
        if name in entries:
            raise WireError(f"{where} has {name}, which a certificate has no use for")


def _dictionary(value: PdfObject, what: str) -> DictionaryObject:
    found = value.get_object()
    if not isinstance(found, DictionaryObject):
        raise WireError(f"the {what} is not a dictionary")
    return found


def _array(value: PdfObject, what: str) -> ArrayObject:
    found = value.get_object()
    if not isinstance(found, ArrayObject):
        raise WireError(f"{what} is not an array")
    return found


def _startxref(data: bytes) -> int:
    """Where the last cross-reference section begins; the reader has been there already."""
    return int(data[data.rindex(b"startxref") + len(b"startxref") :].split(None, 1)[0])
