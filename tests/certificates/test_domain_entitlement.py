"""Who may have what: the holder and the household, and everything that refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from certificates.domain.application import Application
from certificates.domain.dates import RecordedDate
from certificates.domain.entitlement import RecordView, Watermark, decide, standing
from certificates.domain.identifiers import numbered, resident_number
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.municipality import MovingOutPolicy, Municipality
from certificates.domain.resident import ResidencyStatus
from certificates.domain.suppression import Suppression, SuppressionReason
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from certificates.profiles.reading import load_profile, shipped_profile
from tests.certificates.residents import HOUSEHOLD, NOON, resident, seal, view

RECORD = Application(kind=CertificateKind.RESIDENT_RECORD)
SEAL = Application(kind=CertificateKind.SEAL_REGISTRATION)


@pytest.fixture
def town() -> Municipality:
    return load_profile(shipped_profile("992011"))


def refusal(
    view_: RecordView, application: Application, town: Municipality, now: datetime = NOON
) -> ProblemCode:
    with pytest.raises(RefusedError) as refused:
        decide(view_, application, town, now)
    return refused.value.code


def test_the_whole_household_comes_in_the_order_of_the_certificate(town: Municipality) -> None:
    child_2 = resident(4, relation="子", birth=RecordedDate(2012, 1, 1))
    child_1 = resident(3, relation="子", birth=RecordedDate(2010, 1, 1))
    wife, mother = resident(2, relation="妻"), resident(5, relation="母", birth=RecordedDate(1950, 1, 1))
    entitlement = decide(view(resident(1), child_2, mother, wife, child_1), RECORD, town, NOON)
    assert [m.relation for m in entitlement.subjects] == ["世帯主", "妻", "子", "子", "母"]
    assert [m.birth.year for m in entitlement.subjects[2:4]] == [2010, 2012]
    assert entitlement.whole_household


def test_one_chosen_member_is_an_individual_form_and_not_the_whole_household(town: Municipality) -> None:
    wife = resident(2, relation="妻")
    chosen = Application(kind=CertificateKind.RESIDENT_RECORD, members=(wife.number,))
    entitlement = decide(view(resident(), wife), chosen, town, NOON)
    assert entitlement.subjects == (wife,)
    assert not entitlement.whole_household


def test_somebody_of_another_household_cannot_be_chosen(town: Municipality) -> None:
    stranger = Application(kind=CertificateKind.RESIDENT_RECORD, members=(resident_number(numbered(77)),))
    assert refusal(view(), stranger, town) is ProblemCode.NO_SUCH_MEMBER


def test_a_removed_member_never_appears_and_cannot_be_chosen(town: Municipality) -> None:
    gone = resident(2, relation="妻", status=ResidencyStatus.DECEASED, removed_on=date(2026, 1, 1))
    assert len(decide(view(resident(), gone), RECORD, town, NOON).subjects) == 1
    chosen = Application(kind=CertificateKind.RESIDENT_RECORD, members=(gone.number,))
    assert refusal(view(resident(), gone), chosen, town) is ProblemCode.NO_SUCH_MEMBER


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (ResidencyStatus.MOVING_OUT, ProblemCode.MOVING_OUT),
        (ResidencyStatus.MOVED_OUT, ProblemCode.NOT_RESIDENT),
        (ResidencyStatus.DECEASED, ProblemCode.NOT_RESIDENT),
        (ResidencyStatus.REMOVED, ProblemCode.NOT_RESIDENT),
    ],
)
def test_a_holder_who_leaves_or_left_is_refused(
    town: Municipality, status: ResidencyStatus, code: ProblemCode
) -> None:
    assert refusal(view(resident(status=status, removed_on=date(2026, 12, 1))), RECORD, town) is code


def test_who_else_is_refused_on_a_move_out_is_the_municipality_s_policy(town: Municipality) -> None:
    leaving = resident(2, relation="子", status=ResidencyStatus.MOVING_OUT, removed_on=date(2026, 12, 1))
    both = view(resident(), leaving)
    holder_only = Application(kind=CertificateKind.RESIDENT_RECORD, members=(both.holder,))
    assert decide(both, holder_only, town, NOON).subjects[0].number == both.holder
    assert refusal(both, RECORD, town) is ProblemCode.MOVING_OUT
    strict = replace(town, policy=replace(town.policy, moving_out=MovingOutPolicy.HOUSEHOLD))
    assert refusal(both, holder_only, strict) is ProblemCode.MOVING_OUT


@pytest.mark.parametrize("whose", ["holder", "other member", "household"])
def test_one_suppression_in_the_household_refuses_everything(town: Municipality, whose: str) -> None:
    wife = resident(2, relation="妻")
    target = {
        "holder": {"resident": resident().number},
        "other member": {"resident": wife.number},
        "household": {"household": HOUSEHOLD},
    }[whose]
    standing_one = Suppression(
        key="s1",
        reason=SuppressionReason.PROTECTION_PROVISIONAL,
        since=date(2020, 1, 1),
        **target,  # type: ignore[arg-type]  # one of the two keys, by the table above
    )
    protected = view(resident(), wife, suppressions=(standing_one,))
    assert refusal(protected, RECORD, town) is ProblemCode.SUPPRESSED
    released = replace(protected, suppressions=(replace(standing_one, released=True),))
    assert decide(released, RECORD, town, NOON).whole_household


def test_under_fifteen_is_refused_until_the_birthday_in_japan(town: Municipality) -> None:
    eve = datetime(2026, 11, 20, 14, 59, tzinfo=UTC)
    fresh = Watermark(applied=7, known=7, heard_at=eve)
    young = view(resident(birth=RecordedDate(2011, 11, 21)), watermark=fresh)
    assert refusal(young, RECORD, town, eve) is ProblemCode.UNDER_AGE
    midnight = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 21 November, 0:00 in Japan
    assert decide(young, RECORD, town, midnight).holder.birth.year == 2011


def test_an_unknown_birth_date_never_gives_an_entitlement(town: Municipality) -> None:
    unknown = view(resident(birth=RecordedDate(note="年月日不詳")))
    assert refusal(unknown, RECORD, town) is ProblemCode.DATE_UNKNOWN


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"pending": True}, ProblemCode.CHANGE_PENDING),
        ({"watermark": Watermark(applied=6, known=7, heard_at=NOON)}, ProblemCode.REGISTER_GAP),
        (
            {"watermark": Watermark(applied=7, known=7, heard_at=NOON - timedelta(seconds=601))},
            ProblemCode.REGISTER_STALE,
        ),
    ],
)
def test_a_copy_that_may_be_wrong_refuses(
    town: Municipality, change: dict[str, object], code: ProblemCode
) -> None:
    assert refusal(view(**change), RECORD, town) is code


def test_a_card_whose_resident_is_not_in_the_register_is_unknown(town: Municipality) -> None:
    assert refusal(view(holder=resident_number(numbered(5))), RECORD, town) is ProblemCode.UNKNOWN_SERIAL


def test_a_seal_certificate_is_for_the_holder_with_a_valid_registration(town: Municipality) -> None:
    assert decide(view(seal=seal()), SEAL, town, NOON).seal == seal()
    assert refusal(view(), SEAL, town) is ProblemCode.NO_SEAL_REGISTRATION
    cancelled = view(seal=seal(cancelled_on=date(2026, 11, 20)))
    assert refusal(cancelled, SEAL, town) is ProblemCode.NO_SEAL_REGISTRATION
    assert refusal(view(seal=seal(2)), SEAL, town) is ProblemCode.NO_SEAL_REGISTRATION


def test_only_what_the_municipality_offers_can_be_had(town: Municipality) -> None:
    no_seal = replace(town, fees={CertificateKind.RESIDENT_RECORD: 300})
    assert refusal(view(seal=seal()), SEAL, no_seal) is ProblemCode.KIND_NOT_OFFERED
    plain = replace(town, items=frozenset())
    with_number = Application(
        kind=CertificateKind.RESIDENT_RECORD, items=frozenset({OptionalItem.INDIVIDUAL_NUMBER})
    )
    assert refusal(view(), with_number, plain) is ProblemCode.OPTION_NOT_OFFERED


def test_an_individual_number_that_is_not_recorded_cannot_be_certified(town: Municipality) -> None:
    wanted = Application(
        kind=CertificateKind.RESIDENT_RECORD, items=frozenset({OptionalItem.INDIVIDUAL_NUMBER})
    )
    assert refusal(view(), wanted, town) is ProblemCode.LEGAL_ITEM_MISSING


def test_the_seal_certificate_is_offered_only_to_who_has_a_registration(town: Municipality) -> None:
    kinds = dict(standing(view(seal=seal()), town, NOON).kinds)
    assert CertificateKind.SEAL_REGISTRATION in kinds
    assert CertificateKind.SEAL_REGISTRATION not in dict(standing(view(), town, NOON).kinds)
