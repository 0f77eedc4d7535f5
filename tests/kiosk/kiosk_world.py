"""A kiosk for tests: the driver, the session and the journal in earnest, devices in this process."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from certificates.domain.identifiers import KioskId, OrderId
from certificates.domain.kinds import CertificateKind
from certificates.errors import UnavailableError
from kiosk_client.adapters.card_terminal import ReaderTerminal
from kiosk_client.adapters.coin_unit import SimulatedCoinUnit
from kiosk_client.adapters.journal_file import open_journal
from kiosk_client.card.in_process import InProcessReader
from kiosk_client.card.software import SoftwareCard
from kiosk_client.ports import Journal
from kiosk_client.record import Entry
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.rules import Patience, Rules
from kiosk_client.usecases.apply import ApplyForCertificate
from kiosk_client.usecases.errands import Errands
from kiosk_client.usecases.hand_over import HandOver
from kiosk_client.usecases.prove import ProveHolder
from kiosk_client.usecases.recover import Recover
from kiosk_client.usecases.report import Reporter
from kiosk_client.usecases.serve import Kiosk, Snapshot
from load_tests.authority.jpki import IssuedCard
from tests.kiosk.kiosk_centre import KAKU, MIHON, FakeCentre
from tests.kiosk.kiosk_print_room import PrintRoom

PIN = "4649"
KIOSK = KioskId("kiosk-1")


def now() -> datetime:
    return datetime.now(UTC)


def draw_order() -> OrderId:
    return OrderId(secrets.token_hex(16))


class FailingJournal:
    """The journal on disk, until the disk is full."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.broken = False
        self.last = ""

    @property
    def entries(self) -> Sequence[Entry]:
        return self._journal.entries

    async def append(self, entry: Entry) -> None:
        if self.broken:
            raise UnavailableError("journal", "the disk is full", outcome_known=True)
        await self._journal.append(entry)
        self.broken = self.last == entry.TAG


@dataclass(slots=True, kw_only=True)
class World:
    """Everything around one kiosk; ``serving`` runs it, as often as a test needs a restart."""

    folder: Path
    cards: tuple[IssuedCard, ...]
    centre: FakeCentre = field(default_factory=FakeCentre)
    room: PrintRoom = field(default_factory=PrintRoom)
    reader: InProcessReader = field(default_factory=InProcessReader)
    patience: Patience = field(default_factory=Patience)
    shift: float = 0.0
    """seconds by which the kiosk's monotonic clock runs ahead"""

    @property
    def journal_path(self) -> Path:
        return self.folder / "journal.jsonl"

    def card(self, index: int = 0) -> SoftwareCard:
        issued = self.cards[index]
        return SoftwareCard(
            certificate=issued.certificate, ca_certificate=issued.ca_certificate, key=issued.key, pin=PIN
        )

    def monotonic(self) -> float:
        return time.monotonic() + self.shift

    def proving(self) -> ProveHolder:
        terminal = ReaderTerminal(reader=self.reader, seconds=5, glance=0.02)
        return ProveHolder(kiosk=KIOSK, centre=self.centre, terminal=terminal, vaults=self.room, clock=now)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Customer]:
        async with open_journal(self.journal_path, now) as opened:
            journal = FailingJournal(opened)
            cash = SimulatedCoinUnit(self.folder / "drawer.json")
            terminal = ReaderTerminal(reader=self.reader, seconds=5, glance=0.02)
            reporter = Reporter(centre=self.centre, journal=journal, first_pause=0.01)
            standing = await Recover(cash=cash, journal=journal, reporter=reporter)()
            errands = Errands(
                kiosk=KIOSK,
                prove=ProveHolder(
                    kiosk=KIOSK, centre=self.centre, terminal=terminal, vaults=self.room, clock=now
                ),
                apply=ApplyForCertificate(
                    centre=self.centre,
                    journal=journal,
                    trusted=self.centre.trusted,
                    draw_order=draw_order,
                    pause=0.01,
                ),
                hand_over=HandOver(vaults=self.room, journal=journal),
                reporter=reporter,
                cash=cash,
                panel=self.room,
                terminal=terminal,
                journal=journal,
                clock=now,
            )
            rules = Rules(municipalities=frozenset({MIHON, KAKU}), patience=self.patience)
            kiosk = Kiosk(errands=errands, rules=rules, monotonic=self.monotonic, standing=standing)
            running = asyncio.create_task(kiosk.run())
            customer = Customer(world=self, kiosk=kiosk, cash=cash, reporter=reporter, journal=journal)
            try:
                yield customer
            finally:
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await running


@dataclass(slots=True, kw_only=True)
class Customer:
    """Somebody at the screen, who waits for each screen before touching it."""

    world: World
    kiosk: Kiosk
    cash: SimulatedCoinUnit
    reporter: Reporter
    journal: FailingJournal

    def break_journal(self) -> None:
        self.journal.broken = True

    def break_journal_after(self, tag: str) -> None:
        """The power goes when this entry is on disk, as far as the journal can tell."""
        self.journal.last = tag

    @property
    def screen(self) -> at.Screen:
        return self.kiosk.snapshot.visit.screen

    def touch(self, event: on.Event) -> None:
        self.kiosk.touch(event, at=self.kiosk.snapshot.at)

    async def sees(self, *screens: type[at.Screen]) -> at.Screen:
        """Wait until one of the screens is shown."""
        async with asyncio.timeout(10):
            snapshot = self.kiosk.snapshot
            while not isinstance(snapshot.visit.screen, screens):
                snapshot = await self.kiosk.changed(snapshot.version)
            return snapshot.visit.screen

    async def until(self, condition: Callable[[Snapshot], bool]) -> None:
        async with asyncio.timeout(10):
            snapshot = self.kiosk.snapshot
            while not condition(snapshot):
                snapshot = await self.kiosk.changed(snapshot.version)

    async def goes_to_pin(self, card: SoftwareCard | None = None) -> None:
        await self.sees(at.Welcome)
        self.touch(on.Start())
        await self.sees(at.ChooseService)
        self.touch(on.PickService())
        await self.sees(at.ChooseMunicipality)
        self.touch(on.PickMunicipality(code=MIHON))
        await self.sees(at.PlaceCard)
        self.world.reader.place(card or self.world.card())
        await self.sees(at.EnterPin)

    async def enters(self, pin: str) -> None:
        for digit in pin:
            self.touch(on.PressDigit(digit=int(digit)))
        await self.until(lambda seen: getattr(seen.visit.screen, "digits", 0) == len(pin))
        self.touch(on.Next())

    async def proves(self, card: SoftwareCard | None = None) -> None:
        """From the first screen to the choice of kind, card in hand again."""
        await self.goes_to_pin(card)
        await self.enters(PIN)
        await self.sees(at.TakeCardOff)
        self.world.reader.take_off()
        await self.sees(at.ChooseKind)

    async def chooses(self, *, copies: int = 1) -> None:
        """A whole household's 住民票の写し, up to the confirmation."""
        self.touch(on.PickKind(kind=CertificateKind.RESIDENT_RECORD))
        await self.sees(at.ChooseMembers)
        self.touch(on.Next())
        await self.sees(at.ChooseItems)
        self.touch(on.Next())
        await self.sees(at.ChooseCopies)
        self.touch(on.SetCopies(copies=copies))
        self.touch(on.Next())
        await self.sees(at.Confirm)

    async def applies(self, *, copies: int = 1) -> None:
        await self.proves()
        await self.chooses(copies=copies)
        self.touch(on.Next())

    async def pays(self, *yen: int) -> None:
        await self.sees(at.Paying)
        for coin in yen or (100, 100):
            await self.slot_is_open()
            assert await self.cash.insert(coin)

    async def slot_is_open(self) -> None:
        await eventually(lambda: self.cash.is_open)

    async def leaves(self) -> None:
        """Press the last buttons until nobody is here."""
        while not isinstance(
            await self.sees(at.TakeCertificate, at.Finished, at.Refused, at.Welcome), at.Welcome
        ):
            self.touch(on.Next())
            await asyncio.sleep(0)


async def recorded(world: World) -> None:
    """Wait until the centre has recorded every order that the kiosk has written down."""

    def all_recorded() -> bool:
        written = world.journal_path.read_text()
        return written.count('"kiosk-applied/1"') == written.count('"kiosk-recorded/1"')

    await eventually(all_recorded)


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for has no bell
            await asyncio.sleep(0.005)
