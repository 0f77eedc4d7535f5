"""The registry's books in memory: gone when the process ends, and the numbers with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import InvalidValueError, RefusedError
from certificates.problems import ProblemCode
from sync.change.cloud_events import write_event
from sync.change.events import Change, Record
from sync.copy.store import LeafMove, Row, row_of
from sync.feed.wire import NO_CHAIN, link
from sync.reconcile.leaves import Leaf, leaf_moves, subject_of
from sync.reconcile.subjects import row_key
from sync.registry.entering import Key, effects_of
from sync.registry.ports import Outgoing, Span, SubjectRecords, is_whole
from sync.registry.state import RegisterState


class MemoryBooks:
    """See ``ports.Books``."""

    def __init__(self, municipality: MunicipalityCode) -> None:
        self._municipality = municipality
        self._state = RegisterState()
        self._begun = False
        self._base = 0
        self._events: list[bytes] = []
        self._chains = [NO_CHAIN]
        self._entered: dict[str, tuple[int, Change]] = {}
        self._rows: dict[Key, Row] = {}
        self._touched: dict[str, int] = {}
        self._leaves: dict[str, Leaf] = {}

    async def begin(self, records: Iterable[Record], sequence: int, chain: bytes = NO_CHAIN) -> bool:
        if self._begun or self._events:
            return False
        taken = tuple(records)
        self._state, self._base, self._begun = RegisterState(taken), sequence, True
        self._chains = [chain]
        self._rows = {row_key(row): row for row in map(row_of, taken)}
        self._move(leaf_moves((0, None, row) for row in self._rows.values()))
        return True

    async def enter(self, changes: Sequence[Change]) -> Sequence[int]:
        new: dict[str, Change] = {}
        for change in changes:
            entered = self._entered.get(change.id)
            before = entered[1] if entered is not None else new.get(change.id, change)
            if before != change:
                raise RefusedError(ProblemCode.FEED_CONFLICT, "an id that was used for another change")
            if entered is None:
                new[change.id] = change
        numbered = dict(enumerate(new.values(), self._position + 1))
        effects = effects_of(numbered.items(), self._rows)
        for number, change in numbered.items():
            event = write_event(change.numbered(number), self._municipality)
            self._events.append(event)
            self._chains.append(link(self._chains[-1], hashlib.sha256(event).digest()))
            self._state.take(change)
            self._entered[change.id] = number, change
        self._rows.update(effects.rows)
        self._touched.update(effects.touched)
        self._move(effects.moves)
        return [self._entered[change.id][0] for change in changes]

    def _move(self, moves: Iterable[LeafMove]) -> None:
        for move in moves:
            before = self._leaves.get(move.leaf, Leaf(name=move.leaf, digest=0, touched=0))
            self._leaves[move.leaf] = Leaf(
                name=move.leaf, digest=before.digest ^ move.digest, touched=max(before.touched, move.touched)
            )

    @property
    def _position(self) -> int:
        return self._base + len(self._events)

    async def span(self) -> Span:
        return Span(first=self._base + 1, position=self._position)

    async def outgoing(self, after: int | None, most: int) -> Outgoing:
        span = await self.span()
        if after is None or not span.first <= after + 1 <= span.position:
            return Outgoing(span=span, chain=self._chains[-1], events=())
        return Outgoing(
            span=span, chain=await self.chain(after), events=await self.events(after + 1, after + most)
        )

    async def events(self, first: int, last: int) -> Sequence[bytes]:
        return self._events[first - self._base - 1 : last - self._base]

    async def chain(self, number: int) -> bytes:
        if not self._base <= number <= self._position:
            raise InvalidValueError("chain", f"number {number} is not in the outbox")
        return self._chains[number - self._base]

    async def touched(self, subjects: Sequence[str]) -> tuple[int, int]:
        return max((self._touched.get(subject, 0) for subject in subjects), default=0), self._position

    async def leaves(self) -> tuple[int, Sequence[Leaf]]:
        return self._position, sorted(self._leaves.values(), key=lambda leaf: leaf.name)

    async def subjects(self, leaves: Sequence[str]) -> tuple[int, Sequence[SubjectRecords]]:
        found: dict[str, list[Record]] = {name: [] for name in leaves if is_whole(name)}
        for record in self._state.records():
            subject = subject_of(row_of(record))
            if subject.startswith(tuple(leaves)):
                found.setdefault(subject, []).append(record)
        return self._position, _answers(found, self._touched)

    async def records(self) -> tuple[int, Iterator[Record]]:
        return self._position, self._state.records()


def _answers(found: Mapping[str, Sequence[Record]], touched: Mapping[str, int]) -> Sequence[SubjectRecords]:
    return [
        SubjectRecords(subject=subject, touched=touched.get(subject, 0), records=tuple(found[subject]))
        for subject in sorted(found)
    ]
