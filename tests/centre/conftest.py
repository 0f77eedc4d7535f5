"""A centre with its real adapters on loopback, a municipality that can misbehave, kiosks and cards."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from anti_forgery.key_files import new_keys
from center_relay.compose import compose
from center_relay.settings import CentreSettings
from certificates.domain.identifiers import KioskId
from certificates.errors import ConfigurationError
from certificates.pdf.fonts import find_mincho
from certificates.service.command import Listener, listening
from certificates.service.keyring import load_signing_key, load_trusted_keys
from certificates.service.tls import client_context, server_context
from certificates.wire.jose import Party, Role
from load_tests.authority.transport import PartyFiles, TransportAuthority
from tests.centre.centre_cards import Ca, Card
from tests.centre.centre_kiosk import Kiosk, Visit
from tests.centre.centre_municipality import Municipality
from tests.centre.centre_values import MUNICIPALITY

DAY = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class World:
    """Everything around one centre; ``start`` runs it, as often as a test needs a restart."""

    folder: Path
    authority: TransportAuthority
    municipality: Municipality
    settings: CentreSettings
    stack: contextlib.AsyncExitStack
    now: datetime
    url: str = ""
    _running: contextlib.AsyncExitStack | None = field(default=None, repr=False)

    async def start(self, **changes: object) -> None:
        await self.stop()
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]  # a test names settings
        self._running = contextlib.AsyncExitStack()
        listeners = await self._running.enter_async_context(compose(self.settings))
        addresses = await self._running.enter_async_context(listening(listeners))
        self.url = addresses["centre"]

    async def stop(self) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            await running.aclose()

    async def client(self, party: Party) -> aiohttp.ClientSession:
        files = self.authority.tls_files(party)
        connector = aiohttp.TCPConnector(ssl=client_context(files))
        return await self.stack.enter_async_context(aiohttp.ClientSession(connector=connector))

    async def kiosk(self, name: str = "kiosk-1") -> Kiosk:
        client = await self.client(Party(role=Role.KIOSK, name=name))
        trusted = load_trusted_keys(self.authority.trusted)
        return Kiosk(id=KioskId(name), url=self.url, client=client, trusted=trusted)

    async def begun(self, kiosk: str = "kiosk-1", serial: int = 0x5E71A1) -> Visit:
        """A visit whose card has been proven."""
        return await (await self.kiosk(kiosk)).visit(self.card(serial)).begin()

    @property
    def ca(self) -> Ca:
        return Ca(not_before=self.now - DAY, not_after=self.now + DAY)

    def card(self, serial: int = 0x5E71A1) -> Card:
        return Card(ca=self.ca, serial=serial, not_before=self.now - DAY, not_after=self.now + DAY)

    def revoke(self, *revoked: tuple[int, x509.ReasonFlags | None], **dates: datetime) -> None:
        first, last = dates.get("this_update", self.now - DAY), dates.get("next_update", self.now + DAY)
        crl = self.ca.revocation_list(revoked, this_update=first, next_update=last)
        self.settings.card_revocations.mkdir(exist_ok=True)
        (self.settings.card_revocations / "list.crl").write_bytes(crl.public_bytes(Encoding.DER))

    def journal(self) -> str:
        return self.settings.journal.read_text("utf-8")


def settings_for(folder: Path, centre: PartyFiles, authority: TransportAuthority) -> CentreSettings:
    return CentreSettings(
        tls_certificate=centre.tls.certificate,
        tls_key=centre.tls.key,
        tls_authority=centre.tls.authority,
        signing_key=centre.signing_key,
        trusted_keys=authority.trusted,
        routes=folder / "routes.toml",
        card_authorities=folder / "cas",
        card_revocations=folder / "crls",
        mark_keys=folder / "marks",
        journal=folder / "journal",
        accept_test_cards=True,
        outbox_seconds=0.05,
    )


@contextlib.asynccontextmanager
async def make_world(folder: Path) -> AsyncIterator[World]:
    try:
        find_mincho()
    except ConfigurationError as error:
        pytest.skip(str(error))
    now = datetime.now(UTC)
    authority = TransportAuthority(folder / "parties", now=now)
    centre = authority.enrol(Party(role=Role.CENTRE, name="centre"))
    issuer = authority.enrol(Party(role=Role.ISSUER, name=MUNICIPALITY))
    new_keys(folder / "marks", now=now - DAY, valid_for=2 * DAY)
    municipality = Municipality(
        MUNICIPALITY, load_signing_key(issuer.signing_key), load_trusted_keys(authority.trusted)
    )
    async with contextlib.AsyncExitStack() as stack:
        listener = Listener(
            name="municipality",
            application=municipality.application,
            host="127.0.0.1",
            port=0,
            tls=server_context(issuer.tls),
        )
        addresses = await stack.enter_async_context(listening([listener]))
        settings = settings_for(folder, centre, authority)
        settings.routes.write_text(f'[municipalities]\n{MUNICIPALITY} = "{addresses["municipality"]}"\n')
        world = World(
            folder=folder,
            authority=authority,
            municipality=municipality,
            settings=settings,
            stack=stack,
            now=now.replace(microsecond=0),
        )
        world.ca.write(settings.card_authorities)
        world.revoke()
        stack.push_async_callback(world.stop)
        yield world


@pytest.fixture
def opened_world(tmp_path: Path) -> Callable[[], AbstractAsyncContextManager[World]]:
    return lambda: make_world(tmp_path)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A running centre on a store in memory."""
    async with make_world(tmp_path) as world:
        await world.start()
        yield world
