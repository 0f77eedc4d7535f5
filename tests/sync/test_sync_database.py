"""Databases: chosen by scheme, readers never wait for the writer, and one that went away is said to be."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.errors import ConfigurationError, UnavailableError, WireError
from load_tests.servers.postgres import PostgresServer
from sync.copy.database import open_database, reading, writing
from sync.copy.register import RegisterCopy
from sync.feed.full_load import load_full
from sync.town import Scenario
from sync.town.numbers import MUNICIPALITY
from tests.sync.conftest import postgres_copy
from tests.sync.sync_world import NOW, TRUSTED, TestRegistry


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://host/copy", "postgresql"),
        ("sqlite:///copy.db", "sqlite\\+aiosqlite"),
        ("nonsense", "not a database URL"),
        ("sqlite+aiosqlite://", "file"),
        ("sqlite+aiosqlite:///:memory:", "file"),
    ],
)
def test_a_database_that_cannot_serve_is_a_configuration_error(url: str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        open_database(url)


async def loaded(engine: AsyncEngine, registry: TestRegistry, folder: Path) -> RegisterCopy:
    await load_full(engine, registry.write(folder / "full.jsonl"), TRUSTED, MUNICIPALITY, clock=lambda: NOW)
    return RegisterCopy(engine)


async def test_readers_do_not_wait_for_a_writer_and_see_nothing_of_it(
    engine: AsyncEngine, registry: TestRegistry, tmp_path: Path
) -> None:
    copy = await loaded(engine, registry, tmp_path)
    serial = registry.town.person(Scenario.LIVES_ALONE).serial
    async with writing(engine) as connection:
        await connection.execute(text("DELETE FROM residents"))
        async with asyncio.timeout(5):
            view = await copy.view(serial)
        assert view is not None
        assert len(view.rows) == 1
        await connection.rollback()
    assert await copy.view(serial) == view


async def test_a_second_writer_waits_for_the_first(engine: AsyncEngine) -> None:
    order: list[str] = []

    async def second() -> None:
        async with writing(engine):
            order.append("second")

    async with writing(engine):
        task = asyncio.create_task(second())
        await asyncio.sleep(0.05)
        order.append("first")
    await task
    assert order == ["first", "second"]


async def test_time_that_runs_out_is_told_as_unavailable(engine: AsyncEngine) -> None:
    with pytest.raises(UnavailableError) as error:
        async with writing(engine, seconds=0.01):
            await asyncio.sleep(5)
    assert not error.value.outcome_known
    with pytest.raises(UnavailableError) as error:
        async with reading(engine, seconds=0.01):
            await asyncio.sleep(5)
    assert error.value.outcome_known


async def test_a_row_that_breaks_a_rule_of_the_schema_is_our_fault_and_shows_no_values(
    engine: AsyncEngine,
) -> None:
    insert = "INSERT INTO cards (serial, resident, removed, record) VALUES (:serial, :resident, false, '')"
    values = {"serial": "7abcdef", "resident": "000100000000013"}

    async def write() -> None:
        async with writing(engine) as connection:
            await connection.execute(text(insert), values)

    await write()
    with pytest.raises(IntegrityError) as error:
        await write()
    assert "000100000000013" not in str(error.value)


async def test_a_damaged_record_is_never_shown(
    engine: AsyncEngine, registry: TestRegistry, tmp_path: Path
) -> None:
    copy = await loaded(engine, registry, tmp_path)
    person = registry.town.person(Scenario.LIVES_ALONE)
    for damaged in ("{", '{"name":"x"}'):
        async with writing(engine) as connection:
            await connection.execute(
                text("UPDATE residents SET record = :record WHERE number = :number"),
                {"record": damaged, "number": person.resident.number},
            )
        with pytest.raises(WireError):
            await copy.view(person.serial)


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_bytes(b"this is not a database, whatever its name says" * 100)
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'copy.db'}")
    try:
        with pytest.raises(UnavailableError):
            await RegisterCopy(engine).view(TestRegistry().town.cards[0].serial)
    finally:
        await engine.dispose()


async def test_a_copy_without_tables_is_unavailable_to_the_issuing_side(tmp_path: Path) -> None:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'copy.db'}")
    try:
        with pytest.raises(UnavailableError):
            await RegisterCopy(engine).view(TestRegistry().town.cards[0].serial)
    finally:
        await engine.dispose()


async def test_after_a_restart_of_the_server_the_copy_is_read_again(
    postgres: PostgresServer, registry: TestRegistry, tmp_path: Path
) -> None:
    serial = registry.town.person(Scenario.LIVES_ALONE).serial
    async with postgres_copy(postgres) as engine:
        copy = await loaded(engine, registry, tmp_path)
        await asyncio.gather(*(copy.view(serial) for _ in range(4)))
        other = open_database(postgres.url("template1"))
        try:
            async with writing(other) as connection:
                await connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'")
                )
        finally:
            await other.dispose()
        with pytest.raises(UnavailableError) as error:
            await copy.view(serial)
        assert error.value.outcome_known
        assert await copy.view(serial) is not None
