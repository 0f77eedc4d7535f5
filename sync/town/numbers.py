"""Numbers of nobody: well-formed, with right check digits, from ranges that begin with 99 or the like.

``place`` counts the people (or households) of a town from 0; the same place has the same numbers in every town.
"""

from __future__ import annotations

from certificates.domain.identifiers import (
    CardSerial,
    HouseholdNumber,
    MunicipalityCode,
    ResidentNumber,
    card_serial,
    mod11_check_digit,
    municipality_code,
    numbered,
)

MUNICIPALITY: MunicipalityCode = municipality_code("992011")
"""見本県みほん市: no prefecture has the code 99."""


_FIRST_RESIDENT = 10_000_000_001
_FIRST_HOUSEHOLD = 20_000_000_001


def resident(place: int) -> ResidentNumber:
    return ResidentNumber(numbered(_FIRST_RESIDENT + place))


def household(place: int) -> HouseholdNumber:
    return HouseholdNumber(numbered(_FIRST_HOUSEHOLD + place))


def place_of(number: ResidentNumber | HouseholdNumber) -> int:
    """The reverse of ``resident`` and ``household``."""
    serial = int(number[:14])
    return serial - (_FIRST_HOUSEHOLD if serial >= _FIRST_HOUSEHOLD else _FIRST_RESIDENT)


def individual_number(place: int) -> str:
    """個人番号: 11 digits and the check digit (番号法施行令8条, 施行規則5条: weights 2–7, mod 11)."""
    body = f"99{place * 104_729 % 10**9:09d}"
    return body + mod11_check_digit(body)


def resident_code(place: int) -> str:
    """住民票コード: 10 digits and the check digit (住民基本台帳法施行規則1条)."""
    body = f"99{place * 7_919 % 10**8:08d}"
    return body + mod11_check_digit(body)


def serial(place: int, generation: int = 0) -> CardSerial:
    """Serial number of a card certificate; each renewal is a new ``generation`` (0 to 255)."""
    # the odd factor scatters without collisions in 40 bits
    return card_serial(f"7{generation:02x}{place * 2_654_435_761 % 2**40:010x}")


def seal_registration(place: int) -> str:
    """印鑑登録番号."""
    return f"{900_000 + place:08d}"


def residence_card(place: int) -> str:
    """在留カード等の番号: two letters, eight digits, two letters."""
    return f"ZZ{place * 7_919 % 10**8:08d}ZZ"
