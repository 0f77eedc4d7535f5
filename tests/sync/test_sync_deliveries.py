"""However deliveries are cut, repeated, lost or swapped, the copy ends where the register is; no others are heard."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates.domain.identifiers import CardSerial, municipality_code
from certificates.errors import ConfigurationError, RefusedError, SignatureError, WireError
from certificates.problems import ProblemCode
from certificates.wire.frame import pack, unpack
from certificates.wire.jose import Party, Role, SigningKey
from sync.copy.database import open_database
from sync.copy.memory import MemoryCopy
from sync.copy.sql import SqlStore, store_of
from sync.feed.wire import ReceiptStatus
from sync.town import Scenario
from sync.town.numbers import MUNICIPALITY
from tests.sync.scenes import CHANGES, busy_registry, changes
from tests.sync.sync_world import KEY, SENDER, Held, TestRegistry, require_equal, settled


def new_copy() -> Held:
    copy = TestRegistry().ideal()
    return Held(store=copy, reader=copy)


def spans() -> st.SearchStrategy[list[tuple[int, int]]]:
    """Deliveries as first and last number; (0, 0) is a heartbeat."""
    span = st.tuples(st.integers(1, CHANGES), st.integers(1, 9)).map(
        lambda pair: (pair[0], min(CHANGES, pair[0] + pair[1]))
    )
    return st.lists(span | st.just((0, 0)), max_size=15)


@cache
def finished() -> TestRegistry:
    return busy_registry()


@cache
def signed(first: int, last: int) -> bytes:
    return finished().frame(first, last)


def touched() -> list[CardSerial]:
    """Cards of the people whom the changes name, and a few others."""
    people = {number for change in changes() for number in change.subjects.people()}
    cards = finished().state.cards.values()
    return [card.serial for place, card in enumerate(cards) if card.resident in people or place % 20 == 0]


@cache
def wished() -> list[tuple[object, ...] | None]:
    ideal = finished().ideal()
    return [asyncio.run(settled(ideal, serial)) for serial in touched()]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deliveries=spans())
def test_any_order_with_losses_and_duplicates_ends_equal_to_the_register(
    deliveries: list[tuple[int, int]],
) -> None:
    ideal = wished()

    async def run() -> None:
        held = new_copy()
        applied = 0
        for first, last in deliveries:
            receipt = await held.receive(signed(first, last))
            assert receipt.applied >= applied
            assert (receipt.status is ReceiptStatus.GAP) == (
                first > applied + 1 or (first == 0 and receipt.applied < CHANGES)
            )
            applied = receipt.applied
        # the registry starts again from what the receipt says
        while applied < CHANGES:
            applied = (await held.receive(signed(applied + 1, min(CHANGES, applied + 7)))).applied
        assert [await settled(held.reader, serial) for serial in touched()] == ideal

    asyncio.run(run())


async def test_two_receptions_of_one_copy_apply_each_number_once(held: Held) -> None:
    """Several processes of the issuance server take the same feed."""
    registry = busy_registry()
    frames = [registry.frame(first, first + 3) for first in range(1, CHANGES, 4)]

    async def push(receive_from: int) -> None:
        applied = 0
        while applied < CHANGES:
            index = min(applied // 4 + receive_from % 2, len(frames) - 1)
            applied = (await held.receive(frames[index])).applied

    async with asyncio.TaskGroup() as group:
        for number in range(4):
            group.create_task(push(number))
    await require_equal(held, registry)


async def test_only_the_municipalitys_own_registry_is_heard(simple: Held, registry: TestRegistry) -> None:
    reception = simple.reception()
    for sender in (Party(role=Role.REGISTRY, name="992020"), Party(role=Role.CENTRE, name=MUNICIPALITY)):
        with pytest.raises(RefusedError) as refused:
            await reception.receive(registry.heartbeat(), sender)
        assert refused.value.code is ProblemCode.NOT_PERMITTED
    with pytest.raises(RefusedError) as refused:
        await reception.receive(registry.frame(0, 0, municipality=type(MUNICIPALITY)("992020")), SENDER)
    assert refused.value.code is ProblemCode.NOT_PERMITTED


async def test_a_delivery_needs_the_registrys_signature_over_these_bytes(
    simple: Held, registry: TestRegistry
) -> None:
    person = registry.town.person(Scenario.LIVES_ALONE)
    busy = busy_registry()
    token, body = unpack(busy.frame(1, 3))
    stranger = SigningKey.generate("stranger")
    for frame in (
        busy.frame(1, 3, key=stranger),
        busy.frame(1, 3, key=SigningKey(KEY.kid, stranger.private_pem)),
        pack(token, bytes(body).replace("架空".encode(), "空架".encode())),
        pack(token, b"[]"),
    ):
        with pytest.raises(SignatureError):
            await simple.receive(frame)
    assert (await simple.view(person.serial)).watermark.known == 0


async def test_events_must_carry_the_numbers_that_were_signed(simple: Held) -> None:
    registry = busy_registry()
    swapped = [registry.event(number) for number in (2, 1, 3)]
    short = [registry.event(number) for number in (1, 2)]
    for events in (swapped, short):
        with pytest.raises(WireError, match="numbers"):
            await simple.receive(registry.frame(1, 3, events=events))


async def test_one_database_holds_one_municipality(held: Held, registry: TestRegistry) -> None:
    other = municipality_code("992020")
    with pytest.raises(ConfigurationError):
        async with store_of(held.store).writing() as transaction:
            await transaction.state(other)


def test_a_store_is_used_as_it_is_and_an_engine_becomes_one(tmp_path: Path) -> None:
    copy = MemoryCopy()
    assert store_of(copy) is copy
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'copy.db'}")
    assert isinstance(store_of(engine), SqlStore)
