"""What the PC/SC result codes mean to us (PC/SC part 5; the numbers are those of pcsc-lite and of Windows)."""

from __future__ import annotations

from typing import Final

from kiosk_client.card.errors import (
    CardAbsentError,
    CardBusyError,
    CardError,
    CardLostError,
    CardRemovedError,
    CardResetError,
    ReaderUnavailableError,
)

SUCCESS: Final = 0
TIMEOUT: Final = 0x8010000A

_NO_CARD: Final = 0x8010000C
_NOT_TRANSACTED: Final = 0x80100016
_UNPOWERED: Final = 0x80100067
_REMOVED: Final = 0x80100069

_SILENT: Final = frozenset({0x80100065, 0x80100066, 0x8010000F})  # unsupported, unresponsive, no protocol
_RESET: Final = 0x80100068
_SHARING_VIOLATION: Final = 0x8010000B

_NO_READER: Final = {
    0x80100003: "the connection to pcscd has ended",
    0x80100009: "no such reader is plugged in",
    0x80100017: "the reader was unplugged",
    0x8010001D: "pcscd does not run",
    0x8010001E: "pcscd was stopped",
    0x8010002E: "no reader is plugged in",
}


def code(result: int) -> int:
    """The unsigned form: pyscard gives negative numbers on some platforms."""
    return result & 0xFFFFFFFF


def error_for(result: int, *, in_command: bool) -> CardError:
    """Our error for a result that is not success.

    ``in_command`` tells that a command was on its way: then a missing card has been taken off just now, and
    whether the command was carried out is not known.
    """
    number = code(result)
    if number == _SHARING_VIOLATION:
        return CardBusyError()
    if number == _RESET:
        return CardResetError()
    if number in (_NO_CARD, _REMOVED, _NOT_TRANSACTED, _UNPOWERED):
        return CardRemovedError() if in_command else CardAbsentError()
    if number in _SILENT:
        return CardLostError()
    reason = _NO_READER.get(number, "the reader failed")
    return ReaderUnavailableError(
        f"{reason} ({number:08X}): check its plug and that pcscd runs", outcome_known=not in_command
    )
