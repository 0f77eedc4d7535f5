"""A hardware reader through pcscd; the only module that knows pyscard.

pyscard's low-level calls are used because they give every result code and leave nothing running: its monitor
thread ends for good when pcscd does. A PIN passes through buffers of pyscard and libpcsclite, which nobody
wipes: a process that must leave nothing behind ends after the conversation.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from smartcard import scard

from kiosk_client.card import hresult
from kiosk_client.card.errors import CardRemovedError, ReaderUnavailableError
from kiosk_client.card.ports import CardConnection, Response

_PROTOCOLS: Final[int] = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
_SLICE: Final = 1.0  # seconds in one blocking call, so that a signal is noticed
_PAUSE: Final = 0.2  # seconds between two looks for a reader or pcscd that is gone

_log = logging.getLogger(__name__)


class PcscReader:
    """The first reader whose name contains ``name`` (empty: the first of all).

    Holds no resources: each call opens its own context, so it works again once pcscd has been restarted.
    Which pcscd is asked is the environment's choice (``PCSCLITE_CSOCK_NAME``), which libpcsclite reads once in
    the life of a process.
    """

    def __init__(self, name: str = "") -> None:
        self._name = name

    @contextmanager
    def connect(self) -> Iterator[CardConnection]:
        with _context() as context:
            result, handle, protocol = scard.SCardConnect(
                context, self._find(context), scard.SCARD_SHARE_EXCLUSIVE, _PROTOCOLS
            )
            _require(result)
            try:
                yield _Connection(handle, protocol)
            except BaseException:
                _cut_power(handle)
                raise
            # A card that keeps its power would go on signing for whoever comes next.
            _require(_cut_power(handle), in_command=True)

    def wait_for_card(self, timeout: float) -> bool:
        return self._wait(timeout, present=True)

    def wait_for_removal(self, timeout: float) -> bool:
        return self._wait(timeout, present=False)

    def _wait(self, timeout: float, *, present: bool) -> bool:
        deadline = time.monotonic() + timeout
        while True:
            try:
                with _context() as context:
                    return self._watch(context, deadline, present=present)
            except ReaderUnavailableError:
                if time.monotonic() + _PAUSE >= deadline:
                    raise
            time.sleep(_PAUSE)

    def _watch(self, context: int, deadline: float, *, present: bool) -> bool:
        reader = self._find(context)
        known: int = scard.SCARD_STATE_UNAWARE
        milliseconds = 0  # the first call only asks
        while True:
            result, states = scard.SCardGetStatusChange(context, milliseconds, [(reader, known)])
            if hresult.code(result) != hresult.TIMEOUT:
                _require(result)
                known = states[0][1]
                if known & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
                    raise ReaderUnavailableError("the reader was unplugged: connect it again")
                if bool(known & scard.SCARD_STATE_PRESENT) == present:
                    return True
            rest = deadline - time.monotonic()
            if rest <= 0:
                return False
            milliseconds = max(1, int(min(rest, _SLICE) * 1000))

    def _find(self, context: int) -> str:
        result, names = scard.SCardListReaders(context, [])
        _require(result)
        for name in names:
            if self._name in name:
                return str(name)
        raise ReaderUnavailableError(
            f"no reader named like {self._name!r}; there are: {', '.join(names) or 'none'}"
        )


class _Connection:
    def __init__(self, handle: int, protocol: int) -> None:
        self._handle = handle
        t1 = protocol == scard.SCARD_PROTOCOL_T1
        self._header: int = scard.SCARD_PCI_T1 if t1 else scard.SCARD_PCI_T0

    def transmit(self, apdu: bytes | bytearray) -> Response:
        result, answer = scard.SCardTransmit(self._handle, self._header, list(apdu))
        _require(result, in_command=True)
        if len(answer) < 2:  # a virtual reader reports a vanished card as success without an answer
            raise CardRemovedError
        octets = bytes(octet & 0xFF for octet in answer)
        return Response(data=octets[:-2], sw=int.from_bytes(octets[-2:]))


@contextmanager
def _context() -> Iterator[int]:
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _require(result)
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def _cut_power(handle: int) -> int:
    result: int = scard.SCardDisconnect(handle, scard.SCARD_UNPOWER_CARD)
    if result != hresult.SUCCESS:
        _log.warning("card-power-not-cut", extra={"result": f"{hresult.code(result):08X}"})
    return result


def _require(result: int, *, in_command: bool = False) -> None:
    if result != hresult.SUCCESS:
        raise hresult.error_for(result, in_command=in_command)
