"""The session one step after another, without a kiosk around it: the rules, the menu and the draft that steps begin from."""

from __future__ import annotations

from certificates.domain.identifiers import MunicipalityCode, ResidentNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.wire.transcript import TranscriptHash
from certificates.wire.visit import Choice, Menu, OfferedKind, OfferedMember
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session.machine import step
from kiosk_client.session.rules import Rules
from kiosk_client.session.screens import Screen, Visit

MIHON, KAKU = MunicipalityCode("992011"), MunicipalityCode("992020")
RULES = Rules(municipalities=frozenset({MIHON, KAKU}), stopped=frozenset({KAKU}))
MENU = Menu(
    transcript=TranscriptHash(bytes(32)),
    municipality=MIHON,
    municipality_name="見本県みほん市",
    kinds=(OfferedKind(kind=CertificateKind.RESIDENT_RECORD, fee=300),),
    items=frozenset({OptionalItem.RELATION}),
    members=(
        OfferedMember(resident=ResidentNumber("1"), name="見本　太郎", relation="世帯主"),
        OfferedMember(resident=ResidentNumber("2"), name="見本　花子", relation="妻"),
    ),
)
DRAFT = Choice(kind=CertificateKind.RESIDENT_RECORD)


def after(screen: Screen, *events: on.Event, card: bool = False, now: float = 0.0) -> Visit:
    visit = Visit(screen=screen, card_on_reader=card, deadline=60.0)
    for event in events:
        visit, _ = step(visit, event, now=now, rules=RULES)
    return visit


def effects_of(screen: Screen, event: on.Event, *, card: bool = False) -> tuple[do.Effect, ...]:
    return step(Visit(screen=screen, card_on_reader=card), event, now=0.0, rules=RULES)[1]
