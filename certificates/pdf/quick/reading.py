"""Reading a finished file of ours back, from its bytes alone: tags, text, images, and whether each glyph is the right one.

It shares no code with the writer. What it does not expect it refuses: a file that another hop has touched, or that
another program wrote, is ``certificates.pdf.reading``'s business.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter

from certificates.errors import InvalidValueError, RefusedError, WireError
from certificates.pdf.fonts import Typeface
from certificates.pdf.images import ImageReader
from certificates.pdf.reading import MAX_CONTENT, PageTag, tagged_page

_END = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n\Z")
_TABLE = re.compile(rb"xref\n0 (\d{1,5})\n0000000000 65535 f \n((?:\d{10} 00000 n \n)+)trailer\n")
_KIDS = re.compile(rb"/Kids\[((?:\d+ 0 R ?)+)\]")
_NUMBER = re.compile(rb"(\d+) 0 R")
_FONTS = re.compile(rb"/Font<<((?:/F\d+ \d+ 0 R)+)>>")
_FONT = re.compile(rb"/(F(\d+)) (\d+) 0 R")
_SECTION = re.compile(rb"(?s) beginbfchar\n(.*?)endbfchar\n")
_MAPPING = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n")
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf <([0-9A-F]*)> Tj")
_HEAD = b"%PDF-1.7\n"
_BETWEEN = 0xFFFD  # no code of ours: a document has fewer glyphs than that
_SEPARATOR = b"%04X" % _BETWEEN


class OwnReader:
    """Reads files of the quick writer; what it has learnt of the typeface it keeps for the next one."""

    def __init__(self, face: Typeface) -> None:
        self._face = face
        self._outlines: tuple[dict[str, bytes], ...] = tuple({} for _ in face.fonts)
        self._images = ImageReader()

    def read(self, pdf: bytes) -> tuple[PageTag, ...]:
        """The pages in order. Every code has a text, and its outline in the file is what the typeface draws for it.

        Raises WireError that says what is not as it should be.
        """
        try:
            return self._read(pdf)
        except (
            ValueError,
            LookupError,
            zlib.error,
            OSError,
            struct.error,
            InvalidValueError,
            RefusedError,
        ) as error:
            raise WireError(f"the file is not as it was written: {type(error).__name__}") from error

    def _read(self, pdf: bytes) -> tuple[PageTag, ...]:
        objects = _objects(pdf)
        tree = objects[_entry(objects[1], b"/Pages")]
        kids = [int(number) for number in _NUMBER.findall(_found(_KIDS.search(tree)))]
        if tree.count(b"/Count %d/" % len(kids)) != 1:
            raise WireError("the page tree does not count its pages")
        (resources,) = {_found(_FONTS.search(objects[kid])) for kid in kids}
        texts: dict[bytes, _Texts] = {}
        for name, place, number in _FONT.findall(resources):
            font = objects[int(number)]
            texts[name] = _texts(_stream(objects[_entry(font, b"/ToUnicode")]))
            descendant = objects[_entry(font, b"/DescendantFonts[")]
            descriptor = objects[_entry(descendant, b"/FontDescriptor")]
            program = _stream(objects[_entry(descriptor, b"/FontFile2")])
            self._check_glyphs(int(place), program, [*texts[name].values()])
            texts[name][_BETWEEN] = "\n"
        return tuple(_page(objects, kid, texts, self._images) for kid in kids)

    def _check_glyphs(self, place: int, program: bytes, texts: Sequence[str]) -> None:
        """Each glyph's outline against that of the font which owns its text: what a reader of text cannot see."""
        tables = {
            program[12 + 16 * table : 16 + 16 * table]: struct.unpack_from(">II", program, 20 + 16 * table)
            for table in range(struct.unpack_from(">H", program, 4)[0])
        }
        (loca, size), (glyf, length) = tables[b"loca"], tables[b"glyf"]
        places = struct.unpack_from(f">{size // 4}I", program, loca)
        if len(places) != len(texts) + 2:
            raise WireError("the font has more glyphs than texts, or fewer")
        outlines = program[glyf : glyf + length]
        found = [outlines[start:end] for start, end in pairwise(places[1:])]
        known = self._outlines[place]
        drawn = [known[text] if text in known else self._outline(place, text) for text in texts]
        if found != drawn:
            number = next(
                number for number, pair in enumerate(zip(found, drawn, strict=True), 1) if len({*pair}) > 1
            )
            raise WireError(f"code {number} draws another glyph")

    def _outline(self, place: int, text: str) -> bytes:
        """What the font at ``place`` draws for a text that it owns, without hints (OpenType 1.9, "glyf": simple glyphs),
        in whole words."""
        (glyph,) = self._face.glyphs(text)
        if glyph.plane // 2 != place:
            raise WireError("a text is drawn by a font that does not own it")
        outline = self._face.fonts[place].outlines.outline(glyph.gid)
        if outline:
            hints = 10 + 2 * struct.unpack_from(">h", outline)[0]
            points = hints + 2 + struct.unpack_from(">H", outline, hints)[0]
            outline = outline[:hints] + b"\0\0" + outline[points:]
            outline += b"\0" * (-len(outline) % 4)
        self._outlines[place][text] = outline
        return outline


class _Texts(dict[int, str]):
    """Texts by code, counted from 1; one that is not there is an error, also for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        raise WireError(f"code {code} has no text")


def _objects(pdf: bytes) -> dict[int, bytes]:
    """Bodies by number, cut where the cross-reference table says; every byte of the file belongs to one."""
    end = _END.search(pdf, len(pdf) - 40)
    start = int(_found(end))
    table = _TABLE.match(pdf, start)
    if table is None or not pdf.startswith(_HEAD):
        raise WireError("the file has another shape")
    places = [int(line[:10]) for line in table[2].splitlines()]
    if len(places) + 1 != int(table[1]) or places != sorted(places):
        raise WireError("the cross-reference table is not in order")
    objects: dict[int, bytes] = {}
    for number, (place, after) in enumerate(zip(places, [*places[1:], start], strict=True), 1):
        head = b"%d 0 obj\n" % number
        if pdf[place : place + len(head)] != head or pdf[after - 8 : after] != b"\nendobj\n":
            raise WireError(f"object {number} is not where the table says")
        objects[number] = pdf[place + len(head) : after - 8]
    return objects


def _found(match: re.Match[bytes] | None) -> bytes:
    if match is None:
        raise WireError("the file has another shape")
    return match[1]


def _entry(body: bytes, name: bytes) -> int:
    found = re.search(re.escape(name) + rb" ?(\d+) 0 R", body)
    return int(_found(found))


def _stream(body: bytes) -> bytes:
    """The unfolded bytes of a stream object, whose Length must be true."""
    head, _, rest = body.partition(b"stream\n")
    length = int(_found(re.search(rb"/Length (\d+)/", head)))
    if rest[length:] != b"\nendstream":
        raise WireError("a stream is not as long as it says")
    unfold = zlib.decompressobj()
    data = unfold.decompress(rest[:length], MAX_CONTENT)
    if not unfold.eof or unfold.unused_data:
        raise WireError("a stream does not end where it should")
    return data


def _texts(cmap: bytes) -> _Texts:
    pairs = _MAPPING.findall(b"".join(_SECTION.findall(cmap)))
    codes, words = zip(*pairs, strict=True) if pairs else ((), ())
    if codes != _counted(len(codes)):
        raise WireError("a code has two texts, or none")
    texts = _utf16(b"000A".join(words)).split("\n")
    if len(texts) != len(codes):
        raise WireError("a text holds a line break")
    return _Texts(enumerate(texts, 1))


@lru_cache(256)  # sheets have about as many glyphs
def _counted(count: int) -> tuple[bytes, ...]:
    return tuple(b"%04X" % code for code in range(1, count + 1))


def _utf16(word: bytes) -> str:
    return bytes.fromhex(word.decode("ascii")).decode("utf-16-be")


def _page(
    objects: Mapping[int, bytes], number: int, texts: Mapping[bytes, _Texts], images: ImageReader
) -> PageTag:
    stream = _stream(objects[_entry(objects[number], b"/Contents")])
    return tagged_page(stream, _shown(stream, texts), images=images.read(stream))


def _shown(stream: bytes, texts: Mapping[bytes, _Texts]) -> str:
    """What the stream shows, a line for each run."""
    runs = _SHOWN.findall(stream)
    if len(runs) != stream.count(b"Tj"):
        raise WireError("a text is shown in another way")
    return "\n".join(
        [
            _utf16(_SEPARATOR.join([codes for _, codes in group])).translate(texts[font])
            for font, group in groupby(runs, itemgetter(0))
        ]
    )
