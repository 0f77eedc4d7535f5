"""A visit of an invented holder, played through the kiosk's own state machine: what the screen is told at each stop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from certificates.domain.entitlement import RecordView, Watermark, standing
from certificates.domain.items import lacks
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.municipality import Municipality
from certificates.pdf.fonts import Typeface
from certificates.pdf.sample_people import draw_seal, family
from certificates.profiles.reading import load_profile, shipped_profile
from certificates.wire.transcript import TranscriptHash
from certificates.wire.visit import Menu, OfferedKind, OfferedMember
from kiosk_client.municipalities import OfferedMunicipality
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.machine import step
from kiosk_client.session.rules import Rules
from kiosk_client.usecases.serve import Snapshot
from kiosk_client.web.pages.page import Object
from kiosk_client.web.view import Viewer

_CODES: Final = ("992011", "993212")
_DIGIT: Final = on.PressDigit(digit=0)  # the screen shows how many, never which
_FIRST_COIN, _MONEY = 100, 600  # yen


def visit_views(face: Typeface, now: datetime) -> Iterator[Object]:
    """``screen`` frames as ``docs/kiosk.md`` describes them: 住民票の写し of one member, every kind that is offered."""
    municipalities = [load_profile(shipped_profile(code)) for code in _CODES]
    offered = menu(municipalities[0], face, now)
    viewer = Viewer(
        [
            OfferedMunicipality(code=one.code, name=one.full_name, name_en=one.name_en)
            for one in municipalities
        ]
    )
    rules = Rules(municipalities=frozenset(one.code for one in municipalities))
    visit = at.Visit()
    for number, (stop, events) in enumerate(_stops(offered), start=1):
        for event in events:
            visit, _ = step(visit, event, now=0.0, rules=rules)
        if not isinstance(visit.screen, stop):  # the machine passes over what it does not expect
            raise TypeError(f"the visit has come to {type(visit.screen).__name__}, not to {stop.__name__}")
        yield viewer.view(Snapshot(version=number, number=1, at=number, visit=visit, seconds_left=None))


def menu(municipality: Municipality, face: Typeface, now: datetime) -> Menu:
    """What the municipality's rules offer the head of the sample family, who has registered a seal."""
    rows = family(municipality.full_name)
    view = RecordView(
        holder=rows[0].number,
        rows=rows,
        seal=draw_seal(rows[0], "𠮷見一郎", face),
        suppressions=(),
        pending=False,
        watermark=Watermark(applied=1, known=1, heard_at=now - timedelta(seconds=1)),
    )
    stand = standing(view, municipality, now)
    return Menu(
        transcript=TranscriptHash(bytes(32)),
        municipality=municipality.code,
        municipality_name=municipality.full_name,
        kinds=tuple(OfferedKind(kind=kind, fee=fee) for kind, fee in stand.kinds),
        items=stand.items,
        members=tuple(
            OfferedMember(resident=one.number, name=one.name, relation=one.relation, lacks=lacks(one))
            for one in stand.household.members
        ),
    )


def _stops(offered: Menu) -> Iterator[tuple[type[at.Screen], tuple[on.Event, ...]]]:
    """Screens to be shown, each with what happens since the one before."""
    kind = CertificateKind.RESIDENT_RECORD
    fee = next(one.fee for one in offered.kinds if one.kind is kind)
    items = tuple(on.ToggleItem(item=one) for one in (OptionalItem.RELATION, OptionalItem.HONSEKI))
    yield at.Welcome, ()
    yield at.ChooseMunicipality, (on.Start(), on.PickService())
    yield at.PlaceCard, (on.PickMunicipality(code=offered.municipality),)
    yield at.EnterPin, (on.CardPlaced(), _DIGIT, _DIGIT)
    yield at.TakeCardOff, (_DIGIT, _DIGIT, on.Next(), on.Proved(menu=offered))
    yield at.ChooseKind, (on.CardRemoved(),)
    yield at.ChooseMembers, (on.PickKind(kind=kind), on.ToggleMember(index=1))
    yield at.ChooseItems, (on.Next(), *items)
    yield at.Confirm, (on.Next(), on.Next())
    yield at.Paying, (on.Next(), on.Delivered(sheets=1), on.MoneyInserted(total=_FIRST_COIN))
    yield at.Printing, (on.MoneyInserted(total=_MONEY), on.FeeHeld(paid=fee, change=_MONEY - fee))
    yield at.TakeCertificate, (on.Printed(),)
