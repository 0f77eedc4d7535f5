"""印鑑登録証明書 (印鑑登録証明事務処理要領): the registered imprint of the holder, and nothing of the household."""

from __future__ import annotations

from datetime import date

from certificates.domain import items as item
from certificates.domain.age import require_age
from certificates.domain.blocks import Entry, Slot, required
from certificates.domain.kinds import CertificateKind
from certificates.domain.kinds.kind import Body, Counter, FormName, Granted, Kind, Scope
from certificates.domain.kinds.resident_record import require_staying
from certificates.domain.resident import Resident
from certificates.errors import RefusedError
from certificates.problems import ProblemCode

_FORM = FormName("seal")
_LEAST_AGE = 15  # 印鑑登録証明事務処理要領 第2-2: nobody younger registers a seal


def _require_registrable(holder: Resident, today: date) -> None:
    require_staying(holder, today)
    require_age(holder, _LEAST_AGE, today)


def _body(granted: Granted) -> Body:
    if granted.seal is None:
        raise RefusedError(ProblemCode.NO_SEAL_REGISTRATION)
    (holder,) = granted.subjects
    _, other = item.other_name(holder)
    return Body(
        form=_FORM,
        scope=Scope.ONE,
        blocks=(
            {
                Slot.NAME: item.name(holder),
                Slot.OTHER_NAME: other,
                Slot.BIRTH: item.birth(holder),
                Slot.ADDRESS: Entry(label="住所", lines=(required("住所", holder.address),)),
                Slot.NOTES: Entry(label="備考"),
            },
        ),
        imprint=granted.seal.imprint,
    )


SEAL_REGISTRATION = Kind(
    kind=CertificateKind.SEAL_REGISTRATION,
    title="印鑑登録証明書",
    title_en="Seal registration certificate (印鑑登録証明書)",
    counters=frozenset(Counter),
    members=False,
    items=frozenset(),
    needs_seal=True,
    forms=frozenset({_FORM}),
    statements={Scope.ONE: "この写しは、登録された印影と相違ないことを証明する。"},
    require=_require_registrable,
    body=_body,
)
