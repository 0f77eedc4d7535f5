"""Words that each municipality chooses for its paper: 認証文 by kind and scope, and what stands in empty boxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from certificates.domain.blocks import BLANK, LEFT_OUT, UNUSED, Block, Entry
from certificates.domain.kinds import CertificateKind
from certificates.domain.kinds.kind import Scope
from certificates.errors import InvalidValueError

Statements = Mapping[CertificateKind, Mapping[Scope, str]]
"""認証文 that a municipality words itself; the kind's own stand for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperWords:
    """``blank``, ``left_out`` and ``unused`` stand for those of ``certificates.domain.blocks``.

    ``seal_note``: what stands under the official seal, or nothing.
    """

    blank: str = BLANK
    left_out: str = LEFT_OUT
    unused: str = UNUSED
    seal_note: str = "この印は黒色です"

    def __post_init__(self) -> None:
        words = (self.blank, self.left_out, self.unused)
        if not all(1 <= len(word.strip()) <= 8 for word in words):
            raise InvalidValueError("paper", "each word needs 1 to 8 characters")
        if len(set(words)) != len(words):
            raise InvalidValueError(
                "paper", "two words are equal: a reader could not tell blank from left out"
            )


STANDARD = PaperWords()


def worded(block: Block, words: PaperWords) -> Block:
    """``block`` in the municipality's words for what holds nothing."""
    if words == STANDARD:
        return block
    chosen = {BLANK: words.blank, LEFT_OUT: words.left_out, UNUSED: words.unused}
    # a copy and a few replacements: members of an Enum, which are its keys, hash slowly
    result = dict(block)
    for slot, entry in block.items():
        label, lines = entry.label, entry.lines
        if label in chosen:
            result[slot] = _entry(chosen[label], ())
        elif len(lines) == 1 and lines[0] in chosen:
            result[slot] = _entry(label, (chosen[lines[0]],))
    return result


@cache
def _entry(label: str, lines: tuple[str, ...]) -> Entry:
    """Kept, because there are few: labels and words of the form, nothing of a resident."""
    return Entry(label=label, lines=lines)
