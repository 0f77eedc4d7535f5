"""住民票の写し (住民基本台帳法12条): the household or some of its members, in 世帯連記式 or as 個人票."""

from __future__ import annotations

from datetime import date

from certificates.domain import items as item
from certificates.domain.blocks import LEFT_OUT, Block, Entry, Slot, agreed
from certificates.domain.kinds import WITHHELD, CertificateKind, OptionalItem
from certificates.domain.kinds.kind import Body, Counter, FormName, Granted, Kind, Scope
from certificates.domain.resident import ResidencyStatus, Resident
from certificates.errors import RefusedError
from certificates.problems import ProblemCode

HOUSEHOLD = FormName("household")  # 世帯連記式: four residents a sheet
INDIVIDUAL = FormName("individual")  # 個人票: one resident


def require_staying(resident: Resident, today: date) -> None:
    """Raises RefusedError: nobody who has given notice of a move-out."""
    if resident.status is ResidencyStatus.MOVING_OUT:
        raise RefusedError(ProblemCode.MOVING_OUT, "a chosen member")


def _body(granted: Granted) -> Body:
    subjects = granted.subjects
    one = granted.chosen and len(subjects) == 1
    individual = one if granted.individual is None else granted.individual
    head = LEFT_OUT
    if OptionalItem.RELATION in granted.items:
        head = agreed("世帯主", (subject.household_head for subject in subjects))
    address = agreed("住所", (subject.address for subject in subjects))
    return Body(
        form=INDIVIDUAL if individual else HOUSEHOLD,
        scope=Scope.ONE if one else Scope.WHOLE if granted.whole else Scope.PART,
        head={
            Slot.ADDRESS: Entry(label="住所", lines=(address,)),
            Slot.HOUSEHOLD_HEAD: Entry(label="世帯主", lines=(head,)),
        },
        blocks=tuple(_block(subject, granted.items) for subject in subjects),
    )


def _block(resident: Resident, items: frozenset[OptionalItem]) -> Block:
    other_kana, other = item.other_name(resident)
    origin = dict(item.origin(resident, asked=item.kept_for(resident) in items))
    return {
        Slot.NAME_KANA: item.name_kana(resident),
        Slot.INDIVIDUAL_NUMBER: item.individual_number(
            resident, asked=OptionalItem.INDIVIDUAL_NUMBER in items
        ),
        Slot.NAME: item.name(resident),
        Slot.RESIDENT_CODE: item.resident_code(resident, asked=OptionalItem.RESIDENT_CODE in items),
        Slot.BECAME_RESIDENT: item.became_resident(resident),
        Slot.OTHER_NAME_KANA: other_kana,
        Slot.ADDRESS_SINCE: item.address_since(resident),
        Slot.OTHER_NAME: other,
        Slot.NOTIFIED: item.notified(resident),
        Slot.BIRTH: item.birth(resident),
        Slot.SEX: item.sex(resident),
        Slot.RELATION: item.relation(resident, asked=OptionalItem.RELATION in items),
        Slot.ORIGIN_HEAD: origin.pop(Slot.ORIGIN_HEAD),
        Slot.ORIGIN: origin.pop(Slot.ORIGIN),
        Slot.PREVIOUS_ADDRESS: item.previous_address(resident),
        **origin,
        Slot.NOTES: Entry(label="備考"),
    }


RESIDENT_RECORD = Kind(
    kind=CertificateKind.RESIDENT_RECORD,
    title="住民票の写し",
    title_en="Certificate of residence (住民票の写し)",
    counters=frozenset(Counter),
    members=True,
    items=WITHHELD,
    forms=frozenset({HOUSEHOLD, INDIVIDUAL}),
    statements={
        Scope.WHOLE: "この写しは、世帯全員の住民票の原本と相違ないことを証明する。",
        Scope.PART: "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。",
        Scope.ONE: "この写しは、住民票の原本と相違ないことを証明する。",
    },
    require=require_staying,
    body=_body,
)
