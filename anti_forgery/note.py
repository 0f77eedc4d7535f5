"""The words on the back: how whoever receives the paper checks it, 発行番号, page, the inquiry site's address; the blossom."""

from __future__ import annotations

import zlib
from functools import lru_cache

from anti_forgery.back_font import LINE_END, BackFont, back_font, line_start
from anti_forgery.hidden_picture import hidden_picture
from anti_forgery.pdf_objects import POINTS_PER_MM, form_object, number
from anti_forgery.profile import PrinterProfile
from anti_forgery.sheet import SheetFacts
from certificates.errors import ConfigurationError

TITLE = "この証明書の確認のしかた"
NOTES = (
    "下のコードには、おもて面の記載内容が暗号化され、証明書交付センターの電子署名とともに収められています。",
    "証明書を受け取られた方は、この面を300dpi以上で平らにスキャンし、次の問合せサイトで記載内容をご確認ください。",
    "表示された内容とおもて面の記載とを、必ず見比べてください。一致しない場合や確認できない場合は、",
    "発行した市区町村へお問い合わせください。複写機で複写すると、地紋に「{word}」の文字が現れます。",
)
LABELS = ("発行番号", "ページ", "問合せサイト")
BLACK = "0 0 0 1"

# All in millimetres from the lower left corner of the sheet; type sizes in points.
LEFT, RIGHT, COLUMN, TABLE_RIGHT = 16.0, 194.0, 48.0, 161.0
TITLE_Y, RULE_Y, NOTES_Y, LEADING = 271.0, 267.2, 259.4, 5.8
TABLE_TOP, ROW, BASELINE = 235.0, 8.6, 2.9
TITLE_SIZE, NOTE_SIZE, LABEL_SIZE, VALUE_SIZE = 15.0, 9.0, 9.0, 11.0
SMALLEST = 7.0
"""Of the address, when it is too long for its line."""


@lru_cache(maxsize=8)
def note_font(profile: PrinterProfile) -> BackFont:
    return back_font(profile.font, "".join((TITLE, *_notes(profile), *LABELS)))


def note_object(profile: PrinterProfile, font: int) -> bytes:
    """Everything that is the same on all backs, as a Form XObject; ``font`` is the font's object number."""
    return form_object(_constant(profile), f"/Font<</F {font} 0 R>>")


def own_words(sheet: SheetFacts, profile: PrinterProfile) -> bytes:
    """Content operators for what differs from sheet to sheet; the font's resource name is /F."""
    codes = note_font(profile).codes
    issue, page = _value_starts()
    return (
        f"q {BLACK} k\n{issue}{codes(sheet.issue_number)}{LINE_END}\n"
        f"{page}{codes(f'{sheet.page} / {sheet.pages}')}{LINE_END}\nQ\n"
    ).encode("ascii")


@lru_cache(maxsize=1)
def _value_starts() -> list[str]:
    return [line_start(_points(COLUMN), _points(_baseline(row)), VALUE_SIZE) for row in range(2)]


@lru_cache(maxsize=8)
def _constant(profile: PrinterProfile) -> bytes:
    font = note_font(profile)
    room = _points(TABLE_RIGHT - COLUMN)
    size = min(VALUE_SIZE, room / font.width(profile.inquiry_site, 1.0))
    if size < SMALLEST:
        raise ConfigurationError("PrinterProfile.inquiry_site", "is too long for its line on the back")
    lines = [f"{BLACK} k {BLACK} K", _rule(RULE_Y, 0.8)]
    lines.append(font.line(TITLE, _points(LEFT), _points(TITLE_Y), TITLE_SIZE))
    for place, note in enumerate(_notes(profile)):
        lines.append(font.line(note, _points(LEFT), _points(NOTES_Y - LEADING * place), NOTE_SIZE))
    for row, label in enumerate(LABELS):
        lines.append(font.line(label, _points(LEFT), _points(_baseline(row)), LABEL_SIZE))
    lines += [_rule(TABLE_TOP - ROW * row, 0.3, TABLE_RIGHT) for row in range(len(LABELS) + 1)]
    lines.append(font.line(profile.inquiry_site, _points(COLUMN), _points(_baseline(2)), size))
    lines += hidden_picture(profile)
    return zlib.compress("\n".join(lines).encode("ascii"), 9)


def _notes(profile: PrinterProfile) -> list[str]:
    return [note.format(word=profile.word) for note in NOTES]


def _baseline(row: int) -> float:
    return TABLE_TOP - ROW * (row + 1) + BASELINE


def _rule(y: float, width: float, right: float = RIGHT) -> str:
    left, end, height = (number(_points(value)) for value in (LEFT, right, y))
    return f"{width} w {left} {height} m {end} {height} l S"


def _points(millimetres: float) -> float:
    return millimetres * POINTS_PER_MM
