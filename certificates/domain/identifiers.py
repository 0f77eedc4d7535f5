"""Identifiers of the field, each its own type so that none can stand in for another."""

from __future__ import annotations

import re
from operator import mul
from typing import NewType

from certificates.errors import InvalidValueError

MunicipalityCode = NewType("MunicipalityCode", str)
"""全国地方公共団体コード: 5 digits and a check digit (JIS X 0401/0402, 総務省告示)."""
ResidentNumber = NewType("ResidentNumber", str)
"""宛名番号: 15 digits, the last a check digit (mod 11)."""
HouseholdNumber = NewType("HouseholdNumber", str)
"""世帯番号: 15 digits, the last a check digit (mod 11)."""
CardSerial = NewType("CardSerial", str)
"""Serial number of the user-authentication certificate (利用者証明用電子証明書), lower-case hexadecimal."""
OrderId = NewType("OrderId", str)
"""128 random bits, 32 lower-case hexadecimal digits."""
SessionId = NewType("SessionId", str)
"""128 random bits, 32 lower-case hexadecimal digits."""
KioskId = NewType("KioskId", str)
"""Identity of one kiosk terminal, as in its X.509 certificate."""

_HEX_128 = re.compile(r"[0-9a-f]{32}\Z")
_HEX = re.compile(r"[1-9a-f][0-9a-f]{0,39}\Z")  # RFC 5280 4.1.2.2: a positive integer of at most 20 octets
_KIOSK = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}\Z")


_WEIGHTS = tuple(2 + place % 6 for place in range(32))
_ZEROS = tuple(ord("0") * sum(_WEIGHTS[:length]) for length in range(len(_WEIGHTS) + 1))
_CHECK_DIGITS = tuple(str((11 - rest) % 11 % 10) for rest in range(11))


def mod11_check_digit(digits: str) -> str:
    """Check digit with weights 2–7 from the right; a remainder of 0 or 1 gives 0 (住民記録システム標準仕様書)."""
    total: int = sum(map(mul, digits.encode()[::-1], _WEIGHTS)) - _ZEROS[len(digits)]
    return _CHECK_DIGITS[total % 11]


def numbered(serial: int) -> str:
    """The 15-digit number (宛名番号, 世帯番号) whose first 14 digits are ``serial``."""
    if not 0 < serial < 10**14:
        raise InvalidValueError("番号", "is not between 1 and 14 digits")
    body = f"{serial:014d}"
    return body + mod11_check_digit(body)


def _checked_15(value: str, field: str) -> str:
    if len(value) != 15 or not (value.isascii() and value.isdigit()):
        raise InvalidValueError(field, "must be 15 digits")
    if mod11_check_digit(value[:-1]) != value[-1]:
        raise InvalidValueError(field, "has a wrong check digit (mod 11, weights 2–7)")
    return value


def resident_number(value: str) -> ResidentNumber:
    return ResidentNumber(_checked_15(value, "宛名番号"))


def household_number(value: str) -> HouseholdNumber:
    return HouseholdNumber(_checked_15(value, "世帯番号"))


def municipality_code(value: str) -> MunicipalityCode:
    """Raises InvalidValueError unless the sixth digit checks (weights 6 5 4 3 2, mod 11)."""
    if len(value) != 6 or not (value.isascii() and value.isdigit()):
        raise InvalidValueError("団体コード", "must be 6 digits")
    total = sum(int(d) * w for d, w in zip(value[:5], (6, 5, 4, 3, 2), strict=True))
    if str((11 - total % 11) % 10) != value[5]:
        raise InvalidValueError("団体コード", "has a wrong check digit")
    return MunicipalityCode(value)


def card_serial(value: str | int) -> CardSerial:
    text = f"{value:x}" if isinstance(value, int) else value
    if not _HEX.match(text):
        raise InvalidValueError("電子証明書の発行番号", "must be 1 to 40 lower-case hexadecimal digits")
    return CardSerial(text)


def order_id(value: str) -> OrderId:
    if not _HEX_128.match(value):
        raise InvalidValueError("order", "must be 32 lower-case hexadecimal digits")
    return OrderId(value)


def session_id(value: str) -> SessionId:
    if not _HEX_128.match(value):
        raise InvalidValueError("session", "must be 32 lower-case hexadecimal digits")
    return SessionId(value)


def kiosk_id(value: str) -> KioskId:
    if not _KIOSK.match(value):
        raise InvalidValueError("kiosk", "must be 1 to 32 letters, digits or hyphens")
    return KioskId(value)
