"""The characters that most names and addresses are made of, to be prepared before the first document."""

from __future__ import annotations

ISSUE_NUMBERS = "0123456789-"
"""What every 発行番号 is written with."""
FREQUENT = "【】空欄省略平成昭男女妻町丁目地１２"
"""What most sheets of several people have among their values: their plates bring these along, so that a document needs
fewer glyphs of its own."""


def jis_x_0208() -> str:
    """JIS X 0208: kana, Latin, 6,355 kanji and signs, in its own order."""
    rows = range(0xA1, 0xFF)
    pairs = (bytes((row, cell)) for row in rows for cell in rows)
    found = (pair.decode("euc_jp", errors="ignore") for pair in pairs)
    return "".join(character for character in found if len(character) == 1)
