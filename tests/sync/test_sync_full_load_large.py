"""Full loads of any size: compressed, cut into portions, checked in processes of their own, killed in the middle."""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.errors import ConfigurationError
from certificates.wire.jose import TrustedKey, TrustedKeys
from sync.copy.database import open_database
from sync.copy.memory import MemoryCopy
from sync.copy.register import RegisterCopy
from sync.feed.full_load import FullLoadError, load_full, read_record, write_full_load
from sync.feed.full_load.lines import MAX_LINE, reading
from sync.feed.full_load.places import KeySet
from sync.feed.wire import NO_CHAIN
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import KEY, NOW, SENDER, TRUSTED, Held, TestRegistry, require_equal

SMALL = 5_000  # bytes: the town's file makes more than ten portions


async def load(
    held: Held,
    path: Path,
    *,
    processes: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    await load_full(
        held.store,
        path,
        TRUSTED,
        MUNICIPALITY,
        progress,
        clock=lambda: NOW,
        processes=processes,
        portion_bytes=SMALL,
    )


def spoiled(path: Path, spoil: Callable[[list[bytes]], list[bytes]]) -> Path:
    path.write_bytes(b"".join(spoil(path.read_bytes().splitlines(keepends=True))))
    return path


async def test_a_compressed_file_is_that_of_the_same_lines(
    empty: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    path = registry.write(tmp_path / "full.jsonl.gz")
    plain = registry.write(tmp_path / "full.jsonl")
    with reading(path) as packed, reading(plain) as lines:
        # a signature is never the same twice, the lines after it are
        assert packed.read().partition(b"\n")[2] == lines.read().partition(b"\n")[2]
    assert path.stat().st_size < plain.stat().st_size / 2
    await load(empty, path)
    await require_equal(empty, registry)


async def test_lines_that_other_processes_have_checked_make_the_same_copy(
    empty: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    told: list[int] = []
    path = registry.write(tmp_path / "full.jsonl")
    await load(empty, path, processes=2, progress=lambda done, total: told.append(done))
    await require_equal(empty, registry)
    assert len(told) > 10
    assert told == sorted(set(told))
    assert told[-1] == sum(1 for _ in registry.state.records())


def with_line(place: int, line: bytes) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: [*lines[:place], line, *lines[place + 1 :]]


def moved(start: int, to: int) -> Callable[[list[bytes]], list[bytes]]:
    def spoil(lines: list[bytes]) -> list[bytes]:
        line = lines.pop(start)
        return [*lines[:to], line, *lines[to:]]

    return spoil


@pytest.mark.parametrize(
    ("processes", "spoil", "line", "why"),
    [
        (0, with_line(60, b"nonsense\n"), 61, "not a JSON"),
        (2, with_line(60, b"nonsense\n"), 61, "not a JSON"),
        (2, lambda lines: [*lines[:100], lines[3], *lines[100:]], 101, "a second resident"),
        (0, lambda lines: [*lines[:50], b"\n", *lines[50:]], 51, "not a JSON"),
        (0, lambda lines: [lines[0], *lines[2:]], None, "not in the lines before"),
        (0, moved(-1, 1), 2, "the card's resident is not in the lines before"),
        (0, lambda lines: [*lines[:9], b" " * (MAX_LINE + 2 * SMALL)], 10, "cut short or too long"),
        (0, lambda lines: [*lines[:9], b" " * MAX_LINE + b" \n"], 10, "too long"),
        (0, lambda lines: [*lines, lines[-1].rstrip()], None, "cut short"),
    ],
)
async def test_a_bad_line_far_inside_is_named_and_nothing_changes(
    simple: Held,
    registry: TestRegistry,
    tmp_path: Path,
    processes: int,
    spoil: Callable[[list[bytes]], list[bytes]],
    line: int | None,
    why: str,
) -> None:
    path = spoiled(registry.write(tmp_path / "bad.jsonl"), spoil)
    with pytest.raises(FullLoadError, match=why) as error:
        await load(simple, path, processes=processes)
    assert line is None or error.value.line == line
    await require_equal(simple, registry)


async def test_a_key_that_comes_twice_is_found_in_every_copy(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    lines = registry.write(tmp_path / "full.jsonl").read_bytes().splitlines()
    seal = next(place for place, line in enumerate(lines) if line.startswith(b'{"kind":"seal"'))
    path = spoiled(tmp_path / "full.jsonl", lambda lines: [*lines, lines[seal]])
    with pytest.raises(FullLoadError, match="a second seal") as error:
        await load(held, path)
    assert error.value.line == len(lines) + 1
    await require_equal(held, registry)


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-8] + bytes(8),  # the checksum
        lambda whole: whole + b"more",
    ],
)
async def test_a_damaged_compressed_file_is_refused(
    simple: Held, registry: TestRegistry, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = registry.write(tmp_path / "full.jsonl.gz")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(FullLoadError, match="damaged"):
        await load(simple, path)
    path.write_bytes(b"not compressed at all")
    with pytest.raises(FullLoadError, match="line 1: the file is damaged"):
        await load(simple, path)
    await require_equal(simple, registry)


async def test_a_large_file_is_given_to_several_processes_without_being_asked(
    simple: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    path = registry.write(tmp_path / "full.jsonl")
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0] + b"x" * 998 + b"\n" * 17_000_000)
    with pytest.raises(FullLoadError, match="line 2: not a JSON"):
        await load_full(simple.store, path, TRUSTED, MUNICIPALITY, clock=lambda: NOW)
    await require_equal(simple, registry)


async def test_a_file_that_is_not_there_is_a_configuration_error(simple: Held, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        await load_full(simple.store, tmp_path / "none.jsonl.gz", TRUSTED, MUNICIPALITY)


async def test_a_load_that_is_cancelled_leaves_the_old_copy_and_can_be_done_again(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    await cancel_and_repeat(held, registry, tmp_path, processes=0)


async def test_a_load_is_cancelled_while_other_processes_check_its_lines(
    simple: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    await cancel_and_repeat(simple, registry, tmp_path, processes=2)


async def cancel_and_repeat(held: Held, registry: TestRegistry, folder: Path, *, processes: int) -> None:
    path = registry.write(folder / "full.jsonl")
    task: asyncio.Task[None]

    def stop(done: int, total: int) -> None:
        task.cancel()

    task = asyncio.create_task(load(held, path, processes=processes, progress=stop))
    with pytest.raises(asyncio.CancelledError):
        await task
    await require_equal(held, registry)
    await load(held, path)
    await require_equal(held, registry)


async def test_a_loader_that_is_killed_in_the_middle_leaves_the_old_copy(
    engine: AsyncEngine, registry: TestRegistry, tmp_path: Path
) -> None:
    held = Held(store=engine, reader=RegisterCopy(engine))
    await load(held, registry.write(tmp_path / "old.jsonl"))
    write_full_load(
        tmp_path / "new.jsonl",
        registry.town.residents,
        municipality=MUNICIPALITY,
        sequence=5,
        chain=NO_CHAIN,
        taken_at=NOW,
        key=KEY,
    )
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    loader = context.Process(
        target=load_and_wait,
        args=(str(engine.url), tmp_path / "new.jsonl", KEY.kid, KEY.public_pem, theirs),
    )
    loader.start()
    assert await asyncio.to_thread(ours.recv) == "in the middle"
    helpers = psutil.Process(loader.pid).children(recursive=True)
    loader.kill()
    loader.join()
    assert helpers
    _, alive = psutil.wait_procs(helpers, timeout=20)
    assert alive == []
    await require_equal(held, registry)
    await load(held, tmp_path / "new.jsonl")
    mark = await held.reader.watermark()
    assert mark is not None
    assert mark.applied == 5


def load_and_wait(url: str, path: Path, kid: str, public_pem: bytes, said: Connection) -> None:
    """In a process of its own: load, and stop for ever when the first portion is in."""
    trusted = TrustedKeys([TrustedKey.from_pem(kid, SENDER, public_pem)])

    def stop(done: int, total: int) -> None:
        said.send("in the middle")
        threading.Event().wait()

    async def work() -> None:
        copy = open_database(url)
        await load_full(
            copy, path, trusted, MUNICIPALITY, stop, clock=lambda: NOW, processes=1, portion_bytes=SMALL
        )

    asyncio.run(work())


async def test_a_copy_in_memory_takes_a_file_in_one_portion_too(
    registry: TestRegistry, tmp_path: Path
) -> None:
    copy = MemoryCopy()
    await load_full(copy, registry.write(tmp_path / "full.jsonl"), TRUSTED, MUNICIPALITY, clock=lambda: NOW)
    await require_equal(Held(store=copy, reader=copy), registry)


def test_a_compressed_file_is_the_same_for_the_same_lines(registry: TestRegistry, tmp_path: Path) -> None:
    bodies = []
    for name in ("one", "two"):
        with gzip.open(registry.write(tmp_path / f"{name}.jsonl.gz")) as source:
            bodies.append(source.read().partition(b"\n")[2])
    assert bodies[0] == bodies[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.jsonl.gz", "two.jsonl.gz"]


def test_a_line_longer_than_any_row_is_not_read() -> None:
    with pytest.raises(FullLoadError, match="line 3: is too long"):
        read_record(b" " * (MAX_LINE + 1), 3)


@given(st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=12), max_size=20))
def test_a_key_set_knows_exactly_the_keys_that_were_added(batches: list[list[int]]) -> None:
    numbers, texts, known = KeySet(), KeySet(), set[int]()
    for batch in batches:
        keys = np.array(batch, np.uint64)
        words = np.array([f"{key:x}".encode() for key in batch], "S64")
        assert numbers.has(keys).tolist() == [key in known for key in batch]
        assert texts.has(words).tolist() == [key in known for key in batch]
        numbers.add(keys)
        texts.add(words)
        known |= set(batch)
