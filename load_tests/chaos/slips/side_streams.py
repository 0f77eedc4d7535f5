"""What a registry may get wrong in the streams of seals, suppressions and card serial numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from certificates.domain.dates import age_on
from certificates.domain.identifiers import card_serial
from certificates.domain.resident import Resident
from certificates.domain.seal import SealRegistration
from certificates.domain.suppression import Suppression, SuppressionReason
from load_tests.chaos.slips.slip import Clerk, Make, Slip
from sync.change.events import CardCertificate, Subjects
from sync.change.reasons import Reason
from sync.checks.faults import Fault
from sync.checks.seals import AGE
from sync.registry.side_streams import register_card
from sync.town.imprints import round_imprint


def _registered_twice(clerk: Clerk, row: Resident) -> Slip | None:
    seal = _in_force(clerk, row)
    if seal is None:
        return None
    return _seal_slip(clerk, Fault.SEAL_EXISTS, Reason.SEAL_REGISTERED, seal, seal)


def _changed_to_none(clerk: Clerk, row: Resident) -> Slip | None:
    seal = _in_force(clerk, row)
    if seal is None:
        return None
    ended = replace(seal, cancelled_on=clerk.today)
    return _seal_slip(clerk, Fault.NO_SEAL, Reason.SEAL_CHANGED, ended, seal)


def _ended_before_it_began(clerk: Clerk, row: Resident) -> Slip | None:
    seal = _in_force(clerk, row)
    if seal is None:
        return None
    ended = replace(seal, cancelled_on=seal.registered_on - timedelta(days=1))
    return _seal_slip(clerk, Fault.SEAL_DAYS, Reason.SEAL_ABOLISHED, ended, seal)


def _too_young(clerk: Clerk, row: Resident) -> Slip | None:
    """A child's registration, ended by the correction."""
    if row.birth.exact is None or age_on(row.birth, clerk.today) >= AGE or row.number in clerk.state.seals:
        return None
    seal = SealRegistration(
        resident=row.number,
        history=1,
        registration_number="00990001",
        registered_on=clerk.today,
        imprint=round_imprint(row.number),
    )
    return clerk.beside_residents(
        Fault.UNDER_FIFTEEN,
        Reason.SEAL_REGISTERED,
        Subjects(seals=(seal,)),
        Reason.SEAL_ABOLISHED,
        Subjects(seals=(replace(seal, history=2, cancelled_on=clerk.today),)),
    )


def _released_unheard_of(clerk: Clerk, row: Resident) -> Slip | None:
    return _suppression_slip(clerk, Fault.UNKNOWN_SUPPRESSION, Reason.SUPPRESSION_RELEASED, row)


def _entered_as_released(clerk: Clerk, row: Resident) -> Slip | None:
    return _suppression_slip(clerk, Fault.SUPPRESSION_MISMATCH, Reason.SUPPRESSED, row)


def _removed_unheard_of(clerk: Clerk, row: Resident) -> Slip | None:
    serial = card_serial(f"9{clerk.beside.id[:15]}")
    card = CardCertificate(serial=serial, resident=row.number, removed=True)
    wrong = clerk.entry("wrong").change(Reason.CARD_REMOVED, Subjects(cards=(card,)))
    right = register_card(clerk.state, row.number, serial, clerk.entry("right"))
    return Slip(wrong=((wrong, Fault.UNKNOWN_SERIAL),), right=right)


def _in_force(clerk: Clerk, row: Resident) -> SealRegistration | None:
    seal = clerk.state.seals.get(row.number)
    return seal if seal is not None and seal.is_valid else None


def _seal_slip(
    clerk: Clerk, fault: Fault, reason: Reason, wrong: SealRegistration, true: SealRegistration
) -> Slip:
    """改印 says anew what is registered."""
    return clerk.beside_residents(
        fault,
        reason,
        Subjects(seals=(replace(wrong, history=wrong.history + 1),)),
        Reason.SEAL_CHANGED,
        Subjects(seals=(replace(true, history=true.history + 2),)),
    )


def _suppression_slip(clerk: Clerk, fault: Fault, reason: Reason, row: Resident) -> Slip:
    """A 支援措置 that was never entered arrives as released; the correction enters it."""
    wrong = Suppression(
        key=f"X{clerk.beside.id[:12]}",
        reason=SuppressionReason.PROTECTION,
        since=clerk.today,
        resident=row.number,
        released=True,
    )
    right = Subjects(suppressions=(replace(wrong, released=False),))
    return clerk.beside_residents(fault, reason, Subjects(suppressions=(wrong,)), Reason.SUPPRESSED, right)


SIDE_STREAMS: Mapping[Fault, Make] = {
    Fault.SEAL_EXISTS: _registered_twice,
    Fault.NO_SEAL: _changed_to_none,
    Fault.SEAL_DAYS: _ended_before_it_began,
    Fault.UNDER_FIFTEEN: _too_young,
    Fault.UNKNOWN_SUPPRESSION: _released_unheard_of,
    Fault.SUPPRESSION_MISMATCH: _entered_as_released,
    Fault.UNKNOWN_SERIAL: _removed_unheard_of,
}
