"""CCITT Group 4 (ITU-T T.6) of 1-bit images: the shortest coding of line art, for what must be small on the page or on its back."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile
from pypdf.filters import CCITTFaxDecode
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, NumberObject

_STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_SIZES = 273, 278, 279  # TIFF 6.0


def inline_mask(width: int, height: int, rows: bytes) -> str:
    """``rows`` (packed most significant bit first, 1 is ink) as an inline image mask; ASCII, the same for the same rows."""
    coded = _group4(width, height, rows).hex().upper()
    return (
        f"BI /W {width} /H {height} /IM true /D [1 0] /F [/AHx /CCF]"
        f" /DP [null << /K -1 /Columns {width} /Rows {height} /BlackIs1 true >>]\nID {coded}>\nEI"
    )


def rows_of(width: int, height: int, coded: bytes) -> bytes:
    """The rows that ``inline_mask`` coded. Raises ValueError for what is no such image."""
    entries = {"/K": -1, "/Columns": width, "/Rows": height}
    parameters = DictionaryObject({NameObject(key): NumberObject(value) for key, value in entries.items()})
    parameters[NameObject("/BlackIs1")] = BooleanObject(True)
    # TIFF is the container from which Pillow decodes
    with TiffImageFile(BytesIO(CCITTFaxDecode.decode(coded, parameters, height))) as image:
        return image.tobytes()


def _group4(width: int, height: int, rows: bytes) -> bytes:
    file = BytesIO()
    image = Image.frombytes("1", (width, height), rows)
    image.save(file, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: height})
    file.seek(0)
    with TiffImageFile(file) as tiff:
        (start,), (size,) = tiff.tag_v2[_STRIP_OFFSETS], tiff.tag_v2[_STRIP_SIZES]
    return file.getvalue()[start : start + size]
