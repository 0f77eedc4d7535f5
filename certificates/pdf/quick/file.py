"""The objects of the file: what documents of equal length have in common is written down once and copied."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from certificates.pdf.fitting import POINTS
from certificates.pdf.font_source import FontSource, Metrics
from certificates.pdf.quick.codes import resource_name
from certificates.pdf.quick.font import FontFile
from certificates.pdf.quick.page import Page
from certificates.pdf.sheet import PAPER

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_CATALOG, _TREE, _INFO, _FIRST_PAGE = range(1, 5)
_END = b"\nendobj\n"
_END_OF_STREAM = b"\nendstream\nendobj\n"
_SYMBOLIC_SERIF = 4 | 2  # ISO 32000-1, table 123
_MEDIA = f"[0 0 {PAPER[0] * POINTS:.4f} {PAPER[1] * POINTS:.4f}]"
_TAG = b"AAAAAA"  # stands for a subset's tag, which is as long
_LINE = "{:010d} 00000 n \n".format


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """Everything of a file but its fonts' widths and streams and its pages' contents.

    ``head`` is the beginning of the file, with two gaps for each font's tag; ``lines`` are its cross-reference entries.
    ``cid_fonts`` are what goes before and behind the widths of each font; objects are numbered on from ``count``.
    """

    head: bytes
    size: int
    lines: str
    cid_fonts: tuple[tuple[str, str], ...]
    count: int


def skeleton(title: str, pages: int, fonts: Sequence[tuple[int, FontSource]]) -> Skeleton:
    """For this many pages, and these fonts by their places in the chain."""
    first_font = _FIRST_PAGE + pages
    later = first_font + 2 * len(fonts)
    first_content = later + 3 * len(fonts)
    kids = " ".join([f"{_FIRST_PAGE + page} 0 R" for page in range(pages)])
    resources = "".join(
        [f"/{resource_name(place)} {first_font + 2 * index} 0 R" for index, (place, _) in enumerate(fonts)]
    )
    objects = [
        f"<</Type/Catalog/Pages {_TREE} 0 R/Lang(ja)/ViewerPreferences<</DisplayDocTitle true>>>>",
        f"<</Type/Pages/Count {pages}/Kids[{kids}]>>",
        f"<</Title<FEFF{title.encode('utf-16-be').hex().upper()}>>>",
    ]
    objects += [
        f"<</Type/Page/Parent {_TREE} 0 R/MediaBox{_MEDIA}/Contents {first_content + page} 0 R"
        f"/Resources<</Font<<{resources}>>>>>>"
        for page in range(pages)
    ]
    cid_fonts = []
    for index, (_, source) in enumerate(fonts):
        descriptor, cid_font = first_font + 2 * index + 1, later + 3 * index
        name = f"/%s+{source.name}"
        children = f"/DescendantFonts[{cid_font} 0 R]/ToUnicode {cid_font + 2} 0 R"
        objects += [
            f"<</Type/Font/Subtype/Type0/BaseFont{name}/Encoding/Identity-H{children}>>",
            f"<</Type/FontDescriptor/FontName{name}{_described(source.metrics)}/FontFile2 {cid_font + 1} 0 R>>",
        ]
        front = f"{cid_font} 0 obj\n<</Type/Font/Subtype/CIDFontType2/BaseFont/"
        back = (
            f"+{source.name}/CIDToGIDMap/Identity/DW 1000"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {descriptor} 0 R/W["
        )
        cid_fonts.append((front, back))
    lines = ["0000000000 65535 f \n"]
    head = _HEADER.replace(b"%", b"%%")
    gaps = (_TAG,) * (2 * len(fonts))
    for number, words in enumerate(objects, 1):
        # a tag is as long as what stands for it, so the places are those of every file
        lines.append(_LINE(len(head.replace(b"%s", _TAG).replace(b"%%", b"%"))))
        head += b"%d 0 obj\n%s" % (number, words.encode("ascii")) + _END
    return Skeleton(
        head=head, size=len(head % gaps), lines="".join(lines), cid_fonts=tuple(cid_fonts), count=later
    )


def _described(metrics: Metrics) -> str:
    return (
        f"/Flags {_SYMBOLIC_SERIF}/FontBBox[{' '.join(map(str, metrics.box))}]/ItalicAngle 0"
        f"/Ascent {metrics.ascent}/Descent {metrics.descent}/CapHeight {metrics.cap_height}/StemV 80"
    )


def assembled(skeleton: Skeleton, fonts: Sequence[FontFile], pages: Sequence[Page]) -> bytes:
    """The file with its cross-reference table (ISO 32000-1, 7.5.4); its ID is made of the pages' digests."""
    tags = [font.tag.encode("ascii") for font in fonts]
    pieces = [skeleton.head % tuple(chain.from_iterable(zip(tags, tags, strict=True)))]
    place = skeleton.size
    number = skeleton.count
    lines = [skeleton.lines]
    for font, (front, back) in zip(fonts, skeleton.cid_fonts, strict=True):
        words = f"{front}{font.tag}{back}{font.widths}]>>\nendobj\n".encode("ascii")
        pieces.append(words)
        lines.append(_LINE(place))
        place += len(words)
        number += 1
        for data, entries in ((font.program, f"/Length1 {font.size}"), (font.to_unicode, "")):
            lines.append(_LINE(place))
            place += _put(pieces, number, data, entries)
            number += 1
    for page in pages:
        lines.append(_LINE(place))
        place += _put(pieces, number, page.content)
        number += 1
    identity = hashlib.sha256("".join([page.sha256 for page in pages]).encode("ascii")).hexdigest()[:32]
    pieces.append(
        (
            f"xref\n0 {number}\n{''.join(lines)}trailer\n<</Size {number}/Root {_CATALOG} 0 R"
            f"/Info {_INFO} 0 R/ID[<{identity}><{identity}>]>>\nstartxref\n{place}\n%%EOF\n"
        ).encode("ascii")
    )
    return b"".join(pieces)


def _put(pieces: list[bytes], number: int, data: tuple[bytes, ...], entries: str = "") -> int:
    """Add a stream object; returns its length."""
    size = sum(map(len, data))
    head = f"{number} 0 obj\n<</Length {size}/Filter/FlateDecode{entries}>>stream\n".encode("ascii")
    pieces += (head, *data, _END_OF_STREAM)
    return len(head) + size + len(_END_OF_STREAM)
