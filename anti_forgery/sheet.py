"""What is sealed on the back of a sheet: its canonical facts and the text of its front, one encoding per value."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from certificates.domain.identifiers import order_id
from certificates.errors import InvalidValueError, WireError

TAG = "kofu/sheet/1"
MAX_TEXT = 16_000
"""Characters on the front; the fullest 世帯連記式 has about 1,000."""
MAX_CANONICAL = 4 * MAX_TEXT + 4_096

# Deflate finds these words although the text is short. The dictionary is part of version 1: never change it.
DICTIONARY = (
    "ＡＢＣ０１２３４５６７８９都道府県市区町村大字番地番号丁目の第棟室"
    "父母夫妻子長男二男長女二女孫兄弟姉妹同居人縁故者の子世帯主明治大正昭和平成令和元年月日男女不詳"
    "国籍・地域在留資格在留期間等の満了の日永住者特別永住者中長期在留者在留カード等の番号法第30条の45に規定する区分通称"
    "住民票記載事項証明書上記の事項は住民票に記載されていることを証明する。"
    "印鑑登録証明書印影氏名旧氏通称生年月日住所この写しは、登録された印影と相違ないことを証明する。"
    "住民票住所世帯主氏名の振り仮名個人番号住民票コード住民となった年月日旧氏の振り仮名住所を定めた年月日旧氏届出日"
    "生年月日性別続柄本籍筆頭者転入前住所従前の住所方書【空欄】【省略】＊＊＊この印は黒色です市長町長村長区長職務代理者"
    "この写しは、世帯の一部のこの写しは、世帯全員の住民票の原本と相違ないことを証明する。発行番号令和年月日"
    f'["{TAG}","'
).encode()

T = TypeVar("T")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """One printed sheet: which certificate, which page of which copy, and what its front says.

    ``page_sha256`` is the digest of the page in the municipality's manifest, 64 hexadecimal digits;
    ``text`` the text of the front as the municipality's file gives it. ``issued_at`` carries its zone.
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
        try:
            self.text.encode()
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
        sheet.text,
    ]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def sheet_from(canonical: bytes) -> SheetFacts:
    """Raises WireError unless ``canonical`` is exactly what ``canonical_bytes`` writes for some sheet."""
    try:
        fields = json.loads(canonical)
        if not isinstance(fields, list) or len(fields) != 11 or fields[0] != TAG:
            raise WireError("the sealed content is not a sheet of version 1")
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
            text=_exactly(str, fields[10]),
        )
    except (ValueError, RecursionError, InvalidValueError) as error:
        raise WireError("the sealed content is not a sheet") from error
    if canonical_bytes(sheet) != canonical:
        raise WireError("the sealed content is not in its canonical form")
    return sheet


def compress(canonical: bytes) -> bytes:
    """Raw deflate with the dictionary of version 1."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, DICTIONARY)
    return deflate.compress(canonical) + deflate.flush()


def decompress(data: bytes) -> bytes:
    """Raises WireError for anything that is not one whole stream of at most ``MAX_CANONICAL`` bytes."""
    inflate = zlib.decompressobj(-15, DICTIONARY)
    try:
        canonical = inflate.decompress(data, MAX_CANONICAL)
    except zlib.error as error:
        raise WireError("the sealed content cannot be decompressed") from error
    if not inflate.eof or inflate.unused_data:
        raise WireError("the sealed content is cut short, too long or has something behind it")
    return canonical


def _exactly(kind: type[T], value: object) -> T:
    if type(value) is not kind:
        raise WireError(f"the sealed content holds {type(value).__name__} where {kind.__name__} belongs")
    return value
