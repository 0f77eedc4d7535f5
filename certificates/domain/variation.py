"""Variation sequences at the border of the paper: Adobe-Japan1 as the registry may send it, Moji_Joho as the typeface has it.

Both collections of the Ideographic Variation Database (UTS #37) are in use for names. No sequence belongs to both, so a
text tells by itself which it means, and the same shape has another selector in each. The table beside this file says, for
every sequence of Adobe-Japan1, what Moji_Joho writes for that shape, or that no evidence was found; the mapping is nobody's
guess and drops nothing: what has no counterpart stays as it is, and the glyph gate refuses it by name unless a font of the
chain draws it.

The copy of the register keeps what the registry sent, byte for byte, or the two could not be compared. So the mapping is
made where a certificate's values are made, and wherever such a value is compared with the record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

TABLE = "adobe_japan1.tsv"
_SEQUENCE = re.compile("(?s).[\U000e0100-\U000e01ef]")
_SELECTOR = re.compile("[\U000e0100-\U000e01ef]")


def canonical(text: str) -> str:
    """``text`` with each Adobe-Japan1 sequence that has a counterpart replaced by it."""
    if not has_sequence(text):
        return text
    table = _table()
    return _SEQUENCE.sub(lambda found: table.get(found[0]) or found[0], text)


def has_sequence(text: str) -> bool:
    """Whether a selector of the collections stands in it."""
    return _SELECTOR.search(text) is not None


def is_adobe_japan1(sequence: str) -> bool:
    """Whether a character with its selector is a sequence of that collection."""
    return sequence in _table()


@cache
def _table() -> Mapping[str, str]:
    """What Moji_Joho writes for each sequence of Adobe-Japan1; empty where nothing is known."""
    text = (files(__package__) / TABLE).read_text("ascii")
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {_text(sequence): _text(counterpart) for sequence, counterpart in lines}


def _text(codes: str) -> str:
    return "" if codes == "-" else "".join([chr(int(code, 16)) for code in codes.split()])
