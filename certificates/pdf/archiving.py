"""What makes a file of the reference writer a PDF/A-2u (ISO 19005-2): its metadata packet and its output intent.

See docs/pdf-conformance.md for what is met, by which writer, and what is not.
"""

from __future__ import annotations

import struct
from functools import cache
from html import escape

from reportlab.pdfbase.pdfdoc import (
    NoEncryption,
    PDFArray,
    PDFCatalog,
    PDFDictionary,
    PDFDocument,
    PDFName,
    PDFObject,
    PDFStream,
)

_CONDITION = "Gray gamma 2.2"
_D50 = (0.9642, 1.0, 0.8249)  # ICC.1:2001-04, 6.1.2: the profile connection space
_GAMMA = round(2.2 * 256)  # u8Fixed8Number


class _Data(PDFObject):  # type: ignore[misc]  # reportlab ships no types
    """The bytes of a stream, with the end of line before ``endstream`` that their length does not count."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data)

    def format(self, _: PDFDocument) -> bytes:
        return self._data + b"\n"


class _EndOfLine(NoEncryption):  # type: ignore[misc]
    """What reportlab leaves out (ISO 19005-2, 6.1.7.1), put in at the last hand through which a stream's bytes go."""

    def encode(self, data: bytes) -> _Data:
        return _Data(data)


def archive(document: PDFDocument, title: str) -> None:
    """Let ``document`` say that it is a PDF/A-2u, and what its black is; the same for every certificate of one title."""
    document.encrypt = _EndOfLine()
    catalog: PDFCatalog = document.Catalog
    # reportlab knows of Metadata and not of OutputIntents
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
    catalog.__Refs__ = [*catalog.__Refs__, "OutputIntents"]
    packet = PDFStream(
        PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")}), _packet(title), []
    )
    profile = document.Reference(PDFStream(PDFDictionary({"N": 1}), gray_profile()), "GrayProfile")
    intent = PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": f"({_CONDITION})",
            "Info": f"({_CONDITION})",
            "DestOutputProfile": profile,
        }
    )
    catalog.Metadata = packet
    catalog.OutputIntents = PDFArray([intent])


def _packet(title: str) -> bytes:
    """XMP (ISO 16684-1) with the title and nothing about the resident; it agrees with the Info dictionary."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        "<dc:language><rdf:Bag><rdf:li>ja</rdf:li></rdf:Bag></dc:language>"
        "<xmp:CreateDate>2000-01-01T00:00:00+00:00</xmp:CreateDate>"
        "<xmp:ModifyDate>2000-01-01T00:00:00+00:00</xmp:ModifyDate>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>\n"
        '<?xpacket end="r"?>'
    ).encode()


@cache
def gray_profile() -> bytes:
    """The smallest display profile of a grey with gamma 2.2 (ICC.1:2001-04, 6.3.1.1), a few hundred bytes."""
    name = _CONDITION.encode("ascii") + b"\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(8 + 3 + 67)
    tags = {
        b"desc": described,
        b"cprt": b"text\0\0\0\0" + b"No copyright, use freely\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(part * 65536) for part in _D50)),
        b"kTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, _GAMMA),
    }
    place = 128 + 4 + 12 * len(tags)
    table, data = [struct.pack(">I", len(tags))], []
    for signature, value in tags.items():
        table.append(signature + struct.pack(">II", place, len(value)))
        data.append(value + bytes(-len(value) % 4))
        place += len(data[-1])
    head = struct.pack(
        ">I4xI4s4s4s12s4s28x3i48x",
        place,
        0x02100000,  # version 2.1
        b"mntr",
        b"GRAY",
        b"XYZ ",
        struct.pack(">6H", 2000, 1, 1, 0, 0, 0),
        b"acsp",
        *(round(part * 65536) for part in _D50),
    )
    return b"".join([head, *table, *data])
