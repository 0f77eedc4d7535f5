"""The visits of the demonstration: who comes, what they want, and how it must end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from certificates.domain.clock import JST
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.resident import Resident
from certificates.problems import ProblemCode
from load_tests.town.folder import PIN
from sync.change.events import Change
from sync.registry.moves import move_within
from sync.registry.state import Entry, RegisterState
from sync.town import Scenario, Town

NEW_ADDRESS = "見本県みほん市新居町三丁目１４番１５号　みほん荘２０１号室"
_ALL = frozenset({OptionalItem.RELATION, OptionalItem.HONSEKI, OptionalItem.FOREIGN})
_NOBODYS_PIN = "9876"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVisit:
    """``refusal`` None means a certificate; ``wrong_pin`` visits end with the customer's own cancel."""

    slug: str
    title: str
    scenario: Scenario
    kind: CertificateKind = CertificateKind.RESIDENT_RECORD
    members: tuple[int, ...] | None = None
    items: frozenset[OptionalItem] = field(default=_ALL)
    pins: tuple[str, ...] = (PIN,)
    refusal: ProblemCode | None = None
    wrong_pin: bool = False


PLAN: tuple[PlannedVisit, ...] = (
    PlannedVisit(slug="household", title="住民票の写し（世帯全員）", scenario=Scenario.HOUSEHOLD_OF_FOUR),
    PlannedVisit(
        slug="one-member",
        title="住民票の写し（本人のみ）",
        scenario=Scenario.SUPPLEMENTARY_NAME,
        members=(0,),
    ),
    PlannedVisit(
        slug="seal",
        title="印鑑登録証明書",
        scenario=Scenario.VARIANT_NAME,
        kind=CertificateKind.SEAL_REGISTRATION,
    ),
    PlannedVisit(
        slug="items",
        title="住民票記載事項証明書（世帯全員の氏名・住所・生年月日・続柄）",
        scenario=Scenario.HOUSEHOLD_OF_FOUR,
        kind=CertificateKind.RESIDENT_ITEMS,
        items=frozenset({OptionalItem.ADDRESS, OptionalItem.BIRTH, OptionalItem.RELATION}),
    ),
    PlannedVisit(
        slug="wrong-pin",
        title="暗証番号の誤り",
        scenario=Scenario.LIVES_ALONE,
        pins=(_NOBODYS_PIN,),
        wrong_pin=True,
    ),
    PlannedVisit(
        slug="revoked",
        title="失効した電子証明書",
        scenario=Scenario.WITHOUT_SEAL,
        refusal=ProblemCode.CARD_CERTIFICATE_REVOKED,
    ),
    PlannedVisit(
        slug="protected",
        title="支援措置の対象者",
        scenario=Scenario.PROTECTED,
        refusal=ProblemCode.SUPPRESSED,
    ),
    PlannedVisit(
        slug="pending",
        title="未反映の異動がある世帯",
        scenario=Scenario.LARGE_HOUSEHOLD,
        refusal=ProblemCode.CHANGE_PENDING,
    ),
)
BEFORE_MOVE = PlannedVisit(slug="before-move", title="転居の前", scenario=Scenario.FORMER_SURNAME)
AFTER_MOVE = PlannedVisit(slug="after-move", title="転居の後", scenario=Scenario.FORMER_SURNAME)


def entry() -> Entry:
    now = datetime.now(UTC)
    return Entry(id=secrets.token_hex(16), time=now, on=now.astimezone(JST).date())


def household_of(state: RegisterState, town: Town, scenario: Scenario) -> tuple[Resident, ...]:
    return state.household(town.person(scenario).resident.household)


def move(state: RegisterState, town: Town) -> Change:
    """転居 of the whole household of the moving scenario; ``state`` is brought forward too."""
    everybody = [row.number for row in household_of(state, town, AFTER_MOVE.scenario)]
    change = move_within(state, everybody, NEW_ADDRESS, entry())
    state.take(change)
    return change


def change_that_cannot_be_applied(state: RegisterState, town: Town) -> Change:
    """A 転居 whose 履歴番号 leaves one out: the copy must hold it back, and issue nothing for the household."""
    everybody = [row.number for row in household_of(state, town, Scenario.LARGE_HOUSEHOLD)]
    change = move_within(state, everybody, NEW_ADDRESS, entry())
    skipped = tuple(replace(row, history=row.history + 1) for row in change.subjects.residents)
    return replace(change, subjects=replace(change.subjects, residents=skipped))
