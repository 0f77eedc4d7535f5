"""The issuance server's other verbs: migrate, load-full, verify-audit, release-line."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from certificates.errors import ConfigurationError, InvalidValueError, SignatureError
from certificates.service.command import Command
from certificates.service.keyring import load_signing_key, load_trusted_keys
from certificates.wire.jose import Party, Role, TrustedKey, TrustedKeys
from issuance_server.adapters.sql.audit import openings, read_rows
from issuance_server.adapters.sql.schema import migrate, require_head
from issuance_server.compose import load_municipality, now, open_books, open_copy
from issuance_server.progress import progress_bar
from issuance_server.records import AuditEntry, AuditEvent
from issuance_server.settings import DATABASE, Settings
from issuance_server.usecases.audit import AuditReport, AuditSeal, stated_tails, verify
from issuance_server.usecases.release import Release
from sync.copy.database import reading
from sync.feed.full_load import LoadReport, load_full

MIGRATE = "bring the database schema to this version"
LOAD = "replace the copy of the register by a signed full-load file (全件)"
VERIFY = "walk the audit log and name the first row that does not hold"
RELEASE = "put a stopped line back into service; two people, by name"


def _parser(verb: str, purpose: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"python -m issuance_server {verb}", description=purpose)


def _migrate(settings: Settings, arguments: Sequence[str]) -> int:
    _parser("migrate", MIGRATE).parse_args(arguments)

    async def work() -> str:
        async with open_copy(settings) as engine:
            return await migrate(engine)

    print(f"schema at {asyncio.run(work())}")
    return 0


def _load_full(settings: Settings, arguments: Sequence[str]) -> int:
    parser = _parser("load-full", LOAD)
    parser.add_argument("file", type=Path, help="the file that the registry wrote and signed")
    path: Path = parser.parse_args(arguments).file

    async def work() -> LoadReport:
        trusted = load_trusted_keys(settings.trusted_keys)
        async with open_books(settings) as books:
            bar = progress_bar(sys.stderr, "full load")
            report = await load_full(books.engine, path, trusted, books.municipality.code, bar)
            entry = AuditEntry(
                at=now(),
                event=AuditEvent.FULL_LOAD,
                actor=f"registry:{books.municipality.code}",
                detail=f"to number {report.sequence}, {sum(report.records.values())} records",
            )
            await books.ledger.note(entry)
            return report

    report = asyncio.run(work())
    counts = ", ".join(f"{count:,} {kind.value}" for kind, count in report.records.items())
    print(f"loaded to number {report.sequence}: {counts}")
    return 0


def _release_line(settings: Settings, arguments: Sequence[str]) -> int:
    parser = _parser("release-line", RELEASE)
    parser.add_argument("--by", required=True, help="who releases")
    parser.add_argument("--and", required=True, dest="second", help="the second person, another one")
    given = parser.parse_args(arguments)
    by: str = given.by
    second: str = given.second

    async def work() -> int:
        async with open_books(settings) as books:
            return await Release(line=books.line)(by, second, now())

    try:
        released = asyncio.run(work())
    except InvalidValueError as error:
        raise ConfigurationError("release-line", error.reason) from error
    print(f"released, {released} stop(s)" if released else "the line was running")
    return 0


def _verify_audit(settings: Settings, arguments: Sequence[str]) -> int:
    _parser("verify-audit", VERIFY).parse_args(arguments)
    report = asyncio.run(_verify(settings))
    if report.broken is not None:
        print(f"BROKEN: {report.broken}; {report.rows} rows before it hold")
        return 1
    print(f"intact: {report.rows} rows in {report.chains} chains")
    return 0


async def _verify(settings: Settings) -> AuditReport:
    municipality = load_municipality(settings).code
    open_seal = _seal_opener(settings, Party(role=Role.ISSUER, name=municipality))
    async with open_copy(settings) as engine:
        await require_head(engine, DATABASE)
        async with reading(engine, seconds=24 * 3600) as connection:
            stated = stated_tails(await openings(connection))
            async with contextlib.aclosing(read_rows(connection)) as rows:
                return await verify(rows, stated, municipality, open_seal)


def _seal_opener(settings: Settings, issuer: Party) -> Callable[[bytes], AuditSeal]:
    """Seals by the key of today, or by an earlier one whose public part is among the trusted keys."""
    key = load_signing_key(settings.signing_key)
    today = TrustedKeys([TrustedKey.from_pem(key.kid, issuer, key.public_pem)])
    earlier = load_trusted_keys(settings.trusted_keys)

    def open_seal(token: bytes) -> AuditSeal:
        try:
            seal, _ = today.open(token, AuditSeal, Role.ISSUER)
        except SignatureError:
            seal, signer = earlier.open(token, AuditSeal, Role.ISSUER)
            if signer != issuer:
                raise
        return seal

    return open_seal


COMMANDS: Mapping[str, Command[Settings]] = {
    "migrate": Command(help=MIGRATE, action=_migrate),
    "load-full": Command(help=LOAD, action=_load_full),
    "verify-audit": Command(help=VERIFY, action=_verify_audit),
    "release-line": Command(help=RELEASE, action=_release_line),
}
