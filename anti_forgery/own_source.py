"""Files of this project's quick writer, recognised byte by byte: no parser stands between the file and its marks.

What has any other shape is not refused here but left to the general reader (``foreign_source``).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from anti_forgery.pdf_objects import A4
from anti_forgery.source import A4_TOLERANCE, MAX_CONTENT, MAX_FILE, Reference, Source, SourcePage

_HEAD = b"%PDF-1.7\n"
_END = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n\Z")
_LONGEST_END = 40
_TABLE = re.compile(
    rb"xref\n0 (\d{1,5})\n0000000000 65535 f \n((?:\d{10} 00000 n \n)+)trailer\n"
    rb"<</Size (\d{1,5})(/Root 1 0 R/Info \d{1,5} 0 R)/ID\[(<[0-9A-Fa-f]{32}>)<[0-9A-Fa-f]{32}>\]>>\n"
)
_LINE = 20
_CATALOG = re.compile(
    rb"<</Type/Catalog/Pages (\d{1,5}) 0 R/Lang\(ja\)/ViewerPreferences<</DisplayDocTitle true>>>>\nendobj\n"
)
_TREE = re.compile(rb"<</Type/Pages/Count (\d{1,4})/Kids\[(\d{1,5} 0 R(?: \d{1,5} 0 R)*)\]>>\nendobj\n")
_PAGE = re.compile(
    rb"(<</Type/Page)/Parent (\d{1,5}) 0 R(/MediaBox\[0 0 (\d{1,4}\.?\d{0,4}) (\d{1,4}\.?\d{0,4})\])"
    rb"/Contents (\d{1,5}) 0 R/Resources<<(/Font<<(?:/\w{1,8} \d{1,5} 0 R)+>>)>>>>\nendobj\n"
)
_STREAM = re.compile(rb"<</Length (\d{1,8})/Filter/FlateDecode>>stream\n")
_END_OF_STREAM = b"\nendstream\nendobj\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """The parts that a page object of the quick writer consists of."""

    reference: Reference
    head: bytes
    box: bytes
    contents: int
    fonts: bytes

    def marked(self, tree: Reference, backdrop: int, objects: str, add: Callable[[bytes], int]) -> bytes:
        return b"%b/Parent %d %d R%b/Contents[%d 0 R %d 0 R]/Resources<<%b/XObject<<%b>>>>>>" % (
            self.head,
            *tree,
            self.box,
            backdrop,
            self.contents,
            self.fonts,
            objects.encode("ascii"),
        )


def own_source(data: bytes, pages: int) -> Source | None:
    """A file of ``pages`` pages of the quick writer; None for any other, which the general reader has to judge."""
    if len(data) > MAX_FILE or not data.startswith(_HEAD):
        return None
    end = _END.search(data, len(data) - _LONGEST_END)
    table = _TABLE.match(data, int(end[1])) if end is not None else None
    if end is None or table is None or table.end() != end.start():
        return None
    objects = _Objects(data, table)
    catalog = objects.match(1, _CATALOG)
    tree = int(catalog[1]) if catalog is not None else 0
    node = objects.match(tree, _TREE)
    if table[1] != table[3] or len(table[2]) != _LINE * (int(table[1]) - 1) or node is None:
        return None
    kids = [int(kid) for kid in node[2].split()[::3]]
    if not len(kids) == len(set(kids)) == int(node[1]) == pages:
        return None
    found: list[SourcePage] = []
    for kid in kids:
        page = _page(objects, kid, tree)
        if page is None:
            return None
        found.append(page)
    return Source(
        data=data,
        pages=tuple(found),
        tree=(tree, 0),
        trailer=table[4],
        identity=table[5],
        size=int(table[1]),
        startxref=int(end[1]),
        uses_xref_stream=False,
    )


class _Objects:
    """Where the one cross-reference table of the file says that its objects are."""

    def __init__(self, data: bytes, table: re.Match[bytes]) -> None:
        self.data = data
        self._lines = table[2]

    def match(self, number: int, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        if not 0 < number <= len(self._lines) // _LINE:
            return None
        place = int(self._lines[_LINE * (number - 1) : _LINE * (number - 1) + 10])
        head = b"%d 0 obj\n" % number
        return pattern.match(self.data, place + len(head)) if self.data.startswith(head, place) else None


def _page(objects: _Objects, number: int, tree: int) -> OwnPage | None:
    page = objects.match(number, _PAGE)
    if page is None or int(page[2]) != tree:
        return None
    if any(
        abs(float(side) - wanted) > A4_TOLERANCE for side, wanted in zip(page.group(4, 5), A4, strict=True)
    ):
        return None
    contents = int(page[6])
    stream = objects.match(contents, _STREAM)
    if stream is None or not _is_sound(objects.data, stream.end(), int(stream[1])):
        return None
    return OwnPage(reference=(number, 0), head=page[1], box=page[3], contents=contents, fonts=page[7])


def _is_sound(data: bytes, start: int, length: int) -> bool:
    """Whether a whole, not too long stream stands there: a printer must have nothing to guess."""
    if not data.startswith(_END_OF_STREAM, start + length):
        return False
    inflate = zlib.decompressobj()
    try:
        content = inflate.decompress(memoryview(data)[start : start + length], MAX_CONTENT)
    except zlib.error:
        return False
    return bool(content) and inflate.eof and not inflate.unused_data
