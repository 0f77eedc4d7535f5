"""What the issuance server may ask the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from sync.change.events import Record
from sync.original.wire import LeavesAnswer, NodesAnswer, PositionAnswer, RowsAnswer


class Positions(Protocol):
    """How far the registry has come with somebody; asked at every issue."""

    async def position(
        self, residents: Sequence[ResidentNumber], households: Sequence[HouseholdNumber]
    ) -> PositionAnswer:
        """Raises UnavailableError when the registry does not answer in time, WireError, RefusedError."""
        ...


class Original(Protocol):
    """The registry's side of a reconciliation. Raises UnavailableError, WireError, RefusedError, SignatureError."""

    async def nodes(self, nodes: Sequence[str]) -> NodesAnswer: ...

    async def leaves(self, leaves: Sequence[str]) -> LeavesAnswer: ...

    async def rows(self, subjects: Sequence[str]) -> tuple[RowsAnswer, Sequence[Sequence[Record]]]:
        """The signed answer, and the rows of each of its subjects."""
        ...

    @property
    def exchanged(self) -> int:
        """Bytes of questions and answers so far, as they went over the line (without TLS and HTTP headers)."""
        ...
