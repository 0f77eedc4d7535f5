"""Invented people for samples: a family with everything that is hard to print, and a foreign resident."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import household_number, numbered, resident_number
from certificates.domain.resident import ForeignStatus, Honseki, Resident, Sex
from certificates.domain.seal import SealRegistration
from certificates.pdf.fonts import Typeface
from certificates.pdf.imprint import draw_imprint

CITY = "見本県みほん市"


def family(place: str = CITY) -> tuple[Resident, ...]:
    """Four invented people of ``place``: 𠮷 (U+20BB7), a variation sequence, 旧氏, a reading not yet confirmed."""
    household = household_number(numbered(8800))
    moved_in = RecordedDate.of(date(2015, 4, 1))
    head = Resident(
        number=resident_number(numbered(77001)),
        history=3,
        household=household,
        name="𠮷見　一郎",
        name_kana="ヨシミ　イチロウ",
        birth=RecordedDate.of(date(1984, 5, 6)),
        sex=Sex.MALE,
        relation="世帯主",
        household_head="𠮷見　一郎",
        honseki=Honseki(place=f"{place}見本町一丁目２番地", head="𠮷見　一郎"),
        address=f"{place}見本町一丁目２番３号　みほんハイツ１０１号室",
        became_resident=moved_in,
        address_since=RecordedDate.of(date(2019, 9, 30)),
        notified=RecordedDate.of(date(2015, 4, 3)),
        previous_address="架空県かくう市架空四丁目５番６号",
        individual_number="123456789018",
        resident_code="12345678901",
    )
    wife = replace(
        head,
        number=resident_number(numbered(77002)),
        name="𠮷見　花子",
        name_kana="ヨシミ　ハナコ",
        former_surname="辻\U000e0102",
        former_surname_kana="ツジ",
        birth=RecordedDate.of(date(1986, 11, 21)),
        sex=Sex.FEMALE,
        relation="妻",
        individual_number="234567890121",
        resident_code="23456789012",
    )
    son = replace(
        head,
        number=resident_number(numbered(77003)),
        name="𠮷見　葛\U000e0102",
        name_kana=None,
        birth=RecordedDate.of(date(2019, 5, 1)),
        relation="子",
        became_resident=RecordedDate.of(date(2019, 5, 1)),
        notified=None,
        previous_address=None,
        individual_number="345678901234",
        resident_code="34567890123",
    )
    mother = replace(
        head,
        number=resident_number(numbered(77004)),
        name="見本　トメ",
        name_kana="ミホン　トメ",
        birth=RecordedDate(year=1951, month=3),
        sex=Sex.FEMALE,
        relation="妻の母",
        honseki=Honseki(place="架空県かくう市架空四丁目５番地", head="見本　太郎"),
        became_resident=RecordedDate.of(date(2021, 2, 1)),
        address_since=RecordedDate.of(date(2021, 2, 1)),
        notified=RecordedDate.of(date(2021, 2, 8)),
        individual_number="456789012347",
        resident_code="45678901234",
    )
    return (head, wife, son, mother)


def foreigner(place: str = CITY) -> Resident:
    """Somebody with a 通称 who lives alone."""
    return Resident(
        number=resident_number(numbered(77010)),
        history=1,
        household=household_number(numbered(8801)),
        name="SAMPLE MARIA ANNA",
        name_kana="サンプル　マリア　アンナ",
        alias="見本　麻里亜",
        alias_kana="ミホン　マリア",
        individual_number="567890123457",
        resident_code="56789012348",
        birth=RecordedDate.of(date(1990, 7, 15)),
        sex=Sex.FEMALE,
        relation="世帯主",
        household_head="SAMPLE MARIA ANNA",
        foreign=ForeignStatus(
            nationality="フィリピン",
            category="中長期在留者",
            residence_status="技術・人文知識・国際業務",
            period_of_stay="５年",
            expires_on=date(2029, 3, 31),
            card_number="XX00000000XX",
        ),
        address=f"{place}架空三丁目４番５号",
        became_resident=RecordedDate.of(date(2022, 10, 1)),
        address_since=RecordedDate.of(date(2022, 10, 1)),
        notified=RecordedDate.of(date(2022, 10, 5)),
        previous_address="架空県かくう市見本１番地",
    )


def draw_seal(resident: Resident, lettering: str, face: Typeface) -> SealRegistration:
    """An invented registration of ``resident``."""
    return SealRegistration(
        resident=resident.number,
        history=1,
        registration_number="0001234",
        registered_on=date(2019, 6, 3),
        imprint=draw_imprint(lettering, face, diameter_mm=16.5),
    )
