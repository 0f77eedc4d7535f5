"""A registry's desk of one number, and a counter that asks it before it issues."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from certificates.domain.entitlement import Watermark
from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from certificates.errors import UnavailableError
from issuance_server.usecases.ask import AskRegistry
from sync.original.wire import PositionAnswer
from tests.issuance.issuance_world import CODE, NOON, Counter, serial_of

LONG_AGO = NOON - timedelta(seconds=60)


class Registry:
    """Answers with one number for everybody, or with an error; remembers who was asked about."""

    def __init__(self, *, touched: int = 0, position: int = 7, error: Exception | None = None) -> None:
        self.touched = touched
        self.standing = position
        self.error = error
        self.asked: list[tuple[list[ResidentNumber], list[HouseholdNumber]]] = []
        self.waiting: asyncio.Event | None = None

    async def position(
        self, residents: Sequence[ResidentNumber], households: Sequence[HouseholdNumber]
    ) -> PositionAnswer:
        self.asked.append((list(residents), list(households)))
        if self.waiting is not None:
            await self.waiting.wait()
        if self.error is not None:
            raise self.error
        return PositionAnswer(municipality=CODE, touched=self.touched, position=self.standing, read_at=NOON)


def counter_asking(registry: Registry, **given: float) -> Counter:
    return Counter(1, ask=AskRegistry(registry, alive_seconds=given.get("alive", 3.0)))


def out_of_reach() -> UnavailableError:
    return UnavailableError("registry", "TimeoutError", outcome_known=True)


def heard(counter: Counter, at: Watermark) -> None:
    counter.register.views[serial_of(1)] = replace(counter.register.views[serial_of(1)], watermark=at)
    counter.register.mark = at
