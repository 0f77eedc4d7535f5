"""Changes that cannot be read: what is wrong with which item, said so that an operator understands it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from certificates.errors import InvalidValueError, WireError
from certificates.wire.codec import Json
from sync.change.naming import check_identifiers
from sync.change.reasons import Stream
from sync.change.records import Kind, read_form
from sync.checks.faults import Fault, Finding, Sentence
from sync.checks.place import Place, row_at
from sync.checks.terms import ENVELOPE, ITEMS

_KINDS: Mapping[Stream, Kind] = {
    Stream.RESIDENTS: Kind.RESIDENT,
    Stream.SEALS: Kind.SEAL,
    Stream.SUPPRESSIONS: Kind.SUPPRESSION,
    Stream.CARDS: Kind.CARD,
}
_TEMPORARY = re.compile(r"一時解除\Z")

# What the codec and the values say when they refuse, in technical words, and the same for the operator.
_DEFECTS: Sequence[tuple[re.Pattern[str], Sentence]] = [
    (re.compile(pattern), Sentence(ja, en))
    for pattern, ja, en in (
        (r"missing\Z", "がありません（必須項目）", "is missing (required)"),
        (
            r"unknown field '(.*)'",
            "に、仕様にない項目「{0}」があります（未知の項目）",
            'holds "{0}", which is no item of this feed (unknown item)',
        ),
        (r"must be (\d+) digits", "は{0}桁の数字でなければなりません（桁数）", "must be {0} digits (length)"),
        (
            r"wrong check digit",
            "の検査数字が合いません（モジュラス11）",
            "has a wrong check digit (mod 11)",
        ),
        (
            r"must be 1 to 40 lower-case",
            "は16進数字（小文字）1〜40桁でなければなりません（桁数）",
            "must be 1 to 40 lower-case hexadecimal digits (length)",
        ),
        (r"must be text", "は文字列でなければなりません（形式）", "must be text (form)"),
        (r"must be a whole number", "は整数でなければなりません（形式）", "must be a whole number (form)"),
        (
            r"must be true or false",
            "は true か false でなければなりません（形式）",
            "must be true or false (form)",
        ),
        (r"must be a list", "は一覧（配列）でなければなりません（形式）", "must be a list (form)"),
        (r"must be an object", "は項目の組でなければなりません（形式）", "must be a set of items (form)"),
        (
            r"(year|month|day) out of range|a day needs its month|needs either a year|before 明治|and stand alone",
            "は日付として正しくありません（日付）",
            "is no date that exists (date)",
        ),
        (
            r"size and data do not agree",
            "の幅・高さと画像の長さが合いません（印影の大きさ）",
            "has a width and height that do not agree with the length of its image (size of the imprint)",
        ),
        (
            r"larger than 8 mm",
            "の大きさは8mmを超え、25mm四方に収まらなければなりません（印影の大きさ）",
            "must be larger than 8 mm and fit a square of 25 mm (size of the imprint)",
        ),
        (r"starts at 1", "は1以上でなければなりません（桁数）", "must be 1 or more (length)"),
        (r"is above (\d+)", "は{0}以下でなければなりません（桁数）", "must not be above {0} (length)"),
        (r"is empty|needs a key", "は空欄にできません（必須項目）", "must not be empty (required)"),
        (r"must be digits", "は数字でなければなりません（形式）", "must be digits (form)"),
        (
            r"a Japanese resident has",
            "と国籍・地域等は、日本人は前者、外国人は後者の、一方だけを持ちます",
            "must be there for a Japanese and nationality and status for a foreign resident, never both or neither",
        ),
        (
            r"for Japanese residents only",
            "は日本人だけに記載します",
            "is recorded for Japanese residents only",
        ),
        (r"for foreign residents only", "は外国人だけに記載します", "is recorded for foreign residents only"),
        (
            r"belongs to 転出予定",
            "は転出予定者と消除された者だけが持ち、その者には必ずあります",
            "is held by all who plan to move out or are removed, and by nobody else",
        ),
        (
            r"key must be 1 to 64",
            "の番号は英数字とハイフン1〜64字でなければなりません（桁数）",
            "must have a key of 1 to 64 letters, digits or hyphens (length)",
        ),
        (
            r"for one person or one household",
            "の対象は個人か世帯のどちらか一方でなければなりません",
            "must be for one person or one household, not both or neither",
        ),
        (
            r"must be a SHA-256 digest",
            "は SHA-256（32バイト）でなければなりません（桁数）",
            "must be a SHA-256 digest of 32 bytes (length)",
        ),
        (
            r"belongs to the stream of",
            "はこの種類の異動データの事由ではありません（コード値）",
            "does not belong to this kind of change (code)",
        ),
        (
            r"one row twice",
            "に同じ者（番号）の行が二つあります",
            "holds two rows of the same person or number",
        ),
        (r"rows of exactly one stream", "に行が一つもありません（必須項目）", "holds no row (required)"),
        (
            r"must hold reason, changed_on",
            "は、異動事由、異動日、対象の行の三つだけを持たなければなりません（未知の項目又は必須項目の不足）",
            "must hold the reason, the day of the change and the rows, and nothing else (unknown or missing item)",
        ),
        (r"contradicts the reason", "が異動事由と一致しません", "contradicts the reason of the change"),
        (
            r"canonical",
            "の書き方が仕様の正規形ではありません（形式）",
            "is not written in the one form that the interface allows (form)",
        ),
        (r"needs a time zone", "に時間帯がありません（日付）", "lacks its time zone (date)"),
    )
]
_DATES = frozenset(
    {
        "day",
        "removed_on",
        "renewed_on",
        "expires_on",
        "registered_on",
        "cancelled_on",
        "since",
        "until",
        "changed_on",
        "time",
    }
)
_CODES = frozenset({"status", "sex", "reason", "event"})
_NOT_A_DATE = Sentence("は日付（年-月-日）として読めません（日付）", "is no date (year-month-day)")
_NOT_A_CODE = Sentence("は定められた値ではありません（コード値）", "is none of the values allowed (code)")
_NO_VALUE = Sentence(
    "はこの項目の値として読めません（形式）", "cannot be read as a value of this item (form)"
)


def unreadable(body: bytes, where: str) -> Finding:
    """Why an event that cannot be read (its canonical bytes) is set aside; ``where`` is the codec's path.

    一時解除 is not linked (住民記録システム標準仕様書): there is no 異動事由 for it, and it must not look like a slip of
    the pen that somebody puts right by making it a 解除.
    """
    data: dict[str, Json] = json.loads(body)["data"]
    reason = data.get("reason")
    if Stream.SUPPRESSIONS.value in data and isinstance(reason, str) and _TEMPORARY.search(reason):
        return Finding(fault=Fault.TEMPORARY_RELEASE, where=str(Place(stream=Stream.SUPPRESSIONS)))
    return Finding(fault=Fault.UNREADABLE, where=_row_of_identifier(data) or where)


def _row_of_identifier(data: Mapping[str, Json]) -> str:
    """The row whose identifier is wrong, where nothing else is wrong before it."""
    for stream in Stream:
        rows = data.get(stream.value)
        for place, form in enumerate(rows if isinstance(rows, list) else ()):
            try:
                check_identifiers(read_form(form, _KINDS[stream], stream.value))
            except WireError:
                return ""
            except InvalidValueError as error:
                return row_at(stream, place, why=str(error))
    return ""


def defect_of(place: Place) -> Sentence:
    """What is wrong with the item, as the end of a sentence; the Japanese begins with the particle."""
    for pattern, sentence in _DEFECTS:
        if (found := pattern.search(place.why)) is not None:
            return Sentence(sentence.ja.format(*found.groups("")), sentence.en.format(*found.groups("")))
    last = place.items[-1].split(".")[-1] if place.items else ""
    if last in _DATES:
        return _NOT_A_DATE
    return _NOT_A_CODE if last in _CODES else _NO_VALUE


def item_of(place: Place) -> Sentence | None:
    """The item that a value object names in its own words; None where the path is all there is.

    「年月日: month out of range」 names the kind of value: there the path says which item it is.
    """
    term, colon, _ = place.why.partition(": ")
    if not colon or term == "年月日":
        return None
    if term.isascii():
        known = ITEMS[place.stream] if place.stream is not None else ENVELOPE
        return known.get(term)
    return Sentence(term, _ENGLISH.get(term, term))


_ENGLISH = {term.ja: term.en for items in ITEMS.values() for term in items.values()} | {
    "消除日": "day of removal",
    "抑止": "suppression",
}
