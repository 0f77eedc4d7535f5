"""What is sealed on the back of a sheet: its canonical facts and its front, one encoding per value."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

import orjson

from anti_forgery.dictionary import dictionary
from certificates.domain.identifiers import order_id
from certificates.errors import InvalidValueError, WireError
from certificates.pdf.front import text_of

TAG = "kofu/sheet/2"
MAX_TEXT = 16_000
"""Characters on the front; the fullest 世帯連記式 has about 1,000."""
MAX_FRONT = 32_000
"""Characters of the front's drawing; that of the fullest 世帯連記式 has 12,000."""
MAX_CANONICAL = 4 * MAX_FRONT + 4_096

T = TypeVar("T")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """One printed sheet: which certificate, which page of which copy, and what its front says.

    ``page_sha256`` is the digest of the page in the municipality's manifest, 64 hexadecimal digits;
    ``text`` the text of the front as the municipality's file gives it. ``front`` is the drawing of the front
    (``certificates.pdf.front``), which says ``text``; it is empty for a file that is not ours, whose front cannot be
    compared by program. ``issued_at`` carries its zone.
    """

    issue_number: str
    order: str
    page: int
    pages: int
    copy: int
    municipality: str
    issued_at: datetime
    register_sequence: int
    page_sha256: str
    text: str = field(repr=False)
    front: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        order_id(self.order)
        for name, value in (("発行番号", self.issue_number), ("municipality", self.municipality)):
            if not 0 < len(value) <= 64 or not value.isprintable():
                raise InvalidValueError(name, "must be 1 to 64 printable characters")
        if not 1 <= self.page <= self.pages <= 99:
            raise InvalidValueError("page", "must lie between 1 and pages, and pages be at most 99")
        if not 1 <= self.copy <= 99:
            raise InvalidValueError("copy", "must be 1 to 99")
        if not 0 <= self.register_sequence < 2**63:
            raise InvalidValueError("register_sequence", "must be 0 or more")
        if self.issued_at.tzinfo is None:
            raise InvalidValueError("issued_at", "must carry its zone")
        if not _SHA256.match(self.page_sha256):
            raise InvalidValueError("page_sha256", "must be 64 lower-case hexadecimal digits")
        if len(self.text) > MAX_TEXT:
            raise InvalidValueError("text", f"is longer than {MAX_TEXT} characters")
        if len(self.front) > MAX_FRONT:
            raise InvalidValueError("front", f"is longer than {MAX_FRONT} characters")
        if self.front and text_of(self.front) != self.text:
            raise InvalidValueError("front", "does not say the text")
        try:
            (self.text + self.front).encode()
        except UnicodeEncodeError as error:
            raise InvalidValueError("text", "holds half of a surrogate pair") from error


def canonical_bytes(sheet: SheetFacts) -> bytes:
    """The one encoding of a sheet: a JSON array in fixed order, UTF-8, no spaces, time in UTC."""
    fields = [
        TAG,
        sheet.issue_number,
        sheet.order,
        sheet.page,
        sheet.pages,
        sheet.copy,
        sheet.municipality,
        sheet.issued_at.astimezone(UTC).isoformat(),
        sheet.register_sequence,
        sheet.page_sha256,
        *([sheet.front, ""] if sheet.front else ["", sheet.text]),
    ]
    return orjson.dumps(fields)


def sheet_from(canonical: bytes) -> SheetFacts:
    """Raises WireError unless ``canonical`` is exactly what ``canonical_bytes`` writes for some sheet."""
    try:
        fields = json.loads(canonical)
        if not isinstance(fields, list) or len(fields) != 12 or fields[0] != TAG:
            raise WireError("the sealed content is not a sheet of version 2")
        front = _exactly(str, fields[10])
        text = _exactly(str, fields[11])
        sheet = SheetFacts(
            issue_number=_exactly(str, fields[1]),
            order=_exactly(str, fields[2]),
            page=_exactly(int, fields[3]),
            pages=_exactly(int, fields[4]),
            copy=_exactly(int, fields[5]),
            municipality=_exactly(str, fields[6]),
            issued_at=datetime.fromisoformat(_exactly(str, fields[7])),
            register_sequence=_exactly(int, fields[8]),
            page_sha256=_exactly(str, fields[9]),
            text=text_of(front) if front else text,
            front=front,
        )
    except (ValueError, RecursionError, InvalidValueError) as error:
        raise WireError("the sealed content is not a sheet") from error
    if canonical_bytes(sheet) != canonical:
        raise WireError("the sealed content is not in its canonical form")
    return sheet


def compress(canonical: bytes) -> bytes:
    """Raw deflate with the dictionary of version 2."""
    deflate = _deflate().copy()
    return deflate.compress(canonical) + deflate.flush()


def decompress(data: bytes) -> bytes:
    """Raises WireError for anything that is not one whole stream of at most ``MAX_CANONICAL`` bytes."""
    inflate = zlib.decompressobj(-15, dictionary())
    try:
        canonical = inflate.decompress(data, MAX_CANONICAL)
    except zlib.error as error:
        raise WireError("the sealed content cannot be decompressed") from error
    if not inflate.eof or inflate.unused_data:
        raise WireError("the sealed content is cut short, too long or has something behind it")
    return canonical


@lru_cache(maxsize=1)
def _deflate() -> zlib._Compress:
    """Has read the dictionary, which takes longer than a sheet does: to be copied.

    Level 3: three fifths of the time of level 6 for 7 % more bytes.
    """
    return zlib.compressobj(3, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, dictionary())


def _exactly(kind: type[T], value: object) -> T:
    if type(value) is not kind:
        raise WireError(f"the sealed content holds {type(value).__name__} where {kind.__name__} belongs")
    return value
