"""The staff code: whoever enters it may let a kiosk go on that stood still."""

from __future__ import annotations

import hashlib
import hmac
import logging
from typing import Final

from kiosk_client.ports import Monotonic

_TRIES: Final = 5
_PAUSE: Final = 60.0  # seconds after the last of them
_log = logging.getLogger(__name__)


class StaffDoor:
    """Compares in constant time and counts: five wrong codes in a row shut it for a minute."""

    def __init__(self, code: str, monotonic: Monotonic) -> None:
        self._digest = _digest(code)
        self._monotonic = monotonic
        self._wrong = 0
        self._shut_until = float("-inf")

    def opens(self, code: str) -> bool:
        now = self._monotonic()
        if now < self._shut_until:
            return False
        if hmac.compare_digest(_digest(code), self._digest):
            self._wrong = 0
            return True
        self._wrong += 1
        _log.warning("staff-code-wrong", extra={"times": self._wrong})
        if self._wrong >= _TRIES:
            self._wrong, self._shut_until = 0, now + _PAUSE
        return False


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
