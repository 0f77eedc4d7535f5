"""A registry's books, a copy fed from them, and reconciling the two."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from load_tests.reconciling.near import NearOriginal
from sync.change.events import Change
from sync.reconcile.report import Report
from sync.reconcile.run import reconcile
from sync.reconcile.search import Patience
from sync.registry.adapters.memory import MemoryBooks
from sync.town import Person, Scenario
from sync.town.numbers import MUNICIPALITY
from tests.sync.scenes import bad_move
from tests.sync.sync_world import KEY, NOW, TRUSTED, Held, TestRegistry

BRISK = Patience(rounds=40, seconds=2.0, pause=0.005, longest_rest=0.05)


@dataclass
class World:
    """``registry`` says what it sends, ``books`` are what it is asked; both enter the same changes."""

    engine: AsyncEngine
    held: Held
    registry: TestRegistry
    books: MemoryBooks = field(default_factory=lambda: MemoryBooks(MUNICIPALITY))

    async def begin(self) -> None:
        await self.books.begin(self.registry.town.records(), 0)

    @property
    def original(self) -> NearOriginal:
        return NearOriginal(self.books, MUNICIPALITY, KEY, TRUSTED)

    async def enter(self, change: Change) -> int:
        (number,) = await self.books.enter([change])
        assert self.registry.enter(change) == number
        return number

    async def feed(self) -> None:
        await self.held.take_all(self.registry)

    @property
    def family(self) -> Person:
        """Four who live together, and whose card is read."""
        return self.registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)

    async def set_aside(self) -> Change:
        """A 転居 of the family that changes their names as well, and that the copy has in quarantine."""
        change = bad_move(self.registry, self.family)
        await self.books.enter([change])
        self.registry.enter(change, legal=False)
        await self.feed()
        return change

    async def spoil(self, statement: str, **values: object) -> None:
        """Damage that nobody is told of."""
        async with self.engine.begin() as connection:
            await connection.execute(text(statement), values)

    async def reconcile(
        self, *, quick: bool = False, repair: bool = True, patience: Patience = BRISK
    ) -> Report:
        return await reconcile(
            self.engine,
            self.original,
            MUNICIPALITY,
            lambda: NOW,
            quick=quick,
            repair=repair,
            patience=patience,
        )


def row_keys(report: Report) -> frozenset[tuple[str, str]]:
    """The rows that the report says differed."""
    return frozenset((row.kind, row.key) for finding in report.findings for row in finding.rows)
