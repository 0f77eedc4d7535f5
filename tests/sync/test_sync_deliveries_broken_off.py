"""A delivery that breaks off, wherever it does, leaves nothing behind and is taken when it comes again."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.errors import UnavailableError
from certificates.service.keyring import save_trusted_key
from sync.copy.database import open_database
from sync.copy.ports import Store, Transaction
from sync.copy.register import RegisterCopy
from sync.copy.sql import store_of
from sync.copy.store import Writing
from sync.feed.apply import Work
from sync.feed.full_load import load_full
from sync.feed.reception import Reception
from sync.feed.wire import FeedReceipt, ReceiptStatus
from sync.town.numbers import MUNICIPALITY
from tests.sync.scenes import CHANGES, busy_registry
from tests.sync.sync_world import KEY, NOW, SENDER, TRUSTED, Held, TestRegistry, require_equal, settled


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


@pytest.mark.parametrize("empty", ["memory"], indirect=True)
async def test_what_fails_beside_a_writing_that_fails_reaches_no_log(
    held: Held, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its text may quote a resident."""

    async def put(*_: object) -> None:
        raise _BreaksError

    def drain(_: object) -> list[object]:
        monkeypatch.setattr(Work, "judge", quote)  # from the second part on
        return [object()]

    def quote(*_: object) -> None:
        raise ValueError("架空 太郎")

    monkeypatch.setattr("sync.feed.in_parts.PART", CHANGES // 2)
    monkeypatch.setattr(Work, "drain", drain)
    monkeypatch.setattr("sync.copy.memory._MemoryTransaction.put", put)
    with pytest.raises(_BreaksError):
        await held.receive(busy_registry().frame(1, CHANGES))
    gc.collect()
    assert caplog.text == ""


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
