"""Illegal changes among the legal ones: each is set aside, each is corrected, and the copy still ends equal to the register."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.domain.dates import RecordedDate
from certificates.domain.resident import ResidencyStatus, Resident, Sex
from certificates.wire.codec import canonical
from sync.change.events import Change
from sync.change.reasons import Reason
from sync.registry import lives, side_streams
from sync.registry.state import RegisterState
from sync.town.walk import Walk
from tests.sync.sync_model import deliver, require_same, walk_of
from tests.sync.sync_world import Held, TestRegistry, tiny_imprint

Members = tuple[Resident, ...]


def _said(registry: TestRegistry, reason: Reason, rows: Members) -> Change:
    return registry.entry(on=registry.changes[-1].changed_on).of_residents(reason, rows)


def _moves_and_renames(registry: TestRegistry, members: Members) -> Change:
    rows = tuple(
        replace(row, history=row.history + 1, address="見本県みほん市誤記町１番", sex=Sex.UNSTATED)
        for row in members
    )
    return _said(registry, Reason.MOVE_WITHIN, rows)


def _comes_again(registry: TestRegistry, members: Members) -> Change:
    rows = tuple(replace(row, history=row.history + 1, previous_address="誤記県誤記市") for row in members)
    return _said(registry, Reason.MOVE_IN, rows)


def _skips_a_row(registry: TestRegistry, members: Members) -> Change:
    rows = tuple(replace(row, history=row.history + 4) for row in members)
    return _said(registry, Reason.AMENDMENT_EX_OFFICIO, rows)


def _loses_its_head(registry: TestRegistry, members: Members) -> Change:
    rows = tuple(
        replace(row, history=row.history + 1, relation="同居人" if row.is_head else row.relation)
        for row in members
    )
    return _said(registry, Reason.HEAD_CHANGED, rows)


def _is_born_later(registry: TestRegistry, members: Members) -> Change:
    rows = tuple(replace(row, history=row.history + 1, birth=RecordedDate(2199, 1, 1)) for row in members)
    return _said(registry, Reason.CLERICAL_AMENDMENT, rows)


def _cannot_be_read(registry: TestRegistry, members: Members) -> Change:
    return _said(
        registry, Reason.CLERICAL_AMENDMENT, tuple(replace(row, history=row.history + 1) for row in members)
    )


_WRONGS: tuple[Callable[[TestRegistry, Members], Change], ...] = (
    _moves_and_renames,
    _comes_again,
    _skips_a_row,
    _loses_its_head,
    _is_born_later,
    _cannot_be_read,
)


def _enter_wrong(registry: TestRegistry, members: Members, rng: Random) -> Members:
    """A change that never was; returns its rows."""
    wrong = rng.choice(_WRONGS)
    change = wrong(registry, members)
    number = registry.enter(change, legal=False)
    if wrong is _cannot_be_read:
        event = json.loads(registry.event(number))
        for row in event["data"]["residents"]:
            row["birth"] = "unleserlich"
        registry.sent[number] = canonical(event)
    return change.subjects.residents


def _correct(registry: TestRegistry, walk: Walk, wrong: Members) -> None:
    """誤記修正: what is true of these people now, with the 履歴番号 after the wrong one."""
    truth = tuple(replace(walk.state.residents[row.number], history=row.history) for row in wrong)
    change = lives.correct(registry.state, truth, registry.entry(on=registry.changes[-1].changed_on))
    registry.enter(change)
    walk.state.take(change)


def _household(state: RegisterState, rng: Random) -> Members:
    people = sorted(
        number for number, row in state.residents.items() if row.status is ResidencyStatus.RESIDENT
    )
    return state.household(state.residents[rng.choice(people)].household)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
async def test_what_is_corrected_leaves_no_trace_in_the_copy(seed: int) -> None:
    rng = Random(seed)
    registry = TestRegistry()
    copy = registry.ideal()
    held = Held(store=copy, reader=copy)
    walk = walk_of(registry, seed)
    wrongs = 0
    for _ in range(25):
        for change in walk.visit():
            registry.enter(change)
        members = _household(walk.state, rng)
        wrong = _enter_wrong(registry, members, rng)
        wrongs += 1
        if rng.random() < 0.5:
            await deliver(held, registry, rng)
            assert len(await held.reader.set_aside()) == 1
        _correct(registry, walk, wrong)
    assert await deliver(held, registry, rng) <= wrongs
    await require_same(held, walk.state)


async def test_a_seal_registered_over_one_in_force_is_answered_by_the_change_of_seal() -> None:
    registry = TestRegistry()
    copy = registry.ideal()
    held = Held(store=copy, reader=copy)
    sealed = next(number for number, seal in registry.state.seals.items() if seal.is_valid)
    imprint = registry.state.seals[sealed].imprint
    wrong = side_streams.register_seal(RegisterState(), sealed, "90000000", imprint, registry.entry())
    registry.enter(wrong, legal=False)
    await deliver(held, registry, Random(1))
    assert len(await held.reader.set_aside()) == 1
    new = tiny_imprint(registry.state.residents[sealed])
    registry.enter(side_streams.register_seal(registry.state, sealed, "90000001", new, registry.entry()))
    await deliver(held, registry, Random(1))
    await require_same(held, registry.state)
