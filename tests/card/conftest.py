"""A test authority's cards, and a bench for each kind of reader on which a hand places and takes them."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from certificates.errors import UnavailableError
from kiosk_client.card import cardfile
from kiosk_client.card.file_slot import FileSlotReader
from kiosk_client.card.in_process import Fault, InProcessReader
from kiosk_client.card.ports import CardReader
from kiosk_client.card.software import SoftwareCard
from kiosk_client.card.vpcd import lay_on_reader
from load_tests.authority.jpki import IssuedCard, JpkiTestAuthority
from load_tests.servers.pcscd import PrivatePcscd, asked_from_this_process, private_pcscd

PIN = "4649"
FROM = datetime(2025, 4, 1, tzinfo=UTC)
UNTIL = datetime(2030, 4, 1, tzinfo=UTC)

# pcscd looks at the reader every 0.4 s. After a pull in mid-command it takes a card that is back sooner for the
# one that it has just declared gone, and sees none until that is lifted, too.
_UNTIL_PCSCD_LOOKS = 0.6


@pytest.fixture(scope="session")
def authority() -> JpkiTestAuthority:
    return JpkiTestAuthority.create(not_before=FROM, not_after=UNTIL)


@pytest.fixture(scope="session")
def issued(authority: JpkiTestAuthority) -> IssuedCard:
    return authority.issue(1001, not_before=FROM, not_after=UNTIL)


@pytest.fixture(scope="session")
def other_issued(authority: JpkiTestAuthority) -> IssuedCard:
    return authority.issue(1002, not_before=FROM, not_after=UNTIL)


def software_card(issued: IssuedCard, *, stumbles: bool = False) -> SoftwareCard:
    return SoftwareCard(
        certificate=issued.certificate,
        ca_certificate=issued.ca_certificate,
        key=issued.key,
        pin=PIN,
        stumbles=stumbles,
    )


@pytest.fixture
def card(issued: IssuedCard) -> SoftwareCard:
    return software_card(issued)


@pytest.fixture
def card_file(issued: IssuedCard, tmp_path: Path) -> Path:
    path = tmp_path / "card.json"
    save_card(path, issued)
    return path


def save_card(path: Path, issued: IssuedCard) -> None:
    cardfile.save(
        path,
        certificate=issued.certificate,
        ca_certificate=issued.ca_certificate,
        key=issued.key,
        pin=PIN,
    )


class Bench(Protocol):
    """A reader and the hand that uses it; ``place`` returns when the reader has noticed."""

    reader: CardReader

    def place(self, issued: IssuedCard) -> None: ...

    def take_off(self) -> None: ...


class HardwareBench(Bench, Protocol):
    """… on which things break."""

    def pull_at(self, instruction: int) -> None:
        """Take the card off while it carries out the next command with this instruction byte."""

    def break_down(self) -> None: ...

    def repair(self) -> None: ...


class InProcessBench:
    def __init__(self) -> None:
        self.reader = InProcessReader()
        self._cards: dict[int, SoftwareCard] = {}

    def place(self, issued: IssuedCard) -> None:
        serial = issued.certificate.serial_number
        self.reader.place(self._cards.setdefault(serial, software_card(issued)))

    def take_off(self) -> None:
        self.reader.take_off()

    def pull_at(self, instruction: int) -> None:
        self.reader.strike(Fault.REMOVED, at=instruction)

    def break_down(self) -> None:
        self.reader.unplug()

    def repair(self) -> None:
        self.reader.plug_in()


class FileSlotBench:
    def __init__(self, folder: Path) -> None:
        self._slot = folder / "slot" / "card.json"
        self._store = folder
        self._slot.parent.mkdir()
        self.reader = FileSlotReader(self._slot)

    def place(self, issued: IssuedCard) -> None:
        stored = self._store / f"{issued.certificate.serial_number}.json"
        if not stored.exists():
            save_card(stored, issued)
        # in one step, as a hand lays a card: a reader that looks meanwhile must not see half a copy
        draft = self._slot.with_suffix(".new")
        shutil.copy2(stored, draft)
        draft.replace(self._slot)

    def take_off(self) -> None:
        self._slot.unlink()


class Pulled(SoftwareCard):
    """A card that breaks contact, once, after it has carried out a command and before it answers."""

    def __init__(self, issued: IssuedCard) -> None:
        super().__init__(
            certificate=issued.certificate, ca_certificate=issued.ca_certificate, key=issued.key, pin=PIN
        )
        self.pull_at: int | None = None
        self.pulled = False
        self.on_pull: Callable[[], object] = lambda: None

    def process(self, command: bytes) -> bytes:
        answer = super().process(command)
        if command[1] == self.pull_at:
            self.pull_at = None
            self.pulled = True
            self.on_pull()
            raise ConnectionAbortedError
        return answer


async def _everything_else_ends() -> None:
    """A card that was lifted closes its line before the loop stops under it."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # a transport that was told to close does so in the next round


class PcscBench:
    """The card speaks to vpcd from a thread of this process, so that a test can reach into it."""

    def __init__(self, server: PrivatePcscd, reader: CardReader) -> None:
        self.reader = reader
        self._server = server
        self._cards: dict[int, Pulled] = {}
        self._card: Pulled | None = None
        self._laid: Future[None] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def place(self, issued: IssuedCard) -> None:
        self._card = self._cards.setdefault(issued.certificate.serial_number, Pulled(issued))
        for _ in range(5):
            self._lay(self._card)
            if self.reader.wait_for_card(1.5):
                return
            self._lift()
            time.sleep(_UNTIL_PCSCD_LOOKS)
        raise AssertionError("pcscd does not see the card")

    def take_off(self) -> None:
        self._lift()
        assert self.reader.wait_for_removal(10)
        if self._card is not None and self._card.pulled:
            self._card.pulled = False
            time.sleep(_UNTIL_PCSCD_LOOKS)

    def _lay(self, card: Pulled) -> None:
        self._laid = asyncio.run_coroutine_threadsafe(
            lay_on_reader(card, "127.0.0.1", self._server.port), self._loop
        )
        card.on_pull = self._laid.cancel

    def _lift(self) -> None:
        if self._laid is not None:
            self._laid.cancel()
            self._laid = None

    def pull_at(self, instruction: int) -> None:
        assert self._card is not None
        self._card.pull_at = instruction

    def break_down(self) -> None:
        self._server.stop()

    def repair(self) -> None:
        self._server.start()

    def close(self) -> None:
        try:
            self.take_off()
        finally:
            asyncio.run_coroutine_threadsafe(_everything_else_ends(), self._loop).result(10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


@pytest.fixture(scope="session")
def pcscd() -> Iterator[PrivatePcscd]:
    try:
        with private_pcscd() as server:
            yield server
    except UnavailableError as error:
        pytest.skip(str(error))


def _bench(kind: str, request: pytest.FixtureRequest) -> Iterator[Bench]:
    match kind:
        case "in-process":
            yield InProcessBench()
        case "file-slot":
            yield FileSlotBench(request.getfixturevalue("tmp_path"))
        case "pcsc":
            server: PrivatePcscd = request.getfixturevalue("pcscd")
            with (
                asked_from_this_process(server) as reader,
                contextlib.closing(PcscBench(server, reader)) as bench,
            ):
                yield bench


@pytest.fixture(params=["in-process", "file-slot", "pcsc"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    yield from _bench(request.param, request)


@pytest.fixture(params=["in-process", "pcsc"])
def hardware(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The readers on which things break; a file cannot vanish in the middle of a command."""
    yield from _bench(request.param, request)
