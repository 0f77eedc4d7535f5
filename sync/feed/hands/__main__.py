"""``python -m sync.feed.hands SOCKET``: one hand, started by a service and ended with it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from datetime import UTC, datetime

from certificates.errors import ConfigurationError, KofuError
from certificates.service.interpreter import collect_rarely, take_short_turns
from certificates.service.journal import log_to_stderr, place_only
from certificates.service.keyring import load_trusted_keys
from certificates.wire.codec import encode
from certificates.wire.jose import Party, Role
from sync.copy.database import open_database
from sync.feed.hands.talk import BUFFER, Beginning, Word, error_to_bytes, hear, say, say_soon
from sync.feed.reception import Reception

_log = logging.getLogger(__name__)
_CONNECTIONS = 1


async def work(ours: socket.socket) -> None:
    """Take in one delivery after the other until the service closes its end, or is no more."""
    reader, writer = await asyncio.open_connection(sock=ours, limit=BUFFER)
    with contextlib.suppress(EOFError):
        _, content = await hear(reader)
        given = Beginning.from_bytes(content)
        engine = open_database(given.database, pool_size=_CONNECTIONS)
        try:
            try:
                trusted = load_trusted_keys(given.trusted_keys)
            except ConfigurationError as error:
                return await say(writer, Word.ERROR, error_to_bytes(error))
            reception = Reception(
                engine, trusted, given.municipality, lambda: datetime.now(UTC), given.patience
            )
            collect_rarely()
            take_short_turns()
            await say(writer, Word.READ)  # at work
            while True:
                _, frame = await hear(reader)
                await _serve(
                    reader, writer, reception, frame, Party(role=Role.REGISTRY, name=given.municipality)
                )
        finally:
            await engine.dispose()


async def _serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    reception: Reception,
    frame: bytes,
    sender: Party,
) -> None:
    try:
        arrived = await reception.read(frame, sender)
        await say(writer, Word.READ)
        await hear(reader)
        receipt = await reception.take_in(arrived, lambda: say_soon(writer, Word.BEGUN))
    except EOFError:
        raise
    except KofuError as error:
        await say(writer, Word.ERROR, error_to_bytes(error))
    except Exception as error:  # noqa: BLE001 - one delivery may not stop those behind it
        # its text may quote a resident, so the log gets the place alone
        _log.exception("bug", exc_info=place_only(error))
        await say(writer, Word.ERROR, error_to_bytes(error))
    else:
        await say(writer, Word.RECEIPT, encode(receipt))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the service, whose end is ours too
    log_to_stderr(os.environ.get("KOFU_LOG_LEVEL", "info"))
    asyncio.run(work(socket.socket(fileno=int(sys.argv[1]))))
