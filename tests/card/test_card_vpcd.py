"""The card as a process: what it says to a virtual reader, that it comes back, and that it stops when told."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from pathlib import Path

import pytest

from kiosk_client.card import apdu
from kiosk_client.card.layout import JPKI_AID, File
from kiosk_client.card.software import SoftwareCard
from kiosk_client.card.vpcd import lay_on_reader, main

SELECT_JPKI = apdu.select_application(JPKI_AID)


class Slot:
    """The reader's side of the line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, message: bytes) -> None:
        self._writer.write(len(message).to_bytes(2) + message)

    async def ask(self, message: bytes) -> bytes:
        self.send(message)
        async with asyncio.timeout(10):
            return await self._reader.readexactly(int.from_bytes(await self._reader.readexactly(2)))

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


class VirtualReader:
    """Listens as vpcd does, on a port that stays the same when it comes back."""

    def __init__(self) -> None:
        self.port = 0
        self._slots: asyncio.Queue[Slot] = asyncio.Queue()

    async def __aenter__(self) -> VirtualReader:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._slots.put_nowait(Slot(reader, writer))

    async def slot(self) -> Slot:
        async with asyncio.timeout(10):
            return await self._slots.get()

    async def __aexit__(self, *failure: object) -> None:
        self._server.close()
        await self._server.wait_closed()


async def test_only_requests_for_the_atr_and_commands_are_answered(card: SoftwareCard) -> None:
    async with VirtualReader() as reader, asyncio.TaskGroup() as group:
        laid = group.create_task(lay_on_reader(card, "127.0.0.1", reader.port))
        slot = await reader.slot()
        slot.send(b"\x01")
        assert await slot.ask(b"\x04") == card.atr
        assert await slot.ask(SELECT_JPKI) == b"\x90\x00"
        for control in (b"\x02", b"\x00", b"\x01"):
            slot.send(control)
            # without power in between, the application would still be selected
            assert await slot.ask(apdu.select_file(File.TOKEN_INFO)) == apdu.NOT_FOUND.to_bytes(2)
            assert await slot.ask(SELECT_JPKI) == b"\x90\x00"
        assert await slot.ask(b"") == apdu.WRONG_LENGTH.to_bytes(2)
        await slot.close()
        laid.cancel()


async def test_a_card_comes_back_when_the_reader_does_and_has_kept_its_count(card: SoftwareCard) -> None:
    select_pin = apdu.select_file(File.AUTHENTICATION_PIN)
    async with VirtualReader() as reader, asyncio.TaskGroup() as group:
        laid = group.create_task(lay_on_reader(card, "127.0.0.1", reader.port))
        slot = await reader.slot()
        await slot.ask(SELECT_JPKI)
        await slot.ask(select_pin)
        assert await slot.ask(bytes(apdu.verify(bytearray(b"0000")))) == b"\x63\xc2"
        await slot.close()
        slot = await reader.slot()
        assert await slot.ask(select_pin) == apdu.NOT_FOUND.to_bytes(2)
        await slot.ask(SELECT_JPKI)
        await slot.ask(select_pin)
        assert await slot.ask(apdu.QUERY_TRIES) == b"\x63\xc2"
        await slot.close()
        laid.cancel()


async def test_a_card_waits_for_a_reader_that_is_not_there_yet(card: SoftwareCard) -> None:
    reader = VirtualReader()
    async with reader:
        pass
    async with asyncio.TaskGroup() as group:
        laid = group.create_task(lay_on_reader(card, "127.0.0.1", reader.port))
        await asyncio.sleep(0.01)  # it has been refused at least once
        async with reader:
            slot = await reader.slot()
            assert await slot.ask(b"\x04") == card.atr
            await slot.close()
            laid.cancel()


def test_the_process_ends_cleanly_when_it_is_told_to(
    card_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def stop_once_it_is_there() -> None:
            connection, _ = server.accept()
            with connection:
                os.kill(os.getpid(), signal.SIGTERM)
                assert connection.recv(1) == b""

        thread = threading.Thread(target=stop_once_it_is_there)
        thread.start()
        assert main(["--card", str(card_file), "--port", str(port)]) == 0
        thread.join()
    assert "TEST CARD" in capsys.readouterr().err


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.chmod(0o644)])
def test_without_a_card_the_process_says_why_and_ends(
    card_file: Path, capsys: pytest.CaptureFixture[str], spoil: object
) -> None:
    assert callable(spoil)
    spoil(card_file)
    assert main(["--card", str(card_file), "--port", "1"]) == 1
    assert str(card_file) in capsys.readouterr().err
