"""Files of any other writer: parsed within limits, and refused with a reason where they hold more than pages to print."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject

from anti_forgery.foreign_page import array, dictionary, foreign_page, written
from anti_forgery.source import MAX_CONTENT, MAX_FILE, MAX_OBJECTS, Source, SourcePage
from certificates.errors import BindingError, KofuError, WireError
from certificates.problems import ProblemCode

MAX_DEPTH = 16
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
SIGNED = (
    "the PDF carries a digital signature, which would no longer hold for what is printed: send it unsigned, "
    "for the manifest signs the file"
)
REFUSED_IN_CATALOG = {
    "/Perms": SIGNED,
    "/AcroForm": "the PDF holds a form: send it flattened",
    "/OpenAction": "the PDF starts an action when it is opened",
    "/AA": "the PDF starts actions",
    "/OCProperties": "the PDF has layers, of which a printer may show others than a screen",
    "/Collection": "the PDF is a portfolio of files",
}
"""What could make a printer show something else than what was bound to the order."""
REFUSED_NAMES = {
    "/JavaScript": "the PDF holds a script",
    "/EmbeddedFiles": "the PDF has other files attached",
}


def foreign_source(data: bytes, pages: int) -> Source:
    """Check a file of ``pages`` pages from outside.

    Raises WireError for what is not a PDF of A4 pages to print, BindingError when the number of pages differs.
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
        raise WireError("the PDF is encrypted: send it without a password")
    trailer = reader.trailer
    catalog = dictionary(trailer.raw_get("/Root"), "catalog")
    _check_catalog(catalog)
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
    identity = trailer.get("/ID")
    return Source(
        data=data,
        pages=found,
        tree=(tree.idnum, tree.generation),
        trailer=b"".join(
            name.encode("ascii") + b" " + written(trailer.raw_get(name))
            for name in ("/Root", "/Info")
            if name in trailer
        ),
        identity=written(identity[0]) if isinstance(identity, ArrayObject) and identity else None,
        size=size,
        startxref=position,
        uses_xref_stream=data[position : position + 4] != b"xref",
    )


def _check_catalog(catalog: DictionaryObject) -> None:
    form = catalog.get("/AcroForm")
    if isinstance(form, DictionaryObject) and form.get("/SigFlags", 0):
        raise WireError(SIGNED)
    for name, reason in REFUSED_IN_CATALOG.items():
        if name in catalog:
            raise WireError(f"{reason} ({name} in the catalog)")
    if "/Names" in catalog:
        names = dictionary(catalog.raw_get("/Names"), "/Names")
        for name, reason in REFUSED_NAMES.items():
            if name in names:
                raise WireError(f"{reason} ({name} in the catalog)")


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
        entries = dictionary(node, "page tree node")
        inherited = inherited | {name: entries.raw_get(name) for name in INHERITED if name in entries}
        if entries.get("/Type") == "/Page":
            return [foreign_page(node, entries, inherited)]
        if entries.get("/Type") != "/Pages":
            raise WireError("the page tree holds something that is neither /Pages nor /Page")
        found: list[SourcePage] = []
        for kid in array(entries.raw_get("/Kids"), "/Kids"):
            found += self._pages(kid, inherited, depth + 1)
            if len(found) >= self._limit:
                break
        return found


def _startxref(data: bytes) -> int:
    """Where the last cross-reference section begins; the reader has been there already."""
    return int(data[data.rindex(b"startxref") + len(b"startxref") :].split(None, 1)[0])
