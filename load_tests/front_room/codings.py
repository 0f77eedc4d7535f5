"""Ways to write a front in few bytes: as a bilevel picture, as its shapes once with their places, as words with places."""

from __future__ import annotations

import lzma
import struct
import zlib
from io import BytesIO

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

_RAW_LZMA = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]
_PLACE = struct.Struct(">HH")
_STEPS_PER_POINT = 4
"""A place in quarters of a point, 0.09 mm."""


def bilevel(grey: Image.Image) -> NDArray[np.uint8]:
    """1 is ink; half way between black and white decides, as all ink of a front is black."""
    return (np.asarray(grey) < 128).astype(np.uint8)


def group_4(ink: NDArray[np.uint8]) -> int:
    """Bytes of the picture by CCITT Group 4 (ITU-T T.6), without the TIFF around it."""
    out = BytesIO()
    Image.fromarray(ink == 0).save(out, "TIFF", compression="group4", strip_size=1 << 24)
    with Image.open(out) as opened:
        counts: tuple[int, ...] = opened.tag_v2[279]  # type: ignore[attr-defined]  # StripByteCounts of a TIFF
    return sum(counts)


def packed(ink: NDArray[np.uint8]) -> int:
    """Bytes of the picture by LZMA2, eight pixels a byte."""
    return _least(np.packbits(ink, axis=1).tobytes())


def shapes_once(ink: NDArray[np.uint8]) -> int:
    """Bytes by the principle of JBIG2's symbols (ITU-T T.88): each connected shape once, then which one stands where.

    Without loss, as pixels, so two shapes are one only when they are equal.
    """
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    known: dict[bytes, int] = {}
    shapes, which, places = bytearray(), bytearray(), bytearray()
    last = (0, 0)
    for label, (x, y, width, height, _) in enumerate(boxes.tolist()):
        if label == 0:
            continue  # the white
        shape = labels[y : y + height, x : x + width] == label
        coded = _PLACE.pack(width, height) + np.packbits(shape).tobytes()
        if coded not in known:
            known[coded] = len(known)
            shapes += coded
        which += known[coded].to_bytes(2, "big")
        places += _PLACE.pack((x - last[0]) & 0xFFFF, (y - last[1]) & 0xFFFF)
        last = (x, y)
    return sum(map(_least, (bytes(shapes), bytes(which), bytes(places))))


def words_with_places(pdf: bytes) -> int:
    """Bytes of every character with its box on the first page: what a file says and where, of any builder."""
    characters: list[str] = []
    places = bytearray()
    last = [0, 0, 0, 0]
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].get_textpage()
        for index in range(page.count_chars()):
            characters.append(page.get_text_range(index, 1))
            box = [round(side * _STEPS_PER_POINT) for side in page.get_charbox(index)]
            for now, before in zip(box, last, strict=True):
                places += ((now - before) & 0xFFFF).to_bytes(2, "big")
            last = box
    return _least("".join(characters).encode("utf-8")) + _least(bytes(places))


def _least(data: bytes) -> int:
    """The shorter of deflate and LZMA2, neither with a container."""
    deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
    return min(
        len(deflated.compress(data) + deflated.flush()),
        len(lzma.compress(data, lzma.FORMAT_RAW, filters=_RAW_LZMA)),
    )
