"""A reader whose card is a file: the card lies on the reader while the file is there."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kiosk_client.card import cardfile
from kiosk_client.card.in_process import InProcessReader
from kiosk_client.card.ports import CardConnection, Response
from kiosk_client.card.software import SoftwareCard

_GLANCE: Final = 0.05  # seconds between two looks at the file


class FileSlotReader:
    """A `CardReader` for demonstrations, and for a kiosk that is tested from outside its process.

    Moving or linking a card file to ``path`` places the card, taking the file away takes it off, putting
    another in its place exchanges it. A card that comes back has kept its PIN counter. Every method raises
    ConfigurationError for a file that is not a test card.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader = InProcessReader()
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._cards: dict[bytes, SoftwareCard] = {}

    @contextmanager
    def connect(self) -> Iterator[CardConnection]:
        self.look()
        with self._reader.connect() as connection:
            yield _WatchedConnection(self, connection)

    def wait_for_card(self, timeout: float) -> bool:
        return self._wait(timeout, present=True)

    def wait_for_removal(self, timeout: float) -> bool:
        return self._wait(timeout, present=False)

    def look(self) -> bool:
        """Compare the file with what was there before; True when a card lies on the reader now."""
        with self._lock:
            try:
                status = self._path.stat()
                seen = (status.st_ino, status.st_ctime_ns)
                if seen != self._seen:
                    self._take_off()
                    loaded = cardfile.load(self._path)
                    self._reader.place(self._cards.setdefault(loaded.certificate_der, loaded))
                    self._seen = seen
            except FileNotFoundError:
                self._take_off()
            return self._seen is not None

    def _take_off(self) -> None:
        self._seen = None
        self._reader.take_off()

    def _wait(self, timeout: float, *, present: bool) -> bool:
        deadline = time.monotonic() + timeout
        while self.look() != present:
            rest = deadline - time.monotonic()
            if rest <= 0:
                return False
            time.sleep(min(rest, _GLANCE))
        return True


class _WatchedConnection:
    def __init__(self, reader: FileSlotReader, connection: CardConnection) -> None:
        self._reader = reader
        self._connection = connection

    def transmit(self, apdu: bytes | bytearray) -> Response:
        self._reader.look()
        return self._connection.transmit(apdu)
