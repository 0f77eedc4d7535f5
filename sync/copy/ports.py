"""What a copy of the register must be able to do for the feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from certificates.domain.identifiers import MunicipalityCode
from sync.copy.store import FeedState, Found, Numbered, Row, Wanted, Writing


class Transaction(Protocol):
    """One writer at a time; what it reads cannot change under it, and all it writes appears at once or never."""

    async def state(self, municipality: MunicipalityCode) -> FeedState | None:
        """Raises ConfigurationError when the copy belongs to another municipality."""
        ...

    async def digests(self, first: int, last: int) -> Mapping[int, bytes]:
        """Digests of the inbox by number."""
        ...

    async def find(self, wanted: Wanted) -> Found: ...

    async def put(self, rows: Sequence[Numbered]) -> None:
        """Rows of a delivery of which more is judged meanwhile; ``write`` ends it."""
        ...

    async def write(self, writing: Writing) -> None: ...

    async def clear(self) -> None:
        """Forget all current rows with their leaves, the inbox, blocks and doubts; the residents' history stays."""
        ...

    async def load(self, rows: Sequence[Row]) -> None:
        """Add rows after ``clear``, none of them twice."""
        ...

    async def finish_load(self, state: FeedState) -> None:
        """Add what was loaded to the residents' history, make its leaves (touched: 0) and set the state."""
        ...


class Store(Protocol):
    """A copy that the feed can write."""

    def writing(self) -> AbstractAsyncContextManager[Transaction]:
        """Commits on leaving; an error inside leaves the copy as it was. Raises UnavailableError."""
        ...
