"""The audit log: what was written cannot be changed, taken out or put in without being found."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import pytest
from sqlalchemy import ColumnElement, Delete, Update, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.errors import UnavailableError
from certificates.wire.jose import Role, SigningKey, TrustedKey, TrustedKeys
from issuance_server.adapters.sql.audit import openings, read_rows
from issuance_server.adapters.sql.chain import Chain
from issuance_server.adapters.sql.group_commit import GroupCommit, Written
from issuance_server.adapters.sql.tables import audit_rows
from issuance_server.records import AuditEntry, AuditEvent
from issuance_server.usecases.audit import AuditReport, AuditSeal, extend, start_of, stated_tails, verify
from sync.copy.database import reading, writing
from tests.issuance.conftest import KEY, sql_desk
from tests.issuance.issuance_world import CODE, ISSUER, NOON, an_entry, resident

TRUSTED = TrustedKeys([TrustedKey.from_pem(KEY.kid, ISSUER, KEY.public_pem)])
DROP = {
    "sqlite": ["DROP TRIGGER audit_rows_no_update", "DROP TRIGGER audit_rows_no_delete"],
    "postgresql": ["DROP TRIGGER audit_rows_append_only ON audit_rows"],
}


def open_seal(token: bytes) -> AuditSeal:
    return TRUSTED.open(token, AuditSeal, Role.ISSUER)[0]


async def report(engine: AsyncEngine) -> AuditReport:
    async with reading(engine) as connection:
        stated = stated_tails(await openings(connection))
        async with contextlib.aclosing(read_rows(connection)) as rows:
            return await verify(rows, stated, CODE, open_seal)


async def write_three_chains(engine: AsyncEngine) -> None:
    """Chains 1 and 3 of five and two entries; chain 2 is opened while chain 1 still grows."""
    async with sql_desk(engine) as first:
        for place in range(3):
            await first.ledger.note(an_entry(reference=f"{place:032x}", resident=resident(place + 1).number))
        async with sql_desk(engine) as second:
            await second.ledger.note(an_entry(AuditEvent.INQUIRY))
            await first.ledger.note(an_entry(AuditEvent.REFUSED, code="suppressed"))
        await first.ledger.note(an_entry())
    async with sql_desk(engine) as third:
        await asyncio.gather(*(third.ledger.note(an_entry(detail=str(place))) for place in range(2)))


async def test_an_untouched_log_is_intact(engine: AsyncEngine) -> None:
    assert await report(engine) == AuditReport(chains=0, rows=0)
    await write_three_chains(engine)
    assert await report(engine) == AuditReport(chains=3, rows=11)


async def test_the_table_refuses_changes(engine: AsyncEngine) -> None:
    await write_three_chains(engine)
    for statement in (update(audit_rows).values(detail="x"), delete(audit_rows)):
        with pytest.raises((DBAPIError, UnavailableError)):
            async with writing(engine) as connection:
                await connection.execute(statement)
    assert await report(engine) == AuditReport(chains=3, rows=11)


ROW = audit_rows.c


def at(chain: int, sequence: int) -> ColumnElement[bool]:
    return (ROW.chain == chain) & (ROW.sequence == sequence)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (
            lambda: update(audit_rows).where(at(1, 3)).values(resident=resident(9).number),
            "row 1:3 was changed",
        ),
        (lambda: update(audit_rows).where(at(1, 5)).values(code="under-age"), "row 1:5 was changed"),
        (lambda: update(audit_rows).where(at(1, 3)).values(event="forged"), "row 1:3 was changed"),
        (lambda: update(audit_rows).where(at(1, 3)).values(digest=bytes(32)), "row 1:3 was changed"),
        (lambda: delete(audit_rows).where(at(1, 3)), "row 1:3 is missing"),
        (lambda: delete(audit_rows).where(at(1, 1)), "row 1:1 is missing"),
        (lambda: delete(audit_rows).where(ROW.chain == 2), "chain 2 is missing"),
        (lambda: delete(audit_rows).where(ROW.chain == 1), "chain 1 is missing"),
        (
            lambda: delete(audit_rows).where((ROW.chain == 1) & (ROW.sequence > 3)),
            "chain 1 is not as chain 2 found it",
        ),
        (lambda: update(audit_rows).where(at(3, 3)).values(seal=None), "rows after 3:3 are missing"),
        (
            lambda: (
                update(audit_rows)
                .where(at(1, 3))
                .values(seal=select(ROW.seal).where(at(1, 2)).scalar_subquery())
            ),
            "the seal of row 1:3 speaks of another row",
        ),
        (
            lambda: update(audit_rows).where(at(1, 3)).values(seal="x"),
            "the seal of row 1:3 is not this server's",
        ),
    ],
)
async def test_the_first_row_that_does_not_hold_is_named(
    engine: AsyncEngine, statement: Callable[[], Update | Delete], found: str
) -> None:
    await write_three_chains(engine)
    async with writing(engine) as connection:
        for drop in DROP[engine.dialect.name]:
            await connection.execute(text(drop))
        await connection.execute(statement())
    assert (await report(engine)).broken == found


async def test_a_chain_rewritten_without_the_key_is_found(engine: AsyncEngine) -> None:
    """Whoever may write to the database can compute every digest, and still cannot seal."""
    await write_three_chains(engine)
    thief = SigningKey("issuer-test", SigningKey.generate("x").private_pem)
    async with reading(engine) as connection:
        found = await connection.scalar(select(ROW.detail).where(at(2, 1)))
    opened = an_entry(AuditEvent.CHAIN_OPENED, detail=found)
    rows, _ = extend(start_of(2), [opened, an_entry()], CODE, thief)
    async with writing(engine) as connection:
        for drop in DROP[engine.dialect.name]:
            await connection.execute(text(drop))
        await connection.execute(delete(audit_rows).where(ROW.chain == 2))
        for row in rows:
            values = {"chain": row.chain, "sequence": row.sequence, "digest": row.digest, "seal": row.seal}
            entry = {"at": NOON, "event": row.entry.event.value, "actor": row.entry.actor}
            await connection.execute(insert(audit_rows).values(**values, **entry, detail=row.entry.detail))
    assert (await report(engine)).broken == "the seal of row 2:2 is not this server's"


async def test_many_writers_open_chains_of_their_own(engine: AsyncEngine) -> None:
    async def write(place: int) -> None:
        async with sql_desk(engine) as desk:
            await desk.ledger.note(an_entry(detail=str(place)))

    await asyncio.gather(*(write(place) for place in range(8)))
    assert await report(engine) == AuditReport(chains=8, rows=16)


async def test_what_waits_together_is_committed_and_sealed_together(engine: AsyncEngine) -> None:
    async with sql_desk(engine) as desk:
        await desk.ledger.note(an_entry())
        await asyncio.gather(*(desk.ledger.note(an_entry()) for _ in range(100)))
    async with reading(engine) as connection:
        seals = await connection.scalar(
            select(func.count()).select_from(audit_rows).where(ROW.seal.is_not(None))
        )
    assert seals is not None
    assert seals < 10
    assert (await report(engine)).rows == 102


async def note(connection: AsyncConnection, items: object) -> list[Written[None]]:
    assert isinstance(items, list)
    return [Written(result=None, entries=[item]) for item in items]


async def test_after_a_failed_write_a_new_chain_is_begun(engine: AsyncEngine) -> None:
    async def broken(connection: AsyncConnection, items: object) -> list[Written[None]]:
        await connection.execute(text("SELECT * FROM no_such_table"))
        raise AssertionError

    commits = GroupCommit(engine, Chain(CODE, KEY, "test", lambda: NOON))
    async with commits.running():
        await commits.submit(note, an_entry())
        with pytest.raises((UnavailableError, DBAPIError)):
            await commits.submit(broken, an_entry())
        await commits.submit(note, an_entry())
    assert await report(engine) == AuditReport(chains=2, rows=4)


async def test_a_fault_of_ours_reaches_who_waits_and_the_writer_goes_on(engine: AsyncEngine) -> None:
    async def wrong(connection: AsyncConnection, items: object) -> list[Written[None]]:
        raise KeyError("a bug")

    commits = GroupCommit(engine, Chain(CODE, KEY, "test", lambda: NOON))
    async with commits.running():
        with pytest.raises(KeyError):
            await commits.submit(wrong, an_entry())
        await commits.submit(note, an_entry())
    assert (await report(engine)).broken is None


async def test_who_has_gone_before_their_turn_leaves_nothing(engine: AsyncEngine) -> None:
    commits = GroupCommit(engine, Chain(CODE, KEY, "test", lambda: NOON))
    async with commits.running():
        gone = asyncio.create_task(commits.submit(note, an_entry(detail="gone")))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        await commits.submit(note, an_entry(detail="here"))
    async with reading(engine) as connection:
        details = set(await connection.scalars(select(ROW.detail).where(ROW.sequence > 1)))
    assert details == {"here"}


def test_an_entry_shows_no_person() -> None:
    entry = AuditEntry(at=NOON, event=AuditEvent.ISSUED, actor="centre:jlis", resident=resident(1).number)
    assert resident(1).number not in repr(entry)
