"""The specimens of a profile: every kind that it offers, for invented residents, decided by the rules that issue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from certificates.domain.application import Application
from certificates.domain.clock import JST
from certificates.domain.content import CertificateContent, certificate_content
from certificates.domain.dates import RecordedDate
from certificates.domain.entitlement import RecordView, Watermark, decide, standing
from certificates.domain.identifiers import numbered, order_id, resident_number
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind
from certificates.domain.kinds.kind import Counter, Kind
from certificates.domain.kinds.table import KINDS
from certificates.domain.municipality import Municipality
from certificates.domain.resident import Resident, Sex
from certificates.domain.seal import SealRegistration
from certificates.errors import KofuError
from certificates.pdf.fonts import Typeface
from certificates.pdf.gallery_people import moving
from certificates.pdf.sample_people import draw_seal, family, foreigner


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """``name`` is the file's, ``ja`` and ``en`` say what it shows; ``content`` or why there is none."""

    name: str
    kind: CertificateKind
    ja: str
    en: str
    content: CertificateContent | KofuError = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One household's application; ``chosen`` are places in ``rows``, None is everybody."""

    name: str
    ja: str
    en: str
    rows: tuple[Resident, ...]
    chosen: tuple[int, ...] | None = None
    bare: bool = False


def specimens(municipality: Municipality, face: Typeface, today: date) -> Iterator[Specimen]:
    """Each kind for Japanese and foreign residents, and one of it for every other period of office."""
    serial = 0
    others = [one.since for one in municipality.signatories if one != municipality.signatory_on(today)]
    for kind in (KINDS[one] for one in municipality.fees):
        cases = _cases(kind, municipality.full_name)
        days = [(case, today, "") for case in cases]
        days += [(cases[0], since, f"-{since.isoformat()}") for since in others]
        for case, day, suffix in days:
            serial += 1
            signatory = municipality.signatory_on(day)
            yield Specimen(
                name=f"{kind.kind.value}-{case.name}{suffix}",
                kind=kind.kind,
                ja=f"{case.ja}・{signatory.title}" if suffix else case.ja,
                en=f"{case.en}, {'acting mayor' if signatory.is_acting else 'mayor'} of {day}"
                if suffix
                else case.en,
                content=_content(kind, case, municipality, face, day, serial),
            )


def _cases(kind: Kind, place: str) -> Sequence[_Case]:
    home: tuple[Resident, ...] = family(place)
    alone: tuple[Resident, ...] = (foreigner(place),)
    if kind.movers:
        home, alone = moving(home), moving(alone)
    if not kind.members:
        return (
            _Case(name="holder", ja="本人", en="the holder", rows=home),
            _Case(name="foreign", ja="外国人住民", en="a foreign resident", rows=alone),
        )
    return (
        _Case(name="household", ja="世帯全員", en="the whole household", rows=home),
        _Case(
            name="pages", ja="世帯全員・2枚", en="a household of six, two pages", rows=_with_children(home)
        ),
        _Case(name="bare", ja="記載事項を省略", en="optional items left out", rows=home, bare=True),
        _Case(name="part", ja="世帯の一部", en="part of the household", rows=home, chosen=(1, 2)),
        _Case(name="one", ja="1人", en="one person", rows=home, chosen=(1,)),
        _Case(name="foreign", ja="外国人住民", en="a foreign resident", rows=alone),
    )


def _with_children(home: tuple[Resident, ...]) -> tuple[Resident, ...]:
    return (*home, _child(home, 1, "見子"), _child(home, 2, "本子"))


def _child(home: tuple[Resident, ...], place: int, name: str) -> Resident:
    """Born where the household lives now, with numbers of their own."""
    born = RecordedDate.of(date(2020 + place, 8, 8))
    return replace(
        home[2],
        number=resident_number(numbered(77020 + place)),
        name=f"𠮷見　{name}",
        birth=born,
        sex=Sex.FEMALE,
        became_resident=born,
        address_since=born,
        individual_number=f"{place}23456789012",
        resident_code=f"{place}2345678900",
    )


def _content(
    kind: Kind, case: _Case, municipality: Municipality, face: Typeface, day: date, serial: int
) -> CertificateContent | KofuError:
    now = datetime.combine(day, time(12), JST)
    members = None if case.chosen is None else tuple(case.rows[place].number for place in case.chosen)
    counter = Counter.KIOSK if Counter.KIOSK in kind.counters else Counter.STAFF_DESK
    try:
        view = RecordView(
            holder=case.rows[0].number,
            rows=case.rows,
            seal=_seal(case.rows[0], face) if kind.needs_seal else None,
            suppressions=(),
            pending=False,
            watermark=Watermark(applied=1, known=1, heard_at=now - timedelta(seconds=1)),
        )
        items = kind.usual if case.bare else kind.items & standing(view, municipality, now, counter).items
        application = Application(kind=kind.kind, members=members, items=items)
        entitlement = decide(view, application, municipality, now, counter)
        number = IssueNumber(municipality=municipality.code, serial=serial)
        return certificate_content(entitlement, municipality, number, order_id(f"{serial:032x}"), day)
    except KofuError as refusal:
        return refusal


def _seal(holder: Resident, face: Typeface) -> SealRegistration:
    return draw_seal(holder, "見本" if holder.foreign is None else "麻里亜", face)
