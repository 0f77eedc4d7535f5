"""A whole issuance server on a free port, with the parties of its line."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientResponse, ClientSession, TCPConnector
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.resident import Resident
from certificates.domain.seal import SealRegistration
from certificates.problems import ProblemCode
from certificates.service.command import listening
from certificates.service.keyring import load_signing_key, load_trusted_keys
from certificates.service.settings import read_settings
from certificates.service.tls import client_context
from certificates.wire.codec import Message
from certificates.wire.frame import unpack
from certificates.wire.jose import Party, Role, SigningKey, TrustedKeys
from certificates.wire.order import Manifest
from certificates.wire.problem import read_problem
from issuance_server.adapters.sql.tables import audit_rows, issue_numbers
from issuance_server.compose import compose
from issuance_server.records import AuditEvent
from issuance_server.settings import PREFIX, Settings
from load_tests.authority.transport import PartyFiles, TransportAuthority
from sync.change.events import CardCertificate
from sync.copy.database import open_database, reading
from sync.copy.sql import SqlStore
from sync.copy.store import FeedState, Row, row_of
from tests.issuance.issuance_world import CENTRE, CODE, ISSUER, REGISTRY, resident, seal, serial_of

KIOSK = Party(role=Role.KIOSK, name="K1")
JOSE = "application/jose"


def now() -> datetime:
    return datetime.now(UTC)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)


class Parties:
    """Everybody's files, made by one throw-away authority."""

    def __init__(self, folder: Path) -> None:
        self.authority = TransportAuthority(folder, now=datetime.now(UTC))
        self.files: dict[Party, PartyFiles] = {
            party: self.authority.enrol(party) for party in (ISSUER, CENTRE, REGISTRY, KIOSK)
        }
        self.trusted_folder = self.authority.trusted

    def key(self, party: Party) -> SigningKey:
        return load_signing_key(self.files[party].signing_key)

    @property
    def trusted(self) -> TrustedKeys:
        return load_trusted_keys(self.trusted_folder)

    def environment(self, url: str) -> dict[str, str]:
        """What an operator would set."""
        ours = self.files[ISSUER]
        return {
            "KOFU_ISSUANCE_DATABASE": url,
            "KOFU_ISSUANCE_AUTO_MIGRATE": "yes",
            "KOFU_ISSUANCE_ALWAYS_OPEN": "yes",
            "KOFU_ISSUANCE_TLS_CERTIFICATE": str(ours.tls.certificate),
            "KOFU_ISSUANCE_TLS_KEY": str(ours.tls.key),
            "KOFU_ISSUANCE_TLS_AUTHORITY": str(ours.tls.authority),
            "KOFU_ISSUANCE_SIGNING_KEY": str(ours.signing_key),
            "KOFU_ISSUANCE_TRUSTED_KEYS": str(self.trusted_folder),
        }

    def client(self, party: Party) -> ClientSession:
        context = client_context(self.files[party].tls)
        return ClientSession(connector=TCPConnector(ssl=context, limit=64))


def settings(parties: Parties, url: str, **environment: str) -> Settings:
    return read_settings(Settings, {**parties.environment(url), **environment}, prefix=PREFIX)


async def load_copy(
    url: str, residents: Sequence[Resident], seals: Sequence[SealRegistration] = (), *, sequence: int = 1
) -> None:
    """Fill the register's copy: each resident's card has the serial of their number."""
    rows: list[Row] = [*map(row_of, residents), *map(row_of, seals)]
    rows += [
        row_of(CardCertificate(serial=serial_of(int(row.number[:-1])), resident=row.number))
        for row in residents
    ]
    state = FeedState(municipality=CODE, applied=sequence, known=sequence, heard_at=datetime.now(UTC))
    engine = open_database(url)
    try:
        async with SqlStore(engine).writing() as transaction:
            await transaction.clear()
            await transaction.load(rows)
            await transaction.finish_load(state)
    finally:
        await engine.dispose()


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """The server's base address."""
    async with compose(settings) as listeners, listening(listeners) as addresses:
        yield addresses["issuance-server"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; ``problem`` is set when it is a problem document."""

    status: int
    body: bytes
    content_type: str
    problem: ProblemCode | None

    @classmethod
    async def read(cls, response: ClientResponse) -> Answer:
        body = await response.read()
        problem = read_problem(body) if response.content_type == "application/problem+json" else None
        return cls(status=response.status, body=body, content_type=response.content_type, problem=problem)


class Centre:
    """The centre's end: signs, sends, opens."""

    def __init__(self, parties: Parties, base: str, session: ClientSession) -> None:
        self.key = parties.key(CENTRE)
        self._trusted = parties.trusted
        self._base = base
        self._session = session

    async def send(self, path: str, body: bytes, content_type: str = JOSE) -> Answer:
        headers = {"Content-Type": content_type}
        async with self._session.post(self._base + path, data=body, headers=headers) as response:
            return await Answer.read(response)

    async def ask(self, path: str, message: Message, key: SigningKey | None = None) -> Answer:
        return await self.send(path, (key or self.key).sign(message))

    async def order(self, message: Message) -> tuple[Manifest, bytes]:
        answer = await self.ask("/v1/orders", message)
        assert answer.problem is None, answer.problem
        token, pdf = unpack(answer.body)
        manifest, signer = self._trusted.open(token, Manifest, Role.ISSUER)
        assert signer == ISSUER
        return manifest, bytes(pdf)


PEOPLE = range(1, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A server with five residents, its centre and its database."""

    base: str
    centre: Centre
    engine: AsyncEngine
    parties: Parties

    async def issued(self) -> int:
        async with reading(self.engine) as connection:
            return int(await connection.scalar(select(func.count()).select_from(issue_numbers)) or 0)

    async def noted(self, event: AuditEvent) -> list[tuple[str, str]]:
        """Actor and detail of the audit log's rows of one kind."""
        columns = select(audit_rows.c.actor, audit_rows.c.detail).where(audit_rows.c.event == event.value)
        async with reading(self.engine) as connection:
            return [(actor, detail) for actor, detail in await connection.execute(columns)]

    async def refusals(self) -> list[str]:
        wanted = select(audit_rows.c.code).where(audit_rows.c.event == "refused").order_by(audit_rows.c.at)
        async with reading(self.engine) as connection:
            return [code for (code,) in await connection.execute(wanted)]


@contextlib.asynccontextmanager
async def site(parties: Parties, url: str, people: range = PEOPLE, **environment: str) -> AsyncIterator[Site]:
    """On the migrated database at ``url``."""
    settings = read_settings(Settings, {**parties.environment(url), **environment}, prefix=PREFIX)
    engine = open_database(url)
    try:
        await load_copy(url, [resident(person) for person in people], [seal(1)])
        async with serving(settings) as base, parties.client(CENTRE) as session:
            centre = Centre(parties, base, session)
            yield Site(base=base, centre=centre, engine=engine, parties=parties)
    finally:
        await engine.dispose()


async def refused(here: Site, answer: Answer, code: ProblemCode) -> None:
    assert answer.problem is code
    assert await here.issued() == 0
