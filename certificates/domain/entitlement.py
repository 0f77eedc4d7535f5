"""Who may have what: the one decision, made from one snapshot of the register's copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from certificates.domain.age import require_age
from certificates.domain.application import Application
from certificates.domain.clock import JST
from certificates.domain.household import Household
from certificates.domain.identifiers import ResidentNumber
from certificates.domain.items import lacks
from certificates.domain.kinds import STAFF_DESK_ITEMS, WITHHELD, CertificateKind, OptionalItem
from certificates.domain.kinds.kind import Counter, Granted, Kind
from certificates.domain.kinds.table import KINDS
from certificates.domain.municipality import MovingOutPolicy, Municipality, Policy
from certificates.domain.resident import ResidencyStatus, Resident
from certificates.domain.seal import SealRegistration
from certificates.domain.suppression import Suppression
from certificates.errors import InvalidValueError, RefusedError
from certificates.problems import ProblemCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """How far the copy has come: the number applied, the highest number known, when the registry was last heard.

    ``heard_at`` is the registry's own time of its last message (batch or heartbeat).
    """

    applied: int
    known: int
    heard_at: datetime

    def __post_init__(self) -> None:
        if self.heard_at.tzinfo is None:
            raise InvalidValueError("heard_at", "needs a time zone")

    def age_seconds(self, now: datetime) -> float:
        """Seconds since the registry was last heard, never below zero."""
        return max(0.0, (now - self.heard_at).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """Everything one decision needs, as one read snapshot saw it.

    ``rows`` are the current rows of everybody of the holder's household, removed ones included;
    ``pending`` is true when a change that names one of them has been received and not applied. ``unplaced``: the
    numbers of changes not applied of which nobody can read what household they name.
    """

    holder: ResidentNumber
    rows: tuple[Resident, ...]
    seal: SealRegistration | None
    suppressions: tuple[Suppression, ...]
    pending: bool
    watermark: Watermark
    unplaced: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """The decision: these residents, on this kind, from this state of the register."""

    application: Application
    holder: Resident
    household: Household
    subjects: tuple[Resident, ...]
    seal: SealRegistration | None
    watermark: Watermark

    @property
    def whole_household(self) -> bool:
        """世帯全員, whether asked for as such or by choosing everybody."""
        return len(self.subjects) == len(self.household.members)

    @property
    def granted(self) -> Granted:
        """What the kind makes the certificate of."""
        return Granted(
            subjects=self.subjects,
            items=self.application.items,
            chosen=self.application.members is not None,
            whole=self.whole_household,
            individual=self.application.individual,
            seal=self.seal,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What may be offered to a holder: the household, the kinds with their fees in yen, the items that may be asked for."""

    holder: Resident
    household: Household
    kinds: tuple[tuple[CertificateKind, int], ...]
    items: frozenset[OptionalItem]


def standing(
    view: RecordView, municipality: Municipality, now: datetime, counter: Counter = Counter.KIOSK
) -> Standing:
    """The holder's standing at ``counter``, before a choice is made. Raises RefusedError.

    At the staff desk a clerk has identified the applicant, so what rules the use of a card does not apply.
    """
    policy = municipality.policy
    _check_register(view, policy, now)
    holder = next((row for row in view.rows if row.number == view.holder), None)
    if holder is None:
        raise RefusedError(ProblemCode.UNKNOWN_SERIAL, "the card's resident is not in the register")
    if not holder.is_current:
        raise RefusedError(ProblemCode.NOT_RESIDENT, holder.status.value)
    if counter is Counter.KIOSK:
        _check_card_holder(holder, policy, _local_day(now))
    household = Household.of(view.rows)
    _check_suppressions(view, household)
    if counter is Counter.KIOSK:
        _check_moving_out(household, policy)
    kinds = tuple(
        (kind, fee)
        for kind, fee in municipality.fees.items()
        if counter in KINDS[kind].counters
        and (not KINDS[kind].needs_seal or (view.seal is not None and view.seal.is_valid))
    )
    recorded = frozenset(OptionalItem) - frozenset.intersection(*map(lacks, household.members))
    items = _offered(municipality, counter) & recorded
    return Standing(holder=holder, household=household, kinds=kinds, items=items)


def decide(
    view: RecordView,
    application: Application,
    municipality: Municipality,
    now: datetime,
    counter: Counter = Counter.KIOSK,
) -> Entitlement:
    """Entitle ``application`` or raise RefusedError with the code that the resident reads.

    住民基本台帳法12条 (own record and household), 印鑑登録証明事務処理要領 (the holder only).
    """
    stand = standing(view, municipality, now, counter)
    kind = KINDS[application.kind]
    if counter not in kind.counters:
        raise RefusedError(ProblemCode.STAFF_DESK_ONLY, application.kind.value)
    if application.kind not in municipality.fees:
        raise RefusedError(ProblemCode.KIND_NOT_OFFERED, application.kind.value)
    _check_items(application.items, municipality, counter)
    subjects = _subjects(stand, application, kind)
    for subject in subjects:
        kind.require(subject, _local_day(now))
    for item in sorted(application.items, key=attrgetter("value")):
        if all(item in lacks(subject) for subject in subjects):
            raise RefusedError(ProblemCode.OPTION_NOT_APPLICABLE, item.value)
    return Entitlement(
        application=application,
        holder=stand.holder,
        household=stand.household,
        subjects=subjects,
        seal=_seal(view, stand.holder) if kind.needs_seal else None,
        watermark=view.watermark,
    )


def _offered(municipality: Municipality, counter: Counter) -> frozenset[OptionalItem]:
    """Everything at the staff desk; at a kiosk what the law does not withhold and what the municipality lists."""
    if counter is Counter.STAFF_DESK:
        return frozenset(OptionalItem)
    return (frozenset(OptionalItem) - WITHHELD | municipality.items) - STAFF_DESK_ITEMS


def _check_items(items: frozenset[OptionalItem], municipality: Municipality, counter: Counter) -> None:
    refused = items - _offered(municipality, counter)
    for item in sorted(refused, key=attrgetter("value")):
        code = ProblemCode.STAFF_DESK_ONLY if item in STAFF_DESK_ITEMS else ProblemCode.OPTION_NOT_OFFERED
        raise RefusedError(code, item.value)


def _local_day(now: datetime) -> date:
    """The Japanese calendar day: ages and periods count in JST wherever the server runs."""
    return now.astimezone(JST).date()


def _check_register(view: RecordView, policy: Policy, now: datetime) -> None:
    mark = view.watermark
    if mark.applied < mark.known:
        raise RefusedError(ProblemCode.REGISTER_GAP, f"applied {mark.applied}, known {mark.known}")
    if mark.age_seconds(now) > policy.max_register_age_seconds:
        raise RefusedError(ProblemCode.REGISTER_STALE, f"last heard {mark.age_seconds(now):.0f} s ago")
    if view.pending:
        raise RefusedError(ProblemCode.CHANGE_PENDING)


def _check_card_holder(holder: Resident, policy: Policy, today: date) -> None:
    if holder.status is ResidencyStatus.MOVING_OUT:
        raise RefusedError(ProblemCode.MOVING_OUT)
    require_age(holder, policy.minimum_age, today)


def _check_suppressions(view: RecordView, household: Household) -> None:
    """支援措置 reaches the person and everybody who lives with them: one in the household refuses all."""
    numbers = {member.number for member in household.members}
    for suppression in view.suppressions:
        if suppression.released:
            continue
        if suppression.household == household.number or suppression.resident in numbers:
            raise RefusedError(ProblemCode.SUPPRESSED)


def _check_moving_out(household: Household, policy: Policy) -> None:
    if policy.moving_out is MovingOutPolicy.HOUSEHOLD and any(
        member.status is ResidencyStatus.MOVING_OUT for member in household.members
    ):
        raise RefusedError(ProblemCode.MOVING_OUT, "a member of the household")


def _seal(view: RecordView, holder: Resident) -> SealRegistration:
    seal = view.seal
    if seal is None or not seal.is_valid:
        raise RefusedError(ProblemCode.NO_SEAL_REGISTRATION)
    if seal.resident != holder.number:
        raise RefusedError(ProblemCode.NO_SEAL_REGISTRATION, "the registration is another person's")
    return seal


def _subjects(stand: Standing, application: Application, kind: Kind) -> tuple[Resident, ...]:
    members = stand.household.members if kind.members else (stand.holder,)
    if application.members is None:
        chosen = members
    else:
        wanted = set(application.members)
        chosen = tuple(member for member in members if member.number in wanted)
        if len(chosen) != len(wanted):
            raise RefusedError(ProblemCode.NO_SUCH_MEMBER)
    if OptionalItem.INDIVIDUAL_NUMBER in application.items and any(
        member.individual_number is None for member in chosen
    ):
        raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, "個人番号 asked for and not recorded")
    return chosen
