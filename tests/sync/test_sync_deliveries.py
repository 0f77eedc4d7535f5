"""However deliveries are cut, repeated, lost, swapped or broken off, the copy ends where the register is."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.identifiers import CardSerial, municipality_code
from certificates.errors import ConfigurationError, RefusedError, SignatureError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.service.keyring import save_trusted_key
from certificates.wire.frame import pack, unpack
from certificates.wire.jose import Party, Role, SigningKey
from sync.change.events import Change
from sync.copy.database import open_database
from sync.copy.memory import MemoryCopy
from sync.copy.ports import Store, Transaction
from sync.copy.register import RegisterCopy
from sync.copy.sql import SqlStore, store_of
from sync.copy.store import Writing
from sync.feed.full_load import load_full
from sync.feed.reception import Reception
from sync.feed.wire import FeedReceipt, ReceiptStatus
from sync.town import Scenario
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import (
    KEY,
    NOW,
    SENDER,
    TRUSTED,
    Held,
    TestRegistry,
    require_equal,
    settled,
    small_town,
)

CHANGES = 24


@cache
def changes() -> tuple[Change, ...]:
    return day_of_changes(small_town(), CHANGES)[:CHANGES]


def busy_registry() -> TestRegistry:
    registry = TestRegistry()
    for change in changes():
        registry.enter(change)
    return registry


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


class _BreaksError(Exception):
    """The process ends here, as far as the test is concerned."""


class Fragile:
    """A store whose transactions break off after everything was written and before it is committed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        async with self._store.writing() as transaction:
            original = transaction.write

            async def write(writing: Writing) -> None:
                await original(writing)
                raise _BreaksError

            transaction.write = write  # type: ignore[method-assign]  # only this transaction breaks
            yield transaction


async def test_a_delivery_that_breaks_off_leaves_nothing_behind_and_is_taken_when_it_comes_again(
    held: Held,
) -> None:
    registry = busy_registry()
    serials = list(registry.state.cards)
    before = [await settled(held.reader, serial) for serial in serials]
    broken = Reception(Fragile(store_of(held.store)), TRUSTED, MUNICIPALITY, lambda: NOW)
    with pytest.raises(_BreaksError):
        await broken.receive(registry.frame(1, 20), SENDER)
    assert [await settled(held.reader, serial) for serial in serials] == before
    receipt = await held.receive(registry.frame(1, CHANGES))
    assert (receipt.status, receipt.applied) == (ReceiptStatus.APPLIED, CHANGES)
    await require_equal(held, registry)


async def test_a_cancelled_delivery_leaves_nothing_behind(held: Held) -> None:
    registry = busy_registry()
    task = asyncio.create_task(held.receive(registry.frame(1, CHANGES)))
    await asyncio.sleep(0.002)
    task.cancel()
    cancelled: FeedReceipt | None = None
    try:
        cancelled = await task
    except asyncio.CancelledError:
        mark = await held.reader.watermark()
        assert mark is not None
        assert mark.applied in (0, CHANGES)
    assert cancelled is None or cancelled.applied == CHANGES
    await held.receive(registry.frame(1, CHANGES))
    await require_equal(held, registry)


_KILLED_WRITER = """
import asyncio, os, signal, sys
from sync.copy.database import open_database
from sync.feed.reception import Reception
from sync.copy.sql import SqlTransaction
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import NOW, SENDER
from certificates.service.keyring import load_trusted_keys
from pathlib import Path

url, frame, keys = sys.argv[1:]
write = SqlTransaction.write

async def write_and_die(self, writing):
    await write(self, writing)
    os.kill(os.getpid(), signal.SIGKILL)

SqlTransaction.write = write_and_die

async def main():
    reception = Reception(open_database(url), load_trusted_keys(Path(keys)), MUNICIPALITY, lambda: NOW)
    await reception.receive(Path(frame).read_bytes(), SENDER)

asyncio.run(main())
"""


async def test_a_killed_process_leaves_nothing_behind(engine: AsyncEngine, tmp_path: Path) -> None:
    held = Held(store=engine, reader=RegisterCopy(engine))
    await load_full(engine, TestRegistry().write(tmp_path / "full.jsonl"), TRUSTED, MUNICIPALITY)
    registry = busy_registry()
    (tmp_path / "frame").write_bytes(registry.frame(1, CHANGES))
    save_trusted_key(tmp_path / "keys", SENDER, KEY)
    child = await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable,
            "-c",
            _KILLED_WRITER,
            engine.url.render_as_string(),
            str(tmp_path / "frame"),
            str(tmp_path / "keys"),
        ],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    mark = await held.reader.watermark()
    assert mark is not None
    assert (mark.applied, mark.known) == (0, 0)
    assert (await held.receive(registry.frame(1, CHANGES))).applied == CHANGES
    await require_equal(held, registry)


async def test_what_another_process_has_in_hand_is_waited_for_and_is_a_gap_meanwhile(simple: Held) -> None:
    registry = busy_registry()
    patient = Reception(simple.store, TRUSTED, MUNICIPALITY, lambda: NOW, (0.05,) * 100)
    task = asyncio.create_task(patient.receive(registry.frame(3, CHANGES), SENDER))
    async with asyncio.timeout(20):
        while (mark := await simple.reader.watermark()) is None or mark.known < CHANGES:  # noqa: ASYNC110 - a copy announces nothing
            await asyncio.sleep(0.005)
    assert mark.applied == 0
    await simple.receive(registry.frame(1, 2))
    assert (await task).applied == CHANGES


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


async def test_a_database_that_is_gone_is_unavailable_and_nothing_is_known_of_the_outcome(
    tmp_path: Path,
) -> None:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'missing' / 'copy.db'}")
    try:
        with pytest.raises(UnavailableError) as error:
            await Reception(engine, TRUSTED, MUNICIPALITY, lambda: NOW).receive(
                busy_registry().heartbeat(), SENDER
            )
        assert not error.value.outcome_known
        with pytest.raises(UnavailableError):
            await RegisterCopy(engine).watermark()
    finally:
        await engine.dispose()
        # the driver says that it cannot connect before its threads have ended, and they still answer to this loop
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and "_connection_worker_thread" in thread.name:
                await asyncio.to_thread(thread.join, 5.0)


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
