"""The model of a town: a walk of legal changes, delivered to a copy as a bad line would, and what must come of it."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from sync.change.events import Change, key_of
from sync.change.reasons import HALVES
from sync.change.records import Kind, kind_of, text_of
from sync.copy.sql import store_of
from sync.copy.store import Wanted
from sync.registry.state import RegisterState
from sync.town.walk import Walk
from tests.sync.sync_world import NOW, Held, TestRegistry, tiny_imprint

Contents = dict[tuple[Kind, str], str]


def walk_of(registry: TestRegistry, seed: int) -> Walk:
    return Walk(registry.town.records(), seed=seed, start=NOW, draw=tiny_imprint)


def enter_all(registry: TestRegistry, changes: Iterable[Change]) -> None:
    for change in changes:
        registry.enter(change)


async def deliver(held: Held, registry: TestRegistry, rng: Random) -> int:
    """All that the copy lacks, in pieces of any size: some again, some overlapping, some too early.

    Returns how many changes were set aside on the way.
    """
    aside = 0
    while (applied := await _applied(held)) < registry.position:
        first = applied + 1
        kind = rng.random()
        if kind < 0.2:
            first = max(1, first - rng.randint(1, 30))
        elif kind < 0.3:
            first = min(registry.position, first + rng.randint(1, 10))
        last = min(registry.position, first + rng.randint(0, 40))
        events = [registry.sent.get(number) or registry.event(number) for number in range(first, last + 1)]
        receipt = await held.receive(registry.frame(first, last, events=events))
        aside += receipt.quarantined
    return aside


async def _applied(held: Held) -> int:
    mark = await held.reader.watermark()
    assert mark is not None
    return mark.applied


def contents_of(state: RegisterState) -> Contents:
    return {(kind_of(record), key_of(record)): text_of(record) for record in state.records()}


async def held_by(held: Held, state: RegisterState) -> Contents:
    """The copy's records of everybody and everything that the register knows."""
    wanted = Wanted(
        residents=frozenset(state.residents),
        households=frozenset(),
        seals=frozenset(state.seals),
        suppressions=frozenset(state.suppressions),
        cards=frozenset(state.cards),
    )
    async with store_of(held.store).writing() as transaction:
        found = await transaction.find(wanted)
    return {
        **{(Kind.RESIDENT, number): row.record for number, row in found.residents.items()},
        **{(Kind.SEAL, number): row.record for number, row in found.seals.items()},
        **{(Kind.SUPPRESSION, key): row.record for key, row in found.suppressions.items()},
        **{(Kind.CARD, serial): row.record for serial, row in found.cards.items()},
    }


async def require_same(held: Held, state: RegisterState) -> None:
    """Byte for byte; only the keys are shown where they differ, and nothing waits in quarantine."""
    aside = [(item.sequence, item.fault, item.where) for item in await held.reader.set_aside()]
    assert not aside, aside
    copy, register = await held_by(held, state), contents_of(state)
    different = sorted(key for kind, key in register if copy.get((kind, key)) != register[kind, key])
    assert not different, different


def first_halves(changes: Iterable[Change]) -> int:
    """改製 and 再製: how many changes are set aside until the next one comes."""
    return sum(change.reason in HALVES for change in changes)
