"""The race itself: end a registration, order at once, count; meanwhile others are served and changes flow."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from certificates.domain.clock import JST
from certificates.domain.identifiers import CardSerial, ResidentNumber
from certificates.domain.kinds import CertificateKind
from load_tests.race.line import Line
from sync.registry.lives import correct
from sync.registry.side_streams import abolish_seal
from sync.registry.state import Entry, RegisterState
from sync.town import Town

_SEAL = CertificateKind.SEAL_REGISTRATION
_BUYERS = 3
_CHANGES_A_SECOND = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    resident: ResidentNumber
    serial: CardSerial


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """``issued`` of ``times`` orders for an ended registration; ``refused`` by code; ``milliseconds`` of each order.

    ``served`` and ``changes``: what the background did meanwhile.
    """

    database: str
    asking: bool
    times: int
    issued: int
    refused: Counter[str]
    milliseconds: Sequence[float]
    served: Counter[str]
    changes: int
    seconds: float


def holders_of(town: Town) -> list[Holder]:
    """Everybody with a card and a seal in force, in the town's order."""
    cards = {card.resident: card.serial for card in town.cards if not card.removed}
    return [
        Holder(resident=seal.resident, serial=cards[seal.resident])
        for seal in town.seals
        if seal.is_valid and seal.resident in cards
    ]


async def race(line: Line, town: Town, *, times: int, database: str, asking: bool) -> Result:
    """``times`` holders lose their registration, one after the other. Raises ValueError when the town has fewer.

    Only holders who are served before it is ended take part: nobody's refusal is put down to another reason.
    """
    state = RegisterState(town.records())
    holders = iter(holders_of(town))
    refused: Counter[str] = Counter()
    took: list[float] = []
    issued = 0
    started = time.monotonic()
    others = holders_of(town)[-40:]
    async with _background(line, state, others) as (served, changes):
        for _ in range(times):
            holder = await _served(line, holders, {other.resident for other in others})
            ended = abolish_seal(state, holder.resident, _entry())
            state.take(ended)
            await line.enter(ended)
            begun = time.perf_counter()
            code = await line.order(holder.serial, _SEAL)
            took.append((time.perf_counter() - begun) * 1000)
            if code is None:
                issued += 1
            else:
                refused[code.value] += 1
    return Result(
        database=database,
        asking=asking,
        times=times,
        issued=issued,
        refused=refused,
        milliseconds=took,
        served=served,
        changes=changes["entered"],
        seconds=time.monotonic() - started,
    )


async def _served(line: Line, holders: Iterator[Holder], others: set[ResidentNumber]) -> Holder:
    for holder in holders:
        if holder.resident not in others and await line.order(holder.serial, _SEAL) is None:
            return holder
    raise ValueError("the town has too few holders of a seal; invent a larger one")


@contextlib.asynccontextmanager
async def _background(
    line: Line, state: RegisterState, others: Sequence[Holder]
) -> AsyncIterator[tuple[Counter[str], Counter[str]]]:
    """Others are served, and other people's rows are corrected."""
    served: Counter[str] = Counter()
    changes: Counter[str] = Counter()

    async def buy(own: Sequence[Holder]) -> None:
        for holder in itertools.cycle(own):
            code = await line.order(holder.serial, CertificateKind.RESIDENT_RECORD)
            served["issued" if code is None else code.value] += 1

    async def amend(own: Sequence[Holder]) -> None:
        for holder in itertools.cycle(own):
            change = correct(state, [state.resident(holder.resident)], _entry())
            state.take(change)
            await line.enter(change)
            changes["entered"] += 1
            await asyncio.sleep(1 / _CHANGES_A_SECOND)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(buy(others[place::_BUYERS])) for place in range(_BUYERS)]
        tasks.append(group.create_task(amend(others)))
        try:
            yield served, changes
        finally:
            for task in tasks:
                task.cancel()


def _entry() -> Entry:
    now = datetime.now(UTC)
    return Entry(id=secrets.token_hex(16), time=now, on=now.astimezone(JST).date())
