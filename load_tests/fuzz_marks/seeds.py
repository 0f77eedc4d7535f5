"""What the mutations start from: files of our writers and of others, and shapes that attack readers of PDF."""

from __future__ import annotations

import zlib
from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, FloatObject, NameObject, NumberObject, PdfObject
from reportlab.pdfgen.canvas import Canvas

from load_tests.bench_marks.orders import own_orders

_BOX = b"/MediaBox[0 0 595.28 841.89]"
_PAGE = b"<</Type/Page/Parent 2 0 R" + _BOX + b"/Resources<<>>/Contents 4 0 R>>"
_PLAIN = {
    1: b"<</Type/Catalog/Pages 2 0 R>>",
    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    3: _PAGE,
    4: b"<</Length 28>>stream\n0 0 0 1 k 50 50 100 100 re f\nendstream",
}


def valid() -> list[bytes]:
    """Files of one page that are marked."""
    (own,) = own_orders(1, 1)
    return [own.pdf, _drawn(), *_positions(own.pdf), _compressed(own.pdf), assembled(_PLAIN)]


def assembled(objects: dict[int, bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF written by hand, its cross-reference table right."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    position = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    size = max(objects) + 1
    return bytes(out) + b"trailer\n<</Size %d %b>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, position)


def hostile() -> list[bytes]:
    """Bombs, cycles, deep nesting, false lengths, scripts."""
    bomb = zlib.compress(bytes(200_000_000), 9)
    twice = zlib.compress(zlib.compress(bytes(500_000_000), 9), 9)
    deep = b"[" * 50_000 + b"]" * 50_000
    nodes = {5 + i: b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (6 + i) for i in range(2000)}
    changes: list[dict[int, bytes]] = [
        {4: _stream(bomb, b"/Filter/FlateDecode")},
        {4: _stream(twice, b"/Filter[/FlateDecode/FlateDecode]")},
        {4: _stream(b"q " * 200_000)},
        {4: b"<</Length 999999999>>stream\n0 0 9 9 re f\nendstream"},
        {4: b"<</Length 4 0 R>>stream\n0 0 9 9 re f\nendstream"},
        {2: b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 1>>"},
        {2: b"<</Type/Pages/Kids[5 0 R]/Count 1>>", **nodes, 2005: _PAGE},
        {3: _PAGE.replace(b"/Resources<<>>", b"/Resources 3 0 R")},
        {3: _PAGE.replace(b"/Resources<<>>", b"/Resources<</XObject " + deep + b">>")},
        {3: _PAGE.replace(_BOX, b"/MediaBox 5 0 R"), 5: b"6 0 R", 6: b"5 0 R"},
        {3: _PAGE.replace(_BOX, b"/MediaBox[0 0 1e99 -1e99]")},
        {3: _PAGE.replace(_BOX, _BOX + b"/Rotate 90/UserUnit 1e-9")},
        {1: b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(while\\(1\\){})>>>>"},
        {1: b"<</Type/Catalog/Pages 2 0 R/Names<</JavaScript<</Names[(a) 1 0 R]>>>>>>"},
        {4: _stream(b"x" * 100, b"/Filter/JBIG2Decode"), 3: _PAGE},
        {4: _stream(bytes(range(256)) * 40, b"/Filter/LZWDecode")},
    ]
    return [assembled(_PLAIN | change) for change in changes]


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


def _drawn() -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=(595.28, 841.89), invariant=1, pageCompression=1)
    for line in range(20):
        canvas.drawString(60, 780 - 20 * line, f"specimen {line}")
    canvas.save()
    return out.getvalue()


def _positions(pdf: bytes) -> list[bytes]:
    """Rotated, cropped out of a larger sheet, in another unit."""
    found = []
    entries: dict[str, list[tuple[str, PdfObject]]] = {
        "rotated": [("/Rotate", NumberObject(180))],
        "cropped": [
            ("/CropBox", _array(0, 0, 595.28, 841.89)),
            ("/MediaBox", _array(-20, -20, 640, 900)),
        ],
    }
    for changes in entries.values():
        writer = PdfWriter(clone_from=BytesIO(pdf))
        for name, value in changes:
            writer.pages[0][NameObject(name)] = value
        out = BytesIO()
        writer.write(out)
        found.append(out.getvalue())
    return found


def _array(*values: float) -> ArrayObject:
    return ArrayObject([FloatObject(value) for value in values])


def _compressed(pdf: bytes) -> bytes:
    """A cross-reference stream instead of a table, written by hand, with all objects in their places."""
    table = pdf.rindex(b"xref\n0 ", 0, pdf.rindex(b"startxref"))
    lines = [line for line in pdf[table:].splitlines() if line.endswith(b" n ")]
    places = [int(line[:10]) for line in lines]
    number = len(places) + 1
    rows = bytes(7) + b"".join(b"\1" + place.to_bytes(4, "big") + b"\0\0" for place in [*places, table])
    data = zlib.compress(rows)
    head = b"%d 0 obj\n<</Type/XRef/W[1 4 2]/Size %d/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n"
    return (
        pdf[:table]
        + head % (number, number + 1, len(data))
        + data
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % table
    )
