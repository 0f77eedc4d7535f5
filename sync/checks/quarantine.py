"""Who is blocked by changes that were set aside, and who is free again when something was set right; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from certificates.domain.identifiers import CardSerial, ResidentNumber
from sync.change.naming import serials_in, suppressions_in
from sync.change.reasons import Stream
from sync.copy.store import Block, CardRow, ResidentRow, Row, SealRow, SuppressionRow


class Quarantine:
    """The blocks in force of the people whom a batch names."""

    def __init__(
        self, blocks: Iterable[Block], bodies: Mapping[int, bytes], cards: Mapping[CardSerial, CardRow]
    ) -> None:
        """``bodies``: the events by which the blocks came, by number; ``cards``: who holds the serials in them, kept
        up to date by the caller."""
        self._cards = cards
        self._by_person: dict[tuple[Stream, ResidentNumber | None], set[Block]] = {}
        self._by_change: dict[int, set[Block]] = {}
        self._bodies: dict[int, bytes] = {}
        self.add(blocks, bodies)

    def __bool__(self) -> bool:
        return bool(self._by_change)

    def add(self, blocks: Iterable[Block], bodies: Mapping[int, bytes]) -> None:
        self._bodies |= bodies
        for block in blocks:
            self._by_person.setdefault((block.stream, block.resident), set()).add(block)
            self._by_change.setdefault(block.sequence, set()).add(block)

    def holds(self, stream: Stream, resident: ResidentNumber) -> bool:
        return bool(self._by_person.get((stream, resident)))

    def last_history(self, resident: ResidentNumber) -> int | None:
        """The largest 履歴番号 among the person's rows that were set aside."""
        blocks = self._by_person.get((Stream.RESIDENTS, resident), ())
        return max((block.history for block in blocks if block.history is not None), default=None)

    def is_open(self, sequence: int) -> bool:
        """Whether the change of this number still blocks anybody."""
        return sequence in self._by_change

    def set_right(self, rows: Sequence[Row], *, correction: bool) -> set[Block]:
        """Lift what the rows of one accepted change say anew; returns all blocks that are gone.

        A resident's row does so only as part of a ``correction``. A household is free again when the last person
        whom the same change names is. Suppressions and cards answer only for their own keys.
        """
        lifted: set[Block] = set()
        for row in rows:
            lifted |= self._remove(self._answered_by(row, rows, correction))
        for sequence in {block.sequence for block in lifted}:
            left = self._by_change.get(sequence, set())
            if all(block.resident is None and block.stream is Stream.RESIDENTS for block in left):
                lifted |= self._remove(left)
        return lifted

    def _answered_by(self, row: Row, rows: Sequence[Row], correction: bool) -> tuple[Block, ...]:
        match row:
            case ResidentRow():
                return self._of(Stream.RESIDENTS, row.member.number) if correction else ()
            case SealRow():
                return self._of(Stream.SEALS, row.resident)
            case CardRow():
                serials = {
                    card.serial
                    for card in rows
                    if isinstance(card, CardRow) and card.resident == row.resident
                }
                blocks = self._of(Stream.CARDS, row.resident)
                return tuple(block for block in blocks if self._is_said_anew(block, serials))
            case SuppressionRow():
                keys = {
                    other.key
                    for other in rows
                    if isinstance(other, SuppressionRow)
                    and (other.resident, other.household) == (row.resident, row.household)
                }
                blocks = self._of(Stream.SUPPRESSIONS, row.resident)
                return tuple(
                    block
                    for block in blocks
                    if block.household == row.household and self._is_said_anew(block, keys)
                )

    def _is_said_anew(self, block: Block, keys: Set[str]) -> bool:
        """Whether every key of the block's person in the change that was set aside is among ``keys``.

        All at once, because nothing records that a block was answered in part. A block whose keys cannot be read
        stays until a full load.
        """
        body = self._bodies.get(block.sequence)
        asked = self._keys(block, body) if body is not None else frozenset()
        return bool(asked) and asked <= keys

    def _keys(self, block: Block, body: bytes) -> Set[str]:
        if block.stream is Stream.SUPPRESSIONS:
            return suppressions_in(body, block.resident, block.household)
        # of cards also those that the person holds and the change claims for somebody else
        return {
            serial
            for serial, who in serials_in(body).items()
            if who == block.resident
            or ((held := self._cards.get(serial)) is not None and held.resident == block.resident)
        }

    def _of(self, stream: Stream, resident: ResidentNumber | None) -> tuple[Block, ...]:
        return tuple(self._by_person.get((stream, resident), ()))

    def _remove(self, blocks: Iterable[Block]) -> set[Block]:
        removed = set(blocks)
        for block in removed:
            self._by_person[block.stream, block.resident].discard(block)
            self._by_change[block.sequence].discard(block)
            if not self._by_change[block.sequence]:
                del self._by_change[block.sequence]
        return removed
