"""The few PDF objects that marks are made of, written as bytes (ISO 32000-2, 7.3 and 8)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

DOT = 0.12
"""One dot of a 600 dpi engine in points; everything that must print exactly lies on this grid."""
POINTS_PER_MM = 72 / 25.4
A4 = (595.276, 841.89)
"""Width and height of A4 portrait in points."""


def number(value: float) -> str:
    """A real number as PDF writes it: at most four decimals, no exponent."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def stream_object(entries: str, data: bytes, *, compressed: bool = False) -> bytes:
    """A stream with FlateDecode; ``compressed`` when ``data`` has been deflated before."""
    body = data if compressed else zlib.compress(data, 9)
    head = f"<<{entries}/Filter/FlateDecode/Length {len(body)}>>stream\n"
    return head.encode("ascii") + body + b"\nendstream"


def plain_stream(data: bytes) -> bytes:
    """A stream without a filter, for a few operators: to deflate them takes longer than to write them."""
    return b"<</Length %d>>stream\n%b\nendstream" % (len(data), data)


def plain_mask(width: int, height: int, rows: bytes) -> bytes:
    """A one-bit stencil without a filter, for bits that hardly deflate; a 1 bit paints, rows packed most significant
    bit first (ISO 32000-2, 8.9.6.2)."""
    head = f"<<{_mask_entries(width, height)}/Length {len(rows)}>>stream\n"
    return head.encode("ascii") + rows + b"\nendstream"


def banded_mask(width: int, bands: Sequence[bytes]) -> bytes:
    """A stencil of bands that recur: deflate alone forgets them (32 KB), so it is applied twice.

    The first pass starts afresh at each band and so writes equal bands as equal bytes, which the second pass finds.
    """
    height = sum(map(len, bands)) // ((width + 7) // 8)
    deflate = zlib.compressobj(9)
    once = (
        b"".join(deflate.compress(band) + deflate.flush(zlib.Z_FULL_FLUSH) for band in bands)
        + deflate.flush()
    )
    twice = zlib.compress(once, 9)
    head = f"<<{_mask_entries(width, height)}/Filter[/FlateDecode/FlateDecode]/Length {len(twice)}>>stream\n"
    return head.encode("ascii") + twice + b"\nendstream"


def _mask_entries(width: int, height: int) -> str:
    return f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/ImageMask true/BitsPerComponent 1/Decode[1 0]"


def form_object(deflated: bytes, resources: str) -> bytes:
    """A Form XObject of a whole A4 page, its content deflated before; resources stand on their own."""
    entries = f"/Type/XObject/Subtype/Form/BBox[0 0 {A4[0]} {A4[1]}]/Resources<<{resources}>>"
    return stream_object(entries, deflated, compressed=True)
