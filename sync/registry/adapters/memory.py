"""The registry's books in memory: gone when the process ends, and the numbers with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from sync.change.cloud_events import write_event
from sync.change.events import Change, Record
from sync.registry.ports import Span
from sync.registry.state import RegisterState


class MemoryBooks:
    """See ``ports.Books``."""

    def __init__(self, municipality: MunicipalityCode) -> None:
        self._municipality = municipality
        self._state = RegisterState()
        self._begun = False
        self._base = 0
        self._events: list[bytes] = []
        self._entered: dict[str, tuple[int, Change]] = {}

    async def begin(self, records: Iterable[Record], sequence: int) -> bool:
        if self._begun or self._events:
            return False
        self._state, self._base, self._begun = RegisterState(records), sequence, True
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
        for change in new.values():
            number = self._base + len(self._events) + 1
            self._events.append(write_event(change.numbered(number), self._municipality))
            self._state.take(change)
            self._entered[change.id] = number, change
        return [self._entered[change.id][0] for change in changes]

    async def span(self) -> Span:
        return Span(first=self._base + 1, position=self._base + len(self._events))

    async def events(self, first: int, last: int) -> Sequence[bytes]:
        return self._events[first - self._base - 1 : last - self._base]

    async def records(self) -> tuple[int, Iterator[Record]]:
        return self._base + len(self._events), self._state.records()
