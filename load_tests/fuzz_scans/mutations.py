"""Scans that were broken on purpose: bytes of files in every format, headers that promise too much, pixels that mean nothing."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache

from PIL import Image

from load_tests.scans.qualities import Family
from load_tests.scans.sheets import back, front, paper

SHEET = 20
"""The certificate whose back and front are handed in."""
_LONGEST = 4_000_000


@cache
def seeds() -> Mapping[str, bytes]:
    """Good files of every format that is taken; small, since ten thousand are read."""
    page = back(SHEET, 150, Family.TUNING)[1]
    codes = page.crop((100, page.height // 3, page.width - 100, page.height * 3 // 4)).convert("L")
    pages = {"codes": codes, "front": front(paper(SHEET).sheets[0].front, 72, Family.TUNING)}
    made = {}
    for name, picture in pages.items():
        for kind in ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "PDF"):
            file = io.BytesIO()
            extra = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
            picture.save(file, kind, **extra)
            made[f"{name}.{kind.lower()}"] = file.getvalue()
    several = io.BytesIO()
    codes.save(several, "TIFF", save_all=True, append_images=[codes.convert("1")] * 2)
    return {**made, "several.tiff": several.getvalue()}


def case(number: int) -> bytes:
    """The mutated file of this number; the same number gives the same bytes."""
    dice = random.Random(number)
    if dice.random() < 0.12:
        return dice.choice(_MADE)(dice)[:_LONGEST]
    data = bytearray(seeds()[dice.choice(sorted(seeds()))])
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        dice.choice(_CHANGES)(data, dice)
    return bytes(data[:_LONGEST])


def _flip(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 4, 64))):
        if data:
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _flip_head(data: bytearray, dice: random.Random) -> None:
    if data:
        data[dice.randrange(min(len(data), 200))] = dice.randrange(256)


def _cut(data: bytearray, dice: random.Random) -> None:
    del data[dice.randrange(len(data) + 1) :]


def _gone(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data) + 1)
    del data[start : start + dice.choice((1, 7, 400))]


def _noise(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data) + 1)
    data[start : start + dice.choice((4, 60, 2000))] = dice.randbytes(dice.choice((0, 4, 60)))


def _twice(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data) + 1)
    data[start:start] = data[start : start + dice.choice((8, 300, 5000))]


def _huge(data: bytearray, dice: random.Random) -> None:
    """A length or a side that promises far too much."""
    start = dice.randrange(min(len(data), 4000) + 1)
    order = dice.choice("<>")
    data[start : start + 4] = struct.pack(
        f"{order}I", dice.choice((0, 0x7FFFFFFF, 0xFFFFFFFF, 65_535, 100_000))
    )


def _spliced(data: bytearray, dice: random.Random) -> None:
    other = seeds()[dice.choice(sorted(seeds()))]
    start = dice.randrange(len(data) + 1)
    data[start:] = other[dice.randrange(len(other)) :]


_CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _flip_head,
    _flip_head,
    _cut,
    _gone,
    _noise,
    _twice,
    _huge,
    _spliced,
)


def _garbage_pixels(dice: random.Random) -> bytes:
    """A sound file of pixels that mean nothing, in any mode and shape."""
    mode = dice.choice(("1", "L", "LA", "P", "RGB", "RGBA", "I;16"))
    width, height = dice.choice((1, 2, 199, 200, 640, 3000)), dice.choice((1, 3, 200, 900))
    size = len(Image.new(mode, (width, height)).tobytes())
    picture = Image.frombytes(mode, (width, height), dice.randbytes(size))
    file = io.BytesIO()
    picture.save(file, dice.choice(("PNG", "TIFF")))
    return file.getvalue()


def _bomb(dice: random.Random) -> bytes:
    """A PNG of a few kilobytes that claims to be very large (PNG specification, 11.2.2)."""
    width, height = dice.choice(((50_000, 50_000), (2_000_000_000, 1), (30_000, 2_000), (1, 2_000_000)))
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(2_000_000))

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _large_page(dice: random.Random) -> bytes:
    """A PDF whose page is a wall, or is no page at all."""
    side = dice.choice(("14400", "1e9", "-5", "0", "0.001", "99999999999999999999"))
    return (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
        f"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 {side} {side}]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    ).encode("ascii")


def _nothing(dice: random.Random) -> bytes:
    return dice.randbytes(dice.choice((0, 1, 5, 100, 100_000)))


_MADE: tuple[Callable[[random.Random], bytes], ...] = (
    _garbage_pixels,
    _garbage_pixels,
    _bomb,
    _large_page,
    _nothing,
)
