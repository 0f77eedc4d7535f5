"""The software card as a process of its own, which pcscd's virtual reader vpcd takes for hardware.

``python -m kiosk_client.card.vpcd --card FILE --port N`` lays the card on the reader; SIGTERM takes it off.
A process of its own, because an emulator that falls silent hangs all of pcscd.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from certificates.errors import ConfigurationError
from kiosk_client.card import cardfile

_POWER_OFF: Final = b"\x00"
_POWER_ON: Final = b"\x01"
_RESET: Final = b"\x02"
_ATR: Final = b"\x04"

_CONNECT_WITHIN: Final = 5.0  # seconds
_FIRST_PAUSE: Final = 0.05  # seconds before connecting again, doubled up to the longest
_LONGEST_PAUSE: Final = 2.0

_log = logging.getLogger(__name__)


class Chip(Protocol):
    """What lies on the reader: `SoftwareCard`, or one of a test's own making."""

    atr: bytes

    def power_on(self) -> None: ...

    def power_off(self) -> None: ...

    def process(self, command: bytes) -> bytes: ...


async def lay_on_reader(chip: Chip, host: str, port: int) -> None:
    """Keep ``chip`` on the reader that listens at ``host:port`` until cancelled.

    While nothing listens (pcscd is being restarted) it connects again, at most every two seconds.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            async with asyncio.timeout(_CONNECT_WITHIN):
                reader, writer = await asyncio.open_connection(host, port)
        except OSError:  # TimeoutError is one
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            continue
        _log.info("card-on-reader", extra={"host": host, "port": port})
        try:
            # The reader speaks when it has something to ask, which may be never: no time-out belongs here.
            with suppress(asyncio.IncompleteReadError, OSError):
                await _answer(chip, reader, writer)
        finally:
            writer.transport.abort()
            chip.power_off()
        _log.info("reader-gone", extra={"host": host, "port": port})
        pause = _FIRST_PAUSE
        await asyncio.sleep(pause)


async def _answer(chip: Chip, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection: two bytes of length, then a control byte or a command, in both directions."""
    connection: socket.socket = writer.get_extra_info("socket")

    async def receive(size: int) -> bytes:
        data = await reader.readexactly(size)
        # The reader holds the message back until its length has been acknowledged, and the kernel puts that
        # off: 44 ms a command instead of a fraction of one. The option lasts for one acknowledgement only.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return data

    while True:
        message = await receive(int.from_bytes(await receive(2)))
        if message == _POWER_OFF:
            chip.power_off()
            continue
        if message in (_POWER_ON, _RESET):
            chip.power_on()
            continue
        answer = chip.atr if message == _ATR else chip.process(message)
        writer.write(len(answer).to_bytes(2) + answer)
        await writer.drain()


async def _until_stopped(chip: Chip, host: str, port: int) -> None:
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(lay_on_reader(chip, host, port))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, serving.cancel)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m kiosk_client.card.vpcd", description=__doc__)
    parser.add_argument("--card", type=Path, required=True, help="file of the test card")
    parser.add_argument("--port", type=int, required=True, help="port that vpcd listens on")
    parser.add_argument("--host", default="127.0.0.1", help="where pcscd runs (default %(default)s)")
    options = parser.parse_args(arguments)
    try:
        card = cardfile.load(options.card)
    except (OSError, ConfigurationError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"{options.card}: {cardfile.NOTICE}\n")
    asyncio.run(_until_stopped(card, options.host, options.port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
