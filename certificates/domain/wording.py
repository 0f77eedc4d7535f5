"""Words that each municipality chooses for its paper: 認証文 by kind and scope, and what stands in empty boxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from certificates.domain.blocks import BLANK, LEFT_OUT, UNUSED, Block
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
    return {
        slot: replace(
            entry,
            label=chosen.get(entry.label, entry.label),
            lines=tuple(chosen.get(line, line) for line in entry.lines),
        )
        for slot, entry in block.items()
    }
