"""Ways to spoil a PDF: bytes anywhere, and what its structure hangs on (numbers, names, references, lengths, whole objects)."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable

Mutation = Callable[[bytearray, random.Random], None]

REPAIRED = 0.6
"""Part of the files whose table is made right after the mutations: else most would be refused for it and nothing deeper."""
_HEAD = re.compile(rb"(?<=\n)(\d{1,6}) 0 obj\n")
_ROOT = re.compile(rb"/Root (\d{1,6}) 0 R")
_OBJECT = re.compile(rb"\d+ 0 obj\n.*?endobj\n", re.DOTALL)
_NAMES = (
    b"/Annots", b"/AA", b"/OpenAction", b"/AcroForm", b"/Encrypt", b"/Rotate", b"/UserUnit", b"/CropBox", b"/Kids",
    b"/Contents", b"/Parent", b"/Type", b"/Page", b"/Pages", b"/Length", b"/Filter", b"/FlateDecode", b"/LZWDecode",
    b"/ASCIIHexDecode", b"/DecodeParms", b"/Prev", b"/XRefStm", b"/Group", b"/OCProperties", b"/JavaScript",
)  # fmt: skip
_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"90",
    b"2147483647",
    b"-2147483648",
    b"99999999999999999999",
    b"1e9",
    b"0.0000001",
)


def mutated(pdf: bytes, draw: random.Random) -> bytes:
    """The file with one to five mutations."""
    spoilt = bytearray(pdf)
    for _ in range(draw.randint(1, 5)):
        draw.choice(MUTATIONS)(spoilt, draw)
    return _repaired(bytes(spoilt)) if draw.random() < REPAIRED else bytes(spoilt)


def _repaired(pdf: bytes) -> bytes:
    """With a cross-reference table that is true to where the objects stand now."""
    body = pdf[: pdf.rfind(b"\nxref\n") + 1] or pdf
    places = {int(match[1]): match.start() for match in _HEAD.finditer(body)}
    if not places:
        return pdf
    lines = b"".join(b"%d 1\n%010d 00000 n \n" % item for item in sorted(places.items()))
    table = b"xref\n0 1\n0000000000 65535 f \n" + lines
    root = _ROOT.search(pdf)
    trailer = b"trailer\n<</Size %d/Root %d 0 R>>\n" % (max(places) + 1, int(root[1]) if root else 1)
    return body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(body)


def _flip(pdf: bytearray, draw: random.Random) -> None:
    if pdf:
        pdf[draw.randrange(len(pdf))] ^= 1 << draw.randrange(8)


def _overwrite(pdf: bytearray, draw: random.Random) -> None:
    place = draw.randrange(len(pdf) + 1)
    pdf[place : place + draw.randint(1, 30)] = draw.randbytes(draw.randint(0, 30))


def _cut(pdf: bytearray, draw: random.Random) -> None:
    place = draw.randrange(len(pdf) + 1)
    del pdf[place : place + draw.randint(1, 400)]


def _end(pdf: bytearray, draw: random.Random) -> None:
    del pdf[draw.randrange(len(pdf) + 1) :]


def _repeat(pdf: bytearray, draw: random.Random) -> None:
    place = draw.randrange(len(pdf) + 1)
    pdf[place:place] = pdf[place : place + draw.randint(1, 2000)]


def _token(pattern: bytes, choose: Callable[[random.Random], bytes]) -> Mutation:
    """Replace one token that looks like ``pattern``, outside streams more often than within."""
    compiled = re.compile(pattern)

    def mutate(pdf: bytearray, draw: random.Random) -> None:
        found = list(compiled.finditer(pdf))
        if found:
            chosen = draw.choice(found)
            pdf[chosen.start() : chosen.end()] = choose(draw)

    return mutate


def _swap_objects(pdf: bytearray, draw: random.Random) -> None:
    objects = list(_OBJECT.finditer(pdf))
    if len(objects) > 1:
        first, second = sorted(draw.sample(objects, 2), key=lambda match: match.start())
        one, other = first[0], second[0]
        pdf[second.start() : second.end()] = one
        pdf[first.start() : first.end()] = other


def _entry(pdf: bytearray, draw: random.Random) -> None:
    """A name that matters with some value, into a dictionary."""
    places = [match.end() for match in re.finditer(rb"<<", pdf)]
    if places:
        place = draw.choice(places)
        value = draw.choice(
            (b" %d 0 R" % draw.randint(0, 20), b"[]", b"<<>>", b" " + draw.choice(_NUMBERS), b"(x)")
        )
        pdf[place:place] = draw.choice(_NAMES) + value


def _nest(pdf: bytearray, draw: random.Random) -> None:
    place = draw.randrange(len(pdf) + 1)
    pdf[place:place] = draw.choice((b"[", b"<<", b"(", b"<</A ")) * draw.choice((3, 200, 20_000))


def _restream(pdf: bytearray, draw: random.Random) -> None:
    """A stream that inflates is spoilt inside and deflated again, so that its content is what is wrong."""
    streams = list(re.finditer(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL))
    if not streams:
        return
    chosen = draw.choice(streams)
    try:
        inner = bytearray(zlib.decompressobj().decompress(chosen[1], 1_000_000))
    except zlib.error:
        return
    _overwrite(inner, draw)
    body = zlib.compress(bytes(inner) * draw.choice((1, 1, 1, 50)))
    pdf[chosen.start(1) : chosen.end(1)] = body


MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _overwrite,
    _cut,
    _end,
    _repeat,
    _token(rb"\b\d+ 0 R", lambda draw: b"%d %d R" % (draw.randint(0, 30), draw.choice((0, 0, 0, 1, 65535)))),
    _token(rb"(?<=[\[ /])-?\d+\.?\d*(?=[\] /])", lambda draw: draw.choice(_NUMBERS)),
    _token(rb"/[A-Za-z]{3,}", lambda draw: draw.choice(_NAMES)),
    _token(rb"/Length \d+", lambda draw: b"/Length " + draw.choice(_NUMBERS)),
    _token(rb"startxref\n\d+", lambda draw: b"startxref\n%d" % draw.randint(0, 60_000)),
    _token(rb"\d{10} 00000 n", lambda draw: b"%010d 00000 n" % draw.randint(0, 60_000)),
    _swap_objects,
    _entry,
    _nest,
    _restream,
)
