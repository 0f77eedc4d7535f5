"""What a certificate says: the items of the law, left out, left blank or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from certificates.domain.application import Application
from certificates.domain.blocks import BLANK, LEFT_OUT, UNUSED, Slot
from certificates.domain.content import CertificateContent, bare, certificate_content
from certificates.domain.dates import RecordedDate
from certificates.domain.entitlement import Entitlement, Watermark
from certificates.domain.household import Household
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.municipality import Signatory
from certificates.domain.official_seal import SealLettering
from certificates.domain.resident import Sex
from tests.certificates.paper import (
    ALL,
    CITY,
    DAY,
    IMPRINT,
    NUMBER,
    ORDER,
    STATUS,
    content,
    foreigner,
    resident,
    with_status,
)


def lines(certificate: CertificateContent, slot: Slot, index: int = 0) -> tuple[str, ...]:
    return certificate.blocks[index][slot].lines


def test_the_head_of_the_sheet_names_the_municipality_with_its_prefecture_and_the_mayor_in_office() -> None:
    certificate = content(resident())
    assert certificate.title == "住民票の写し"
    assert certificate.municipality == "見本県みほん市"
    assert certificate.municipality_code == "992011"
    assert (certificate.signatory, certificate.signatory_name) == ("見本県みほん市長", "架空　花子")
    assert certificate.official_seal == SealLettering(text="みほん市長之印")
    assert certificate.issued == "令和8年11月21日"
    assert (certificate.order, certificate.issue_number) == (ORDER, NUMBER)


def test_an_acting_mayor_signs_and_seals_as_such() -> None:
    certificate = content(resident(), day=date(2026, 6, 15))
    assert certificate.signatory == "見本県みほん市長職務代理者 副市長"
    assert certificate.signatory_name == "代理　次郎"
    assert certificate.official_seal == SealLettering(text="みほん市長職務代理者之印")


def test_an_office_that_does_not_begin_with_the_place_is_set_after_it() -> None:
    ward = replace(CITY, signatories=(Signatory(title="長", name="見本　太郎", since=date(2000, 1, 1)),))
    row = resident()
    entitlement = Entitlement(
        application=Application(kind=CertificateKind.RESIDENT_RECORD),
        holder=row,
        household=Household.of([row]),
        subjects=(row,),
        seal=None,
        watermark=Watermark(applied=1, known=1, heard_at=datetime(2026, 11, 21, tzinfo=UTC)),
    )
    assert certificate_content(entitlement, ward, NUMBER, ORDER, DAY).signatory == "見本県みほん市長"


def test_the_attestation_says_whole_household_part_of_it_one_person_or_seal() -> None:
    head, child = resident(1), resident(2, name="見本　子", relation="子")
    other = resident(3, name="見本　母", relation="母")
    whole = content(head, child, other)
    assert whole.statement == "この写しは、世帯全員の住民票の原本と相違ないことを証明する。"
    part = content(head, child, other, chosen=(head, child))
    assert part.statement == "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。"
    everybody = content(head, child, other, chosen=(head, child, other))
    assert everybody.statement == whole.statement
    one = content(head, child, other, chosen=(child,))
    assert (one.form, one.statement) == (
        "individual",
        "この写しは、住民票の原本と相違ないことを証明する。",
    )
    seal = content(head, child, kind=CertificateKind.SEAL_REGISTRATION)
    assert seal.statement == "この写しは、登録された印影と相違ないことを証明する。"


def test_a_block_has_the_boxes_of_the_standard_form_in_its_order() -> None:
    block = content(resident()).blocks[0]
    assert [entry.label for entry in block.values()] == [
        "氏名の振り仮名",
        "個人番号",
        "氏名",
        "住民票コード",
        "住民となった年月日",
        "旧氏の振り仮名",
        "住所を定めた年月日",
        "旧氏",
        "届出日",
        "生年月日",
        "性別",
        "続柄",
        "筆頭者",
        "本籍",
        "転入前住所",
        UNUSED,
        UNUSED,
        UNUSED,
        UNUSED,
        "備考",
    ]
    assert all(entry.lines == () for entry in block.values() if entry.label == UNUSED)


def test_a_japanese_resident_is_dated_in_eras_throughout() -> None:
    certificate = content(resident())
    assert lines(certificate, Slot.BIRTH) == ("平成元年1月8日",)
    assert lines(certificate, Slot.BECAME_RESIDENT) == ("平成22年4月1日",)
    assert lines(certificate, Slot.ADDRESS_SINCE) == ("令和元年5月1日",)
    assert lines(certificate, Slot.NOTIFIED) == ("平成22年4月2日",)


def test_a_foreign_resident_is_dated_in_western_years_for_birth_and_expiry_only() -> None:
    certificate = content(foreigner())
    assert lines(certificate, Slot.BIRTH) == ("1989年1月8日",)
    assert lines(certificate, Slot.EXPIRY) == ("2028年2月29日",)
    assert lines(certificate, Slot.BECAME_RESIDENT) == ("平成22年4月1日",)
    assert certificate.blocks[0][Slot.BECAME_RESIDENT].label == "外国人住民となった年月日"


def test_a_foreign_resident_has_nationality_and_status_in_place_of_honseki() -> None:
    certificate = content(foreigner(alias="見本　ジョアン", alias_kana="ミホン　ジョアン"))
    block = certificate.blocks[0]
    found = {entry.label: entry.lines for entry in block.values()}
    assert found["国籍・地域"] == ("ブラジル",)
    assert found["法第30条の45に規定する区分"] == ("中長期在留者",)
    assert found["在留資格"] == ("定住者",)
    assert found["在留期間等"] == ("３年",)
    assert found["在留カード等の番号"] == ("XX12345678XX",)
    assert found["通称"] == ("見本　ジョアン",)
    assert found["通称の片仮名表記"] == ("ミホン　ジョアン",)
    assert "本籍" not in found
    assert "旧氏" not in found


def test_a_kanji_name_stands_below_the_name_in_letters() -> None:
    certificate = content(foreigner(name="JIAN XIAOMING", foreign=replace(STATUS, kanji_name="見　小明")))
    assert lines(certificate, Slot.NAME) == ("JIAN XIAOMING", "見　小明")


def test_items_not_asked_for_are_marked_as_left_out() -> None:
    japanese = content(resident(), items=frozenset())
    for slot in (Slot.INDIVIDUAL_NUMBER, Slot.RELATION, Slot.ORIGIN, Slot.ORIGIN_HEAD, Slot.RESIDENT_CODE):
        assert lines(japanese, slot) == (LEFT_OUT,)
    assert japanese.head[Slot.HOUSEHOLD_HEAD].lines == (LEFT_OUT,)
    foreign = content(foreigner(), items=frozenset())
    for slot in (
        Slot.ORIGIN,
        Slot.ORIGIN_HEAD,
        Slot.RESIDENCE_STATUS,
        Slot.CARD_NUMBER,
        Slot.PERIOD,
        Slot.EXPIRY,
    ):
        assert lines(foreign, slot) == (LEFT_OUT,)


def test_individual_number_and_resident_code_are_printed_only_when_asked_for() -> None:
    row = resident()
    asked = content(row, items=ALL).values()
    assert row.individual_number in asked
    assert row.resident_code not in asked
    assert row.individual_number not in content(row, items=ALL - {OptionalItem.INDIVIDUAL_NUMBER}).values()
    assert row.resident_code in content(row, items=frozenset({OptionalItem.RESIDENT_CODE})).values()


def test_one_who_never_moved_within_the_city_has_a_marked_blank() -> None:
    row = resident(address_since=RecordedDate.of(date(2010, 4, 1)), notified=None, previous_address=None)
    certificate = content(row)
    assert lines(certificate, Slot.ADDRESS_SINCE) == (BLANK,)
    assert lines(certificate, Slot.NOTIFIED) == (BLANK,)
    assert lines(certificate, Slot.PREVIOUS_ADDRESS) == (BLANK,)


def test_a_reading_that_is_not_confirmed_stays_empty_and_a_missing_former_surname_is_marked() -> None:
    certificate = content(resident(name_kana=None))
    assert lines(certificate, Slot.NAME_KANA) == ()
    assert lines(certificate, Slot.OTHER_NAME) == (BLANK,)
    assert lines(certificate, Slot.OTHER_NAME_KANA) == (BLANK,)
    former = content(resident(former_surname="辻\U000e0102", former_surname_kana=None))
    assert lines(former, Slot.OTHER_NAME) == ("辻\U000e0102",)
    assert lines(former, Slot.OTHER_NAME_KANA) == ()


def test_former_surname_and_alias_cannot_be_left_out() -> None:
    assert "旧見本" in content(resident(former_surname="旧見本"), items=frozenset()).values()
    assert "見本　通" in content(foreigner(alias="見本　通"), items=frozenset()).values()


def test_unknown_dates_are_printed_as_recorded() -> None:
    assert lines(content(resident(birth=RecordedDate(year=1951, month=3))), Slot.BIRTH) == (
        "昭和26年3月日不詳",
    )
    assert lines(content(resident(birth=RecordedDate(note="推定昭和二十年"))), Slot.BIRTH) == (
        "推定昭和二十年",
    )
    assert lines(content(foreigner(birth=RecordedDate(year=1951))), Slot.BIRTH) == ("1951年月日不詳",)


def test_a_foreign_resident_may_have_no_sex_recorded() -> None:
    assert lines(content(foreigner(sex=Sex.UNSTATED)), Slot.SEX) == (BLANK,)


def test_a_permanent_resident_and_a_special_one_need_no_period_of_stay() -> None:
    permanent = content(with_status(residence_status="永住者", period_of_stay=None, expires_on=None))
    assert lines(permanent, Slot.EXPIRY) == (BLANK,)
    special = content(
        with_status(category="特別永住者", residence_status=None, period_of_stay=None, expires_on=None)
    )
    assert lines(special, Slot.RESIDENCE_STATUS) == (BLANK,)


def test_a_seal_certificate_shows_the_holder_and_the_imprint_and_nothing_of_the_household() -> None:
    certificate = content(
        resident(former_surname="旧見本"), resident(2, relation="子"), kind=CertificateKind.SEAL_REGISTRATION
    )
    assert certificate.form == "seal"
    assert certificate.head == {}
    assert certificate.imprint == IMPRINT
    assert [entry.label for entry in certificate.blocks[0].values()] == [
        "氏名",
        "旧氏",
        "生年月日",
        "住所",
        "備考",
    ]
    assert certificate.values()[:4] == (
        "見本　一郎",
        "旧見本",
        "平成元年1月8日",
        "見本県みほん市見本町一丁目１番１号",
    )


def test_values_are_trimmed_and_otherwise_exactly_as_recorded() -> None:
    compatible = "﨑\uf929"  # a normalised U+F929 would be another glyph
    certificate = content(resident(name=f"　{compatible}　一郎 "))
    assert lines(certificate, Slot.NAME) == (f"{compatible}　一郎",)


def test_missing_values_are_found_whatever_became_of_the_spaces() -> None:
    certificate = content(resident())
    text = "\n".join(value.replace("　", " ") for value in certificate.values())
    assert certificate.missing_from(text) == ()
    assert certificate.missing_from(text.replace("見本県みほん市見本町１番地", "")) == (
        "見本県みほん市見本町１番地",
    )
    assert bare(" a　b\n辻\U000e0102 ") == "ab辻\U000e0102"


def test_nothing_personal_shows_in_a_representation() -> None:
    shown = repr(content(resident()))
    assert "一郎" not in shown
    assert "見本町" not in shown
