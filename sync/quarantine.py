"""Who is blocked by changes that were set aside, and who is free again when something was set right; pure."""

from __future__ import annotations

from collections.abc import Iterable

from certificates.domain.identifiers import ResidentNumber
from sync.reasons import Stream
from sync.store import Block, CardRow, ResidentRow, Row, SealRow, SuppressionRow


class Quarantine:
    """The blocks in force of the people whom a batch names."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._by_person: dict[tuple[Stream, ResidentNumber | None], set[Block]] = {}
        self._by_change: dict[int, set[Block]] = {}
        self.add(blocks)

    def __bool__(self) -> bool:
        return bool(self._by_change)

    def add(self, blocks: Iterable[Block]) -> None:
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

    def set_right(self, row: Row, *, correction: bool) -> set[Block]:
        """Lift what an accepted row says anew; returns all blocks that are gone.

        A resident's row does so only as part of a ``correction``. A household is free again when the last person
        whom the same change names is.
        """
        lifted = self._remove(self._answered_by(row, correction))
        for sequence in {block.sequence for block in lifted}:
            left = self._by_change.get(sequence, set())
            if all(block.resident is None and block.stream is Stream.RESIDENTS for block in left):
                lifted |= self._remove(left)
        return lifted

    def _answered_by(self, row: Row, correction: bool) -> tuple[Block, ...]:
        match row:
            case ResidentRow():
                return self._of(Stream.RESIDENTS, row.member.number) if correction else ()
            case SealRow():
                return self._of(Stream.SEALS, row.resident)
            case CardRow():
                return self._of(Stream.CARDS, row.resident)
            case SuppressionRow():
                blocks = self._of(Stream.SUPPRESSIONS, row.resident)
                return tuple(block for block in blocks if block.household == row.household)

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
