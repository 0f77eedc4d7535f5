"""Each kind of certificate says what it must, to whom it may, at the counter where it is handed out, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from certificates.domain.application import Application
from certificates.domain.blocks import LEFT_OUT, Slot
from certificates.domain.content import CertificateContent, certificate_content
from certificates.domain.dates import RecordedDate
from certificates.domain.entitlement import RecordView, decide, standing
from certificates.domain.identifiers import order_id
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.kinds.kind import Counter
from certificates.domain.kinds.table import KINDS
from certificates.domain.resident import ForeignStatus, ResidencyStatus, Resident
from certificates.errors import InvalidValueError, RefusedError
from certificates.pdf.forms.form import sheets
from certificates.pdf.samples import sample_municipality
from certificates.problems import ProblemCode
from tests.certificates.residents import NOON, resident, seal, view

TOWN = sample_municipality()
RECORD, ITEMS = CertificateKind.RESIDENT_RECORD, CertificateKind.RESIDENT_ITEMS
SEAL, MOVING = CertificateKind.SEAL_REGISTRATION, CertificateKind.MOVING_OUT
DESK, KIOSK = Counter.STAFF_DESK, Counter.KIOSK
FOREIGN = {
    "honseki": None,
    "foreign": ForeignStatus(nationality="ブラジル", category="特別永住者", card_number="XX00000000XX"),
}


def issued(
    seen: RecordView, application: Application, counter: Counter = Counter.KIOSK
) -> CertificateContent:
    entitlement = decide(seen, application, TOWN, NOON, counter)
    number = IssueNumber(municipality=TOWN.code, serial=1)
    return certificate_content(entitlement, TOWN, number, order_id("0f" * 16), date(2026, 11, 20))


def items_of(seen: RecordView, *items: OptionalItem, **given: object) -> CertificateContent:
    wanted = Application(kind=ITEMS, items=frozenset(items), **given)  # type: ignore[arg-type]  # a builder
    return issued(seen, wanted)


def mover(serial: int = 1, **given: object) -> Resident:
    plain: dict[str, object] = {
        "status": ResidencyStatus.MOVING_OUT,
        "removed_on": date(2026, 12, 1),
        "planned_destination": "架空県かくう市架空１番地",
        "individual_number": "123456789018",
        "resident_code": "98765432101",
    }
    return resident(serial, **{**plain, **given})


def labels(certificate: CertificateContent, index: int = 0) -> list[str]:
    return [entry.label for entry in certificate.blocks[index].values()]


def test_only_the_chosen_items_stand_on_a_certificate_of_items() -> None:
    certificate = items_of(view(resident(former_surname="旧見本")), OptionalItem.BIRTH, OptionalItem.HONSEKI)
    assert (certificate.title, certificate.form) == ("住民票記載事項証明書", "items")
    assert certificate.statement == "上記の事項は、住民票に記載があることを証明する。"
    assert certificate.head == {}
    names = ["氏名の振り仮名", "氏名", "旧氏の振り仮名", "旧氏"]
    assert labels(certificate) == [*names, "生年月日", "筆頭者", "本籍"]
    assert LEFT_OUT not in certificate.values()
    plain = items_of(view(), OptionalItem.ADDRESS, OptionalItem.RELATION)
    assert [entry.label for entry in plain.head.values()] == ["住所", "世帯主"]
    assert labels(plain) == ["氏名の振り仮名", "氏名", "続柄"]


def test_of_a_mixed_household_each_has_the_items_that_their_record_has() -> None:
    other = resident(2, name="SAMPLE ANA", relation="妻", **FOREIGN)
    certificate = items_of(view(resident(), other), OptionalItem.HONSEKI, OptionalItem.FOREIGN)
    assert "本籍" in labels(certificate, 0)
    assert "国籍・地域" not in labels(certificate, 0)
    assert "在留カード等の番号" in labels(certificate, 1)
    assert "本籍" not in labels(certificate, 1)


def test_a_certificate_of_items_needs_one() -> None:
    with pytest.raises(InvalidValueError):
        Application(kind=ITEMS)


def test_a_moving_out_certificate_says_who_moves_where_and_when() -> None:
    wife = mover(2, name="架空　花子", relation="妻")
    staying = resident(3, name="架空　残", relation="子")
    wanted = Application(kind=MOVING, members=(mover().number, wife.number))
    certificate = issued(view(mover(), wife, staying), wanted, DESK)
    assert {slot: entry.lines for slot, entry in certificate.head.items()} == {
        Slot.ADDRESS: (mover().address,),
        Slot.HOUSEHOLD_HEAD: ("架空　太郎",),
        Slot.MOVING_TO: ("架空県かくう市架空１番地",),
        Slot.MOVING_ON: ("令和8年12月1日",),
    }
    assert [block[Slot.NAME].lines for block in certificate.blocks] == [("架空　太郎",), ("架空　花子",)]
    assert certificate.blocks[0][Slot.RESIDENT_CODE].lines == ("98765432101",)
    assert "架空　残" not in certificate.values()


def test_the_resident_code_is_for_the_staff_desk_alone() -> None:
    seen = view(resident(resident_code="98765432101"))
    wanted = Application(kind=RECORD, items=frozenset({OptionalItem.RESIDENT_CODE}))
    assert "98765432101" in issued(seen, wanted, DESK).values()
    listing = replace(TOWN, items=frozenset(OptionalItem))
    assert OptionalItem.RESIDENT_CODE not in standing(seen, listing, NOON).items


def test_the_form_can_be_asked_for_and_the_attestation_stays_that_of_the_members() -> None:
    two = view(resident(), resident(2, name="架空　花子", relation="妻"))
    one = (resident().number,)
    forms = {
        (members, individual): issued(
            two, Application(kind=RECORD, members=members, individual=individual), DESK
        )
        for members in (None, one)
        for individual in (None, False, True)
    }
    assert {asked: made.form for asked, made in forms.items()} == {
        (None, None): "household",
        (None, False): "household",
        (None, True): "individual",
        (one, None): "individual",
        (one, False): "household",
        (one, True): "individual",
    }
    assert len(sheets(forms[None, True])) == 2
    assert "世帯全員" in forms[None, True].statement
    assert forms[one, False].statement == forms[one, True].statement
    with pytest.raises(RefusedError) as refused:
        Application(kind=SEAL, individual=True)
    assert refused.value.code is ProblemCode.OPTION_NOT_OFFERED


def test_a_standing_offers_what_the_counter_hands_out_and_the_household_can_have() -> None:
    at_kiosk, at_desk = standing(view(), TOWN, NOON), standing(view(), TOWN, NOON, DESK)
    kiosk, desk = ({kind for kind, _ in stand.kinds} for stand in (at_kiosk, at_desk))
    assert {RECORD, ITEMS} <= kiosk == desk - {MOVING}
    assert MOVING in desk
    assert SEAL not in desk
    assert OptionalItem.HONSEKI in at_kiosk.items
    assert OptionalItem.FOREIGN not in at_kiosk.items
    assert standing(view(resident(**FOREIGN)), TOWN, NOON).items >= {OptionalItem.FOREIGN}


UNKNOWN = RecordedDate(note="年月日不詳")
FOREIGN_ONLY = frozenset({OptionalItem.FOREIGN})
HONSEKI_ONLY = frozenset({OptionalItem.HONSEKI})


@pytest.mark.parametrize(
    ("seen", "application", "counter", "code", "detail"),
    [
        pytest.param(
            view(mover()),
            Application(kind=MOVING),
            KIOSK,
            ProblemCode.MOVING_OUT,
            "",
            id="a mover at a kiosk",
        ),
        pytest.param(
            view(), Application(kind=MOVING), KIOSK, ProblemCode.STAFF_DESK_ONLY, "moving-out", id="desk only"
        ),
        pytest.param(
            view(),
            Application(kind=RECORD, items=frozenset({OptionalItem.RESIDENT_CODE})),
            KIOSK,
            ProblemCode.STAFF_DESK_ONLY,
            "resident-code",
            id="an item of the desk",
        ),
        pytest.param(
            view(),
            Application(kind=RECORD, items=FOREIGN_ONLY),
            KIOSK,
            ProblemCode.OPTION_NOT_APPLICABLE,
            "foreign",
            id="在留資格 of Japanese residents only",
        ),
        pytest.param(
            view(resident(**FOREIGN)),
            Application(kind=ITEMS, items=HONSEKI_ONLY),
            KIOSK,
            ProblemCode.OPTION_NOT_APPLICABLE,
            "honseki",
            id="本籍 of foreign residents only",
        ),
        pytest.param(
            view(resident(), resident(2, name="架空　次", relation="子", **FOREIGN)),
            Application(kind=RECORD, members=(resident().number,), items=FOREIGN_ONLY),
            KIOSK,
            ProblemCode.OPTION_NOT_APPLICABLE,
            "foreign",
            id="the one chosen is Japanese",
        ),
        pytest.param(
            view(resident(birth=UNKNOWN)),
            Application(kind=RECORD),
            KIOSK,
            ProblemCode.DATE_UNKNOWN,
            "生年月日",
            id="an age that cannot be counted",
        ),
        pytest.param(
            view(resident(birth=UNKNOWN), seal=seal()),
            Application(kind=SEAL),
            DESK,
            ProblemCode.DATE_UNKNOWN,
            "生年月日",
            id="a seal of unknown age",
        ),
        pytest.param(
            view(resident(birth=RecordedDate(2015)), seal=seal()),
            Application(kind=SEAL),
            DESK,
            ProblemCode.UNDER_AGE,
            "",
            id="a seal of a child",
        ),
        pytest.param(
            view(), Application(kind=MOVING), DESK, ProblemCode.NOT_MOVING_OUT, "", id="nobody moves out"
        ),
        pytest.param(
            view(mover(planned_destination=None)),
            Application(kind=MOVING),
            DESK,
            ProblemCode.LEGAL_ITEM_MISSING,
            "転出先",
            id="no destination",
        ),
        pytest.param(
            view(mover(), mover(2, removed_on=date(2026, 12, 2), relation="妻")),
            Application(kind=MOVING),
            DESK,
            ProblemCode.LEGAL_ITEM_MISSING,
            "転出予定年月日: members of one household disagree",
            id="two days",
        ),
        pytest.param(
            view(mover(resident_code=None)),
            Application(kind=MOVING),
            DESK,
            ProblemCode.LEGAL_ITEM_MISSING,
            "住民票コード",
            id="no resident code",
        ),
        pytest.param(
            view(resident(), mover(2, status=ResidencyStatus.MOVED_OUT, relation="妻")),
            Application(kind=RECORD, members=(mover(2).number,)),
            DESK,
            ProblemCode.NO_SUCH_MEMBER,
            "",
            id="one who has left",
        ),
        pytest.param(
            view(mover(status=ResidencyStatus.MOVED_OUT)),
            Application(kind=MOVING),
            DESK,
            ProblemCode.NOT_RESIDENT,
            "moved-out",
            id="the holder has left",
        ),
    ],
)
def test_what_may_not_be_had_is_refused_by_code_and_item(
    seen: RecordView, application: Application, counter: Counter, code: ProblemCode, detail: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        issued(seen, application, counter)
    assert (refused.value.code, refused.value.detail) == (code, detail)


def test_every_kind_says_where_it_is_handed_out_and_what_it_attests() -> None:
    for kind in KINDS.values():
        assert kind.counters
        assert kind.usual <= kind.items
        assert all(text.endswith("証明する。") for text in kind.statements.values())
    assert Counter.KIOSK not in KINDS[MOVING].counters
