"""Seals and cards belong to residents: whether there is one."""

from __future__ import annotations

from certificates.domain.identifiers import ResidentNumber
from sync.change.reasons import Stream
from sync.checks.faults import Fault
from sync.checks.picture import Picture


def stranger(resident: ResidentNumber, picture: Picture) -> Fault | None:
    """One whose own change is set aside is given the benefit of the doubt: nothing is issued for them anyway."""
    if picture.quarantine.holds(Stream.RESIDENTS, resident):
        return None
    known = picture.residents.get(resident)
    if known is None:
        return Fault.UNKNOWN_RESIDENT
    return None if known.member.is_current else Fault.NOT_CURRENT
