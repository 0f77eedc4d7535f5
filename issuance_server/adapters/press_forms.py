"""The forms of a day, filled in for invented people, so that they are laid out before the first order comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from certificates.domain.application import Application
from certificates.domain.content import CertificateContent, certificate_content
from certificates.domain.entitlement import Entitlement, Watermark
from certificates.domain.household import Household
from certificates.domain.identifiers import order_id
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind
from certificates.domain.kinds.table import KINDS
from certificates.domain.municipality import Municipality
from certificates.domain.resident import Resident
from certificates.domain.seal import SealImprint, SealRegistration
from certificates.errors import KofuError
from certificates.pdf.sample_people import family

_DAY = date(2020, 1, 1)
_IMPRINT = SealImprint(width=240, height=240, dots_per_mm=24, rows=bytes(30 * 240))


def forms_of(municipality: Municipality, day: date) -> Iterator[CertificateContent]:
    """One content for each kind on offer and each household of one to four; what cannot be made so is left out."""
    people = family()
    for kind in municipality.fees:
        for size in range(1, len(people) + 1):
            try:
                entitlement = _entitled(kind, people[:size])
                yield certificate_content(
                    entitlement,
                    municipality,
                    IssueNumber(municipality=municipality.code, serial=1),
                    order_id("0" * 32),
                    day,
                )
            except (
                KofuError
            ):  # a kind that these people cannot have: its form is laid out when it is asked for
                continue


def _entitled(kind: CertificateKind, people: tuple[Resident, ...]) -> Entitlement:
    seal = None
    if KINDS[kind].needs_seal:
        seal = SealRegistration(
            resident=people[0].number,
            history=1,
            registration_number="1",
            registered_on=_DAY,
            imprint=_IMPRINT,
        )
    household = Household.of(people)
    return Entitlement(
        application=Application(kind=kind, items=KINDS[kind].usual),
        holder=people[0],
        household=household,
        subjects=household.members if KINDS[kind].members else people[:1],
        seal=seal,
        watermark=Watermark(applied=1, known=1, heard_at=datetime.combine(_DAY, datetime.min.time(), UTC)),
    )
