"""The kiosk's thin adapters: card terminal, drawer of test cards, print room, staff door, PIN pad."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from certificates.errors import BindingError, ConfigurationError, RefusedError, WireError
from certificates.problems import ProblemCode
from certificates.wire.visit import OutcomeKind, OutcomeRecorded, ReportOutcome
from kiosk_client.adapters.card_drawer import CardDrawer
from kiosk_client.adapters.card_terminal import ReaderTerminal
from kiosk_client.adapters.printing import PrintRoom
from kiosk_client.card import errors as card
from kiosk_client.card.apdu import INS_VERIFY
from kiosk_client.card.errors import ReaderUnavailableError
from kiosk_client.card.in_process import InProcessReader
from kiosk_client.card.ports import CardConnection, Response
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.screens import Trouble
from kiosk_client.usecases.seat import PinPad, Seat
from kiosk_client.usecases.staff import StaffDoor
from kiosk_client.usecases.troubles import proof_event
from tests.kiosk.kiosk_centre import FakeCentre
from tests.kiosk.kiosk_world import PIN, World, eventually, recorded


class SlowReader(InProcessReader):
    """A reader whose card takes its time, and that remembers what was sent to it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []
        self.asked = threading.Event()
        self.may_answer = threading.Event()

    @contextmanager
    def connect(self) -> Iterator[CardConnection]:
        with super().connect() as connection:
            yield _Slow(self, connection)


class _Slow:
    def __init__(self, reader: SlowReader, connection: CardConnection) -> None:
        self._reader = reader
        self._connection = connection

    def transmit(self, apdu: bytes | bytearray) -> Response:
        self._reader.sent.append(bytes(apdu))
        self._reader.asked.set()
        assert self._reader.may_answer.wait(10)
        return self._connection.transmit(apdu)


async def test_a_proof_that_was_given_up_costs_no_try_and_its_pin_is_wiped(world: World) -> None:
    """The thread cannot be cancelled; it must not go on to show the card a PIN of zeros."""
    reader, held = SlowReader(), world.card()
    reader.place(held)
    pin = bytearray(PIN.encode())
    terminal = ReaderTerminal(reader=reader, glance=0.02)
    proving = asyncio.create_task(terminal.authenticate(pin, b"message", confirm_last_try=False))
    await asyncio.to_thread(reader.asked.wait, 10)
    proving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await proving
    assert pin == bytes(4)
    reader.may_answer.set()
    await eventually(lambda: reader._connection is None)
    assert not any(command[1] == INS_VERIFY for command in reader.sent)
    assert held.pin_tries_left == 3


async def test_a_card_that_never_answers_is_given_up_in_time(world: World) -> None:
    reader = SlowReader()
    reader.place(world.card())
    pin = bytearray(PIN.encode())
    with pytest.raises(ReaderUnavailableError):
        await ReaderTerminal(reader=reader, seconds=0.05).authenticate(pin, b"m", confirm_last_try=False)
    assert pin == bytes(4)
    reader.may_answer.set()


async def test_waiting_for_a_card_ends_with_it_or_with_the_time(world: World) -> None:
    reader = InProcessReader()
    terminal = ReaderTerminal(reader=reader, glance=0.02)
    assert not await terminal.wait(present=True, seconds=0.0)
    assert await terminal.wait(present=False, seconds=0.0)
    reader.place(world.card())
    assert await terminal.wait(present=True, seconds=1.0)
    reader.unplug()
    with pytest.raises(ReaderUnavailableError):
        await terminal.wait(present=True, seconds=0.0)


def test_the_pad_hands_its_digits_over_once_and_shows_them_never() -> None:
    pad = PinPad()
    for digit in (4, 6, 4, 9, 1):
        pad.keep(digit)
    assert "4" not in repr(pad)
    assert pad.hand_over() == b"4649"
    assert pad.hand_over() == bytes(4), "nothing is left behind"


def test_a_pin_that_is_not_whole_is_none() -> None:
    pad = PinPad()
    pad.keep(4)
    assert pad.hand_over() == bytes(4)
    pad.keep(4)
    pad.wipe()
    assert pad.hand_over() == bytes(4)


async def test_an_empty_seat_holds_nothing() -> None:
    seat = Seat()
    seat.pin.keep(4)
    await seat.leave()
    assert (seat.challenge, seat.proof, seat.order, seat.verified) == (None, None, None, None)
    assert seat.pin.hand_over() == bytes(4)


@pytest.fixture
def drawer(tmp_path: Path) -> CardDrawer:
    folder = tmp_path / "cards"
    folder.mkdir()
    for name in ("b", "a"):
        (folder / f"{name}.json").write_text("{}")
    return CardDrawer(folder=folder, slot=tmp_path / "card.json")


async def test_the_drawer_lays_one_card_at_a_time(drawer: CardDrawer) -> None:
    assert await drawer.names() == ("a", "b")
    assert await drawer.place("a")
    assert await drawer.place("b")
    assert drawer.placed == "b"
    assert drawer.slot.stat().st_mode & 0o777 == 0o600
    await drawer.take_off()
    await drawer.take_off()
    assert not drawer.slot.exists()
    assert drawer.placed is None


@pytest.mark.parametrize("name", ["", "c", "../cards/a", "a.json"])
async def test_only_cards_of_the_drawer_can_be_laid(drawer: CardDrawer, name: str) -> None:
    assert not await drawer.place(name)
    assert not drawer.slot.exists()


async def test_the_print_room_knows_whether_its_printer_would_print(tmp_path: Path) -> None:
    assert (await PrintRoom(f"file://{tmp_path}/paper").state()).ready
    assert not (await PrintRoom("ipp://127.0.0.1:9/ipp/print").state()).ready


def test_a_printer_that_is_not_known_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError):
        PrintRoom("lpd://printer")


def test_five_wrong_staff_codes_shut_the_door_for_a_minute() -> None:
    moment = [0.0]
    door = StaffDoor("20260401", lambda: moment[0])
    assert door.opens("20260401")
    assert [door.opens("000000") for _ in range(5)] == [False] * 5
    assert not door.opens("20260401")
    moment[0] = 60.0
    assert door.opens("20260401")


def test_a_right_staff_code_forgives_the_wrong_ones_before_it() -> None:
    door = StaffDoor("20260401", time.monotonic)
    for _ in range(3):
        assert [door.opens("000000") for _ in range(4)] == [False] * 4
        assert door.opens("20260401")


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (card.WrongPinError(2), on.PinWrong(attempts_left=2)),
        (card.LastTryError(), on.LastTryAhead()),
        (card.PinLockedError(), on.Failed(reason=Trouble.PIN_LOCKED)),
        (card.CardRemovedError(pin_try_uncertain=True), on.CardSlipped()),
        (card.CardAbsentError(), on.CardSlipped()),
        (card.CardSwappedError(), on.Failed(reason=Trouble.CARD_SWAPPED)),
        (card.NotJpkiCardError("SELECT"), on.Failed(reason=Trouble.CARD_NOT_JPKI)),
        (card.CardBusyError(), on.Failed(reason=Trouble.READER_UNAVAILABLE)),
        (card.ReaderUnavailableError("gone"), on.Failed(reason=Trouble.READER_UNAVAILABLE)),
        (card.NoCertificateError(), on.Failed(reason=Trouble.CARD_UNUSABLE)),
        (card.UnsupportedKeyError("RSA-1024"), on.Failed(reason=Trouble.CARD_UNUSABLE)),
        (RefusedError(ProblemCode.UNDER_AGE), on.Failed(reason=ProblemCode.UNDER_AGE)),
        (BindingError("menu"), on.Failed(reason=ProblemCode.BINDING_BROKEN)),
        (WireError("what"), on.Failed(reason=ProblemCode.UNAVAILABLE)),
        (TimeoutError(), on.Failed(reason=ProblemCode.UNAVAILABLE)),
        (ZeroDivisionError(), on.Failed(reason=ProblemCode.INTERNAL)),
    ],
)
def test_every_way_a_proof_can_fail_has_its_place_in_the_visit(error: Exception, event: on.Event) -> None:
    assert proof_event(error) == event


async def test_a_receipt_for_another_outcome_is_no_receipt(world: World) -> None:
    class Confused(FakeCentre):
        async def report(self, message: ReportOutcome) -> OutcomeRecorded:
            receipt = await super().report(message)
            return receipt if len(self.reports) > 1 else replace(receipt, outcome=OutcomeKind.UNKNOWN)

    world.centre = Confused()
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays()
        await customer.sees(at.TakeCertificate)
        await recorded(world)
    assert len(world.centre.reports) == 2
