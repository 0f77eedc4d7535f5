"""Lets a municipality's line run again at this kiosk after a broken binding: two people, written down."""

from __future__ import annotations

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import InvalidValueError
from kiosk_client.ports import Journal
from kiosk_client.record import LineReleased, standing


async def release_line(
    journal: Journal, municipality: MunicipalityCode, *, by: str, confirmed_by: str
) -> None:
    """Raises InvalidValueError unless two different people are named and the line is stopped."""
    if not by.strip() or not confirmed_by.strip() or by.strip() == confirmed_by.strip():
        raise InvalidValueError("--confirmed-by", "must name a second person")
    if municipality not in standing(journal.entries).stopped:
        raise InvalidValueError(municipality, "this municipality's line is not stopped here")
    await journal.append(
        LineReleased(municipality=municipality, by=by.strip(), confirmed_by=confirmed_by.strip())
    )
