"""転出証明書 (住民基本台帳法施行令23条): that a move-out was notified, with what the new municipality enters."""

from __future__ import annotations

from datetime import date

from certificates.domain import items as item
from certificates.domain.blocks import Block, Entry, Slot, agreed
from certificates.domain.dates import japanese_date
from certificates.domain.kinds import CertificateKind
from certificates.domain.kinds.kind import Body, Counter, FormName, Granted, Kind, Scope
from certificates.domain.resident import ResidencyStatus, Resident
from certificates.errors import RefusedError
from certificates.problems import ProblemCode

_FORM = FormName("moving-out")


def _require_moving(resident: Resident, today: date) -> None:
    if resident.status is not ResidencyStatus.MOVING_OUT or resident.removed_on is None:
        raise RefusedError(ProblemCode.NOT_MOVING_OUT)


def _body(granted: Granted) -> Body:
    """Those of the household who move on the same day to the same place."""
    movers = granted.subjects
    shared = {
        Slot.ADDRESS: ("住所", [mover.address for mover in movers]),
        Slot.HOUSEHOLD_HEAD: ("世帯主", [mover.household_head for mover in movers]),
        Slot.MOVING_TO: ("転出先", [mover.planned_destination or "" for mover in movers]),
        Slot.MOVING_ON: (
            "転出予定年月日",
            ["" if mover.removed_on is None else japanese_date(mover.removed_on) for mover in movers],
        ),
    }
    return Body(
        form=_FORM,
        scope=Scope.ONE,
        head={
            slot: Entry(label=label, lines=(agreed(label, found),)) for slot, (label, found) in shared.items()
        },
        blocks=tuple(_block(mover) for mover in movers),
    )


def _block(mover: Resident) -> Block:
    other_kana, other = item.other_name(mover)
    return {
        Slot.NAME_KANA: item.name_kana(mover),
        Slot.INDIVIDUAL_NUMBER: item.individual_number(mover),
        Slot.NAME: item.name(mover),
        Slot.RESIDENT_CODE: item.resident_code(mover),
        Slot.OTHER_NAME_KANA: other_kana,
        Slot.OTHER_NAME: other,
        Slot.BIRTH: item.birth(mover),
        Slot.SEX: item.sex(mover),
        Slot.RELATION: item.relation(mover),
        **item.origin(mover, asked=True),
        Slot.NOTES: Entry(label="備考"),
    }


MOVING_OUT = Kind(
    kind=CertificateKind.MOVING_OUT,
    title="転出証明書",
    title_en="Certificate of moving out (転出証明書)",
    counters=frozenset({Counter.STAFF_DESK}),
    members=True,
    movers=True,
    items=frozenset(),
    forms=frozenset({_FORM}),
    statements={Scope.ONE: "上記のとおり転出の届出があったことを証明する。"},
    require=_require_moving,
    body=_body,
)
