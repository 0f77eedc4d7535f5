"""Puts the kiosk together from its settings."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from certificates.domain.identifiers import OrderId
from certificates.errors import ConfigurationError
from certificates.service.command import Command, Listener, Service
from certificates.service.keyring import load_trusted_keys
from certificates.service.tls import client_context
from certificates.version import VERSION
from kiosk_client.adapters.card_drawer import CardDrawer
from kiosk_client.adapters.card_terminal import ReaderTerminal
from kiosk_client.adapters.coin_unit import SimulatedCoinUnit, open_cash_box
from kiosk_client.adapters.http_centre import open_centre
from kiosk_client.adapters.journal_file import open_journal
from kiosk_client.adapters.printing import PrintRoom
from kiosk_client.card.readers import open_reader
from kiosk_client.commands import moment, release_line, verify_journal
from kiosk_client.municipalities import load_municipalities
from kiosk_client.ports import CardTerminal, CashBox, Centre, Journal, PrinterPanel, Vaults
from kiosk_client.session.rules import Rules
from kiosk_client.settings import PREFIX, KioskSettings
from kiosk_client.usecases.apply import ApplyForCertificate
from kiosk_client.usecases.errands import Errands
from kiosk_client.usecases.hand_over import HandOver
from kiosk_client.usecases.prove import ProveHolder
from kiosk_client.usecases.recover import Recover
from kiosk_client.usecases.report import Reporter
from kiosk_client.usecases.serve import Kiosk
from kiosk_client.usecases.staff import StaffDoor
from kiosk_client.web.application import screen_application
from kiosk_client.web.bench import Bench
from kiosk_client.web.view import Viewer

_log = logging.getLogger(__name__)


def draw_order() -> OrderId:
    return OrderId(secrets.token_hex(16))


def check(settings: KioskSettings) -> None:
    """Look at everything that the settings name, without touching card, printer or network."""
    client_context(settings.tls)
    load_trusted_keys(settings.trusted_keys)
    load_municipalities(settings.municipalities)
    open_reader(settings.reader, setting="KOFU_KIOSK_READER")
    PrintRoom(settings.printer)
    open_cash_box(settings.cash_box, setting="KOFU_KIOSK_CASH_BOX")
    if not settings.journal.parent.is_dir():
        raise ConfigurationError("KOFU_KIOSK_JOURNAL", f"{settings.journal.parent} is not a folder")
    if not settings.centre.startswith("https://"):
        raise ConfigurationError("KOFU_KIOSK_CENTRE", "must begin with https://")


@asynccontextmanager
async def compose(settings: KioskSettings) -> AsyncIterator[Sequence[Listener]]:
    """Settle what a crash left open, then serve one visit after the other behind the screen's listener."""
    async with AsyncExitStack() as stack:
        journal = await stack.enter_async_context(open_journal(settings.journal, moment))
        tls = client_context(settings.tls)
        centre = await stack.enter_async_context(
            open_centre(settings.centre, tls, setting="KOFU_KIOSK_CENTRE")
        )
        room = PrintRoom(settings.printer)
        cash = open_cash_box(settings.cash_box, setting="KOFU_KIOSK_CASH_BOX")
        terminal = ReaderTerminal(reader=open_reader(settings.reader, setting="KOFU_KIOSK_READER"))
        kiosk, viewer = await _kiosk(settings, journal, centre, cash, terminal, room, room)
        application = screen_application(
            kiosk=kiosk,
            viewer=viewer,
            door=StaffDoor(settings.staff_code, time.monotonic),
            bench=_bench(settings, cash),
            version=VERSION,
        )
        await stack.enter_async_context(_serving(kiosk))
        yield [
            Listener(name="screen", application=application, host=settings.host, port=settings.port, tls=None)
        ]


@asynccontextmanager
async def _serving(kiosk: Kiosk) -> AsyncIterator[None]:
    """Runs the driver. Should it ever end by itself the service ends too, and the next start settles what is open."""
    service = asyncio.current_task()
    driver = asyncio.create_task(kiosk.run(), name="driver")

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and service is not None:
            _log.critical("driver-ended", exc_info=task.exception())
            service.cancel()

    driver.add_done_callback(ended)
    try:
        yield
    finally:
        driver.cancel()
        await asyncio.wait([driver])


def _bench(settings: KioskSettings, cash: CashBox) -> Bench | None:
    if not settings.test_cards or not isinstance(cash, SimulatedCoinUnit):
        return None
    scheme, _, slot = settings.reader.partition(":")
    drawer = CardDrawer(folder=Path(settings.test_cards), slot=Path(slot)) if scheme == "software" else None
    return Bench(cards=drawer, cash=cash)


async def _kiosk(
    settings: KioskSettings,
    journal: Journal,
    centre: Centre,
    cash: CashBox,
    terminal: CardTerminal,
    vaults: Vaults,
    panel: PrinterPanel,
) -> tuple[Kiosk, Viewer]:
    offered = load_municipalities(settings.municipalities)
    reporter = Reporter(centre=centre, journal=journal)
    standing = await Recover(cash=cash, journal=journal, reporter=reporter)()
    errands = Errands(
        kiosk=settings.kiosk,
        prove=ProveHolder(
            kiosk=settings.kiosk, centre=centre, terminal=terminal, vaults=vaults, clock=moment
        ),
        apply=ApplyForCertificate(
            centre=centre,
            journal=journal,
            trusted=load_trusted_keys(settings.trusted_keys),
            draw_order=draw_order,
        ),
        hand_over=HandOver(vaults=vaults, journal=journal),
        reporter=reporter,
        cash=cash,
        panel=panel,
        terminal=terminal,
        journal=journal,
        clock=moment,
    )
    rules = Rules(municipalities=frozenset(one.code for one in offered), patience=settings.patience)
    kiosk = Kiosk(errands=errands, rules=rules, monotonic=time.monotonic, standing=standing)
    return kiosk, Viewer(offered)


SERVICE = Service(
    name="kiosk_client",
    purpose="The kiosk (キオスク端末): card, application, payment, printing, and its touch screen.",
    prefix=PREFIX,
    settings=KioskSettings,
    compose=compose,
    check=check,
    commands={
        "release-line": Command(
            help="let a municipality's line run again at this kiosk, which is stopped; two people",
            action=release_line,
        ),
        "verify-journal": Command(
            help="read the whole journal and say where it stands", action=verify_journal
        ),
    },
)
