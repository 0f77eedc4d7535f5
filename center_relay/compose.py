"""The one place where the centre's parts are put together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from center_relay.adapters.anchors import Anchor, certificate_files, load_anchors
from center_relay.adapters.journal import FileJournal
from center_relay.adapters.jpki import JpkiAuthority
from center_relay.adapters.municipality import HttpMunicipalities, Limits, open_client
from center_relay.adapters.paper import MarkedPaper, load_paper
from center_relay.adapters.revocation import RevocationLists
from center_relay.adapters.routing import load_routes
from center_relay.adapters.stores import open_store, require_store
from center_relay.ports import CardAuthority, Clock, Draw, Errand, Journal, Municipalities, Paper, Store
from center_relay.settings import CentreSettings
from center_relay.usecases.close_visit import CloseVisit
from center_relay.usecases.deliver import Deliver
from center_relay.usecases.in_flight import InFlight
from center_relay.usecases.lines import Lines
from center_relay.usecases.open_visit import OpenVisit
from center_relay.usecases.orders import Orders
from center_relay.usecases.outbox import Outbox
from center_relay.usecases.prove_card import ProveCard
from center_relay.usecases.sessions import Sessions
from center_relay.usecases.tell_standing import TellStanding
from center_relay.web.application import centre_application
from center_relay.web.inquiry import InquiryEdge
from center_relay.web.kiosk import KioskEdge
from center_relay.web.operator import OperatorEdge
from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import ConfigurationError
from certificates.pdf.fonts import find_mincho
from certificates.service.command import Listener
from certificates.service.keyring import load_signing_key, load_trusted_keys
from certificates.service.peers import KnownPeers
from certificates.service.tls import client_context, server_context
from certificates.version import VERSION
from certificates.wire.jose import Party, Role, SigningKey, TrustedKeys

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Everything that the settings name, read and checked, nothing opened yet."""

    server_tls: ssl.SSLContext
    client_tls: ssl.SSLContext
    signing_key: SigningKey
    trusted: TrustedKeys
    routes: Mapping[MunicipalityCode, str]
    anchors: tuple[Anchor, ...]
    paper: MarkedPaper = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The ways out, opened."""

    store: Store
    municipalities: Municipalities
    cards: CardAuthority
    paper: Paper
    journal: Journal
    clock: Clock
    draw: Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    application: web.Application
    outbox: Outbox


def now() -> datetime:
    return datetime.now(UTC)


def load(settings: CentreSettings) -> Loaded:
    """Raises ConfigurationError naming the setting or the file that is wrong."""
    require_store(settings.store, processes=settings.processes)
    certificate_files(settings.card_revocations)
    if not settings.journal.parent.is_dir():
        raise ConfigurationError("KOFU_CENTRE_JOURNAL", f"there is no folder {settings.journal.parent}")
    paper = load_paper(
        settings.mark_keys,
        font=find_mincho(settings.font or None),
        inquiry_site=settings.inquiry_site,
        coarse_to_fine=settings.coarse_to_fine,
        printer=Path(settings.printer_profile) if settings.printer_profile else None,
        draw=secrets.token_bytes,
    )
    paper.sealer(now())
    return Loaded(
        server_tls=server_context(settings.tls),
        client_tls=client_context(settings.tls),
        signing_key=load_signing_key(settings.signing_key),
        trusted=load_trusted_keys(settings.trusted_keys),
        routes=load_routes(settings.routes),
        anchors=load_anchors(settings.card_authorities, accept_test_cards=settings.accept_test_cards),
        paper=paper,
    )


def check(settings: CentreSettings) -> None:
    load(settings)


def build(settings: CentreSettings, ports: Ports, signing_key: SigningKey, trusted: TrustedKeys) -> Centre:
    """The use cases and their edge, over ports that the caller has opened and will close."""
    sessions = Sessions(ports.store, ports.clock)
    orders = Orders(ports.store, keep_for=settings.order_life)
    lines = Lines(ports.store, ports.journal, ports.clock, name=f"centre:{settings.name}")
    outbox = Outbox(
        store=ports.store,
        orders=orders,
        lines=lines,
        municipalities=ports.municipalities,
        journal=ports.journal,
        signing_key=signing_key,
        trusted=trusted,
        clock=ports.clock,
    )
    kiosk = KioskEdge(
        open_visit=OpenVisit(
            sessions=sessions,
            lines=lines,
            municipalities=ports.municipalities,
            clock=ports.clock,
            draw=ports.draw,
            challenge_life=settings.challenge_life,
        ),
        prove_card=ProveCard(
            sessions=sessions,
            lines=lines,
            municipalities=ports.municipalities,
            cards=ports.cards,
            journal=ports.journal,
            signing_key=signing_key,
            trusted=trusted,
            clock=ports.clock,
            visit_life=settings.visit_life,
        ),
        deliver=Deliver(
            sessions=sessions,
            orders=orders,
            lines=lines,
            in_flight=InFlight(settings.in_flight_share),
            municipalities=ports.municipalities,
            paper=ports.paper,
            journal=ports.journal,
            signing_key=signing_key,
            trusted=trusted,
            clock=ports.clock,
            draw=ports.draw,
        ),
        close_visit=CloseVisit(sessions=sessions, orders=orders, outbox=outbox, journal=ports.journal),
        journal=ports.journal,
    )
    operator = OperatorEdge(lines=lines, journal=ports.journal)
    inquiry = InquiryEdge(
        tell=TellStanding(
            orders=orders, municipalities=ports.municipalities, signing_key=signing_key, trusted=trusted
        ),
        journal=ports.journal,
    )
    application = centre_application(kiosk, operator, inquiry, lines, version=VERSION)
    return Centre(application=application, outbox=outbox)


def _issuers(routes: Mapping[MunicipalityCode, str]) -> list[tuple[str, Party]]:
    return [(base, Party(role=Role.ISSUER, name=code)) for code, base in routes.items()]


@contextlib.asynccontextmanager
async def compose(settings: CentreSettings) -> AsyncIterator[Sequence[Listener]]:
    """Opens store, lines and journal, sends what is in the outbox, and closes everything in reverse order."""
    loaded = load(settings)
    await asyncio.to_thread(loaded.paper.rehearse, now())
    async with contextlib.AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            open_store(settings.store, processes=settings.processes, seconds=settings.store_seconds)
        )
        client = await stack.enter_async_context(
            open_client(KnownPeers(loaded.client_tls, _issuers(loaded.routes), part="municipality"))
        )
        journal = FileJournal(settings.journal, loaded.signing_key, now)
        stack.push_async_callback(journal.close)
        revocation = RevocationLists(settings.card_revocations, loaded.anchors)
        ports = Ports(
            store=store,
            municipalities=HttpMunicipalities(client, loaded.routes, limits(settings)),
            cards=JpkiAuthority(loaded.anchors, revocation, accept_test_cards=settings.accept_test_cards),
            paper=loaded.paper,
            journal=journal,
            clock=now,
            draw=secrets.token_bytes,
        )
        centre = build(settings, ports, loaded.signing_key, loaded.trusted)
        await stack.enter_async_context(_delivering(centre.outbox, settings.outbox_seconds))
        yield [
            Listener(
                name="centre",
                application=centre.application,
                host=settings.host,
                port=settings.port,
                tls=loaded.server_tls,
            )
        ]


def limits(settings: CentreSettings) -> Limits:
    return Limits(
        seconds={
            Errand.INQUIRY: settings.inquiry_seconds,
            Errand.ORDER: settings.order_seconds,
            Errand.OUTCOME: settings.outcome_seconds,
            Errand.STANDING: settings.standing_seconds,
        },
        file_bytes=settings.file_limit,
    )


@contextlib.asynccontextmanager
async def _delivering(outbox: Outbox, seconds: float) -> AsyncIterator[None]:
    """Sends what is due, again and again, as long as the context is open."""
    stopping = asyncio.Event()

    async def rounds() -> None:
        while not stopping.is_set():
            try:
                await outbox.send_due()
            except Exception:  # noqa: BLE001 - a round that fails must not be the last one
                _log.exception("outbox round failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await stopping.wait()

    task = asyncio.create_task(rounds(), name="outbox")
    try:
        yield
    finally:
        # both: should a library swallow the cancellation, the loop still ends
        stopping.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
