"""The digest tree's leaves: what the rows of ten neighbouring numbers hold, as one digest that each change moves on.

A *subject* is whom rows are about: ``r`` and 宛名番号, or ``h`` and 世帯番号 for the suppression of a whole household.
A *leaf* is a subject without its last two digits (serial and check digit). Its digest is the exclusive or of the
digests of its rows, so that a change costs the same whatever else the leaf holds. This finds damage and faults; it is
no defence against somebody who chooses the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from sync.change.records import Kind
from sync.copy.store import CardRow, LeafMove, ResidentRow, Row, SealRow, SuppressionRow

LEAF_LENGTH = 14
"""Characters of a leaf's name."""
DIGEST_BYTES = 16
SEPARATOR = "\x1f"
"""Unit separator: no text of a row holds it, for JSON writes it as an escape."""


def subject_of(row: Row) -> str:
    """Whom the row is about."""
    match row:
        case ResidentRow():
            return subject(resident=row.member.number)
        case SuppressionRow():
            return subject(resident=row.resident, household=row.household)
        case SealRow() | CardRow():
            return subject(resident=row.resident)


def subject(*, resident: ResidentNumber | None = None, household: HouseholdNumber | None = None) -> str:
    """``r`` and 宛名番号, or ``h`` and 世帯番号."""
    return f"r{resident}" if resident is not None else f"h{household}"


def leaf_of(name: str) -> str:
    """The leaf of a subject."""
    return name[:LEAF_LENGTH]


def row_digest(row: Row) -> int:
    """128 bits over everything that the copy stores of the row: key columns and record."""
    columns, kind = _columns(row)
    return text_digest(SEPARATOR.join((kind.value, *columns, row.record)))


def text_digest(text: str) -> int:
    """The first 128 bits of a row text's SHA-256: kind, key columns and record with ``SEPARATOR`` between them."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES], "big")


def _columns(row: Row) -> tuple[tuple[str, ...], Kind]:
    match row:
        case ResidentRow():
            member = row.member
            head = "1" if member.head else "0"
            return (
                member.number,
                str(row.history),
                member.household,
                member.status.value,
                head,
            ), Kind.RESIDENT
        case SealRow():
            return (row.resident, str(row.history), "1" if row.valid else "0"), Kind.SEAL
        case SuppressionRow():
            released = "1" if row.released else "0"
            return (row.key, row.resident or "", row.household or "", released), Kind.SUPPRESSION
        case CardRow():
            return (row.serial, row.resident, "1" if row.removed else "0"), Kind.CARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One leaf as it stands."""

    name: str
    digest: int
    touched: int


class LeafSums:
    """How rows that take the place of others move their leaves, added up."""

    def __init__(self) -> None:
        self._digests: dict[str, int] = {}
        self._touched: dict[str, int] = {}

    def add(self, sequence: int, before: Row | None, after: Row, digest: int) -> None:
        """The change ``sequence`` puts ``after``, whose digest is ``digest``, in the place of ``before``."""
        moved = digest ^ (row_digest(before) if before is not None else 0)
        leaf = leaf_of(subject_of(after))
        self._digests[leaf] = self._digests.get(leaf, 0) ^ moved
        self._touched[leaf] = max(self._touched.get(leaf, 0), sequence)

    def moves(self) -> tuple[LeafMove, ...]:
        return tuple(
            LeafMove(leaf=leaf, digest=digest, touched=self._touched[leaf])
            for leaf, digest in self._digests.items()
        )


def leaf_moves(pairs: Iterable[tuple[int, Row | None, Row]]) -> tuple[LeafMove, ...]:
    """The moves of rows that took the place of others: (number of the change, row before, row after), in order."""
    sums = LeafSums()
    for sequence, before, after in pairs:
        sums.add(sequence, before, after, row_digest(after))
    return sums.moves()


def halves(digest: int) -> tuple[int, int]:
    """The digest as two signed 64-bit numbers, as databases keep it; exclusive or works on each."""
    high, low = digest >> 64, digest & (1 << 64) - 1
    return _signed(high), _signed(low)


def joined(high: int, low: int) -> int:
    """The reverse of ``halves``."""
    return (high & (1 << 64) - 1) << 64 | low & (1 << 64) - 1


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
