"""The official seal's image file, read into one bit a dot: what is not a clean black imprint is refused."""

from __future__ import annotations

import zlib
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from certificates.domain.official_seal import DOTS_PER_INCH, INCH, SealImage

MAX_FILE = 4 * 1024 * 1024
"""Bytes."""
_MAX_DOTS = 1200  # a side: 25 mm at 1,200 dpi
_THRESHOLD = 128  # of 255: a grey dot darker than this is ink
_MOST_DEFLATED = (
    10_000  # bytes; a clean imprint has half of it, and it must fit page and back beside all else
)
_INK = (0.03, 0.85)  # of the area; outside of it the file is blank, or white on black


class SealImageError(Exception):
    """Why a file is no official seal, in two languages."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja = ja
        self.en = en


def read_seal_image(data: bytes, side: float) -> SealImage:
    """``data`` is a PNG, PBM or PGM file in black and white or grey; ``side`` is its true width in millimetres.

    Raises SealImageError.
    """
    if len(data) > MAX_FILE:
        raise SealImageError("ファイルが大きすぎます", f"the file is larger than {MAX_FILE:,} bytes")
    try:
        with Image.open(BytesIO(data), formats=("PNG", "PPM")) as image:
            _check_shape(image, side)
            grey = image.convert("L")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise SealImageError(
            "PNG・PBM・PGMの画像ではありません", "the file is not a PNG, PBM or PGM image"
        ) from error
    bits = grey.point(lambda level: 255 if level < _THRESHOLD else 0, mode="1")
    ink = bits.histogram()[255] / (bits.width * bits.height)
    if not _INK[0] <= ink <= _INK[1]:
        raise SealImageError(
            f"黒い部分が{ink:.0%}です。白紙か、白黒が逆の画像です",
            f"ink covers {ink:.0%}: the image is blank, or white where it should be black",
        )
    noise = len(zlib.compress(bits.tobytes(), 9))
    if noise > _MOST_DEFLATED:
        raise SealImageError(
            f"点の汚れが多すぎます（圧縮して{noise:,}バイト、{_MOST_DEFLATED:,}まで）。読み取った画像を整えてください",
            f"the scan is too speckled ({noise:,} bytes deflated, at most {_MOST_DEFLATED:,}): clean it",
        )
    return SealImage(width=bits.width, height=bits.height, side=side, rows=bits.tobytes())


def _check_shape(image: Image.Image, side: float) -> None:
    """The seal is printed black, so colour and transparency would say something that the paper does not."""
    width, height = image.size
    low, high = DOTS_PER_INCH
    if image.mode not in ("1", "L") or "transparency" in image.info:
        raise SealImageError(
            "白黒または灰色で、透過のない画像にしてください",
            f"the image must be black and white or grey and not transparent (it is {image.mode})",
        )
    if max(width, height) > _MAX_DOTS or not low <= width * INCH / side <= high:
        raise SealImageError(
            f"幅{side:g}mmに対して{low}～{high}dpiの画像にしてください（{width}×{height}ドットです）",
            f"{width} × {height} dots on {side:g} mm are not {low} to {high} dots per inch",
        )
    if abs(width - height) * 50 > width:
        raise SealImageError(
            f"正方形ではありません（{width}×{height}ドット）", f"{width} × {height} dots are not a square"
        )
