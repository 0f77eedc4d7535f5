"""The characters that most names and addresses are made of, to be prepared before the first document."""

from __future__ import annotations


def jis_x_0208() -> str:
    """JIS X 0208: kana, Latin, 6,355 kanji and signs, in its own order."""
    rows = range(0xA1, 0xFF)
    pairs = (bytes((row, cell)) for row in rows for cell in rows)
    found = (pair.decode("euc_jp", errors="ignore") for pair in pairs)
    return "".join(character for character in found if len(character) == 1)
