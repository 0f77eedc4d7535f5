"""A registry and an issuance server as processes, and the two hands of the race: the counter's and the centre's."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from certificates.domain.identifiers import CardSerial, order_id, session_id
from certificates.domain.kinds import CertificateKind
from certificates.errors import UnavailableError
from certificates.problems import ProblemCode
from certificates.service.keyring import load_signing_key
from certificates.service.tls import TlsFiles, client_context
from certificates.wire import problem
from certificates.wire.codec import decode
from certificates.wire.jose import SigningKey
from certificates.wire.order import Holder, Order
from certificates.wire.transcript import TranscriptHash
from certificates.wire.visit import Choice
from load_tests.ports import free_port
from load_tests.town import settings
from load_tests.town.folder import TownFolder
from load_tests.town.process import run_command, service_process
from sync.change.events import Change
from sync.registry.files import write_register
from sync.registry.wire import ChangeAccepted, write_change
from sync.town import Town

_ISSUER = hashlib.sha256(b"test authority").digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Both services are up while this is in hand."""

    folder: TownFolder
    registry: str
    issuance: str
    issuance_pid: int
    key: SigningKey
    counter: aiohttp.ClientSession
    centre: aiohttp.ClientSession

    async def enter(self, change: Change) -> int:
        """At the registry's desk; its number, once the registry has it."""
        headers = {"Content-Type": "application/json"}
        url = self.registry + "/v1/changes"
        async with self.counter.post(url, data=write_change(change), headers=headers) as answer:
            body = await answer.read()
            if answer.status != 200:
                raise UnavailableError("registry", f"HTTP {answer.status}", outcome_known=True)
        return decode(body, ChangeAccepted).sequence

    async def order(self, serial: CardSerial, kind: CertificateKind) -> ProblemCode | None:
        """What the centre would order for this holder; None when a certificate came back."""
        order = Order(
            order=order_id(secrets.token_hex(16)),
            municipality=self.folder.municipality,
            session=session_id(secrets.token_hex(16)),
            transcript=TranscriptHash(secrets.token_bytes(32)),
            holder=Holder(issuer=_ISSUER, serial=serial),
            choice=Choice(kind=kind),
            expires=datetime.now(UTC) + timedelta(minutes=2),
        )
        headers = {"Content-Type": "application/jose"}
        url = self.issuance + "/v1/orders"
        async with self.centre.post(url, data=self.key.sign(order), headers=headers) as answer:
            body = await answer.read()
            return None if answer.status == 200 else problem.read_problem(body)


@asynccontextmanager
async def running_line(
    root: Path, town: Town, *, database: str | None, asking: bool, workers: int = 1
) -> AsyncIterator[Line]:
    """``asking``: whether the issuance server, of ``workers`` processes, knows the registry's address.

    Raises UnavailableError.
    """
    folder = TownFolder(root, municipality=town.municipality, kiosks=1, now=datetime.now(UTC))
    files = folder.path("registry")
    files.mkdir()
    write_register(files, town.records())
    full, log = str(folder.path("registry", "full.jsonl")), folder.log("issuance")
    await run_command(
        "sync.registry", "export", full, settings=settings.registry(folder), log=folder.log("registry")
    )
    port = free_port()
    address = f"https://localhost:{port}" if asking else ""
    ours = settings.issuance(folder, database=database, registry=address, workers=workers)
    await run_command("issuance_server", "load-full", full, settings=ours, log=log)
    async with AsyncExitStack() as stack:
        issuance = await stack.enter_async_context(
            service_process("issuance_server", settings=ours, listeners=1, log=log)
        )
        target = issuance.address("issuance-server")
        registry = await stack.enter_async_context(
            service_process(
                "sync.registry",
                settings=settings.registry(folder, target=target, port=port),
                listeners=1,
                log=folder.log("registry"),
            )
        )
        parties = folder.parties
        yield Line(
            folder=folder,
            registry=registry.address("registry"),
            issuance=target,
            issuance_pid=issuance.pid,
            key=load_signing_key(parties.centre.signing_key),
            counter=await stack.enter_async_context(_client(parties.operator.tls)),
            centre=await stack.enter_async_context(_client(parties.centre.tls)),
        )


def _client(tls: TlsFiles) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(ssl=client_context(tls), limit=64)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60))
