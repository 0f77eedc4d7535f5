"""More invented people, for the gallery: a name in kanji beside letters, a large household, long values, movers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import household_number, numbered, resident_number
from certificates.domain.resident import ForeignStatus, Honseki, ResidencyStatus, Resident, Sex
from certificates.pdf.sample_people import family, foreigner


def student() -> Resident:
    """A foreign resident with a name in kanji beside that in letters, and no 通称."""
    return replace(
        foreigner(),
        number=resident_number(numbered(77011)),
        household=household_number(numbered(8802)),
        name="JIAN XIAOMING",
        name_kana=None,
        alias=None,
        alias_kana=None,
        birth=RecordedDate(year=1999),
        sex=Sex.MALE,
        household_head="JIAN XIAOMING",
        foreign=ForeignStatus(
            nationality="中国",
            category="中長期在留者",
            residence_status="留学",
            period_of_stay="２年３月",
            expires_on=date(2028, 4, 1),
            card_number="XX00000001XX",
            kanji_name="見　小明",
        ),
        individual_number="567890123450",
        resident_code="56789012345",
    )


def large_family() -> tuple[Resident, ...]:
    """Six of a household, one of them of foreign nationality: two sheets of 世帯連記式."""
    head, wife, son, mother = family()
    daughter = replace(
        son,
        number=resident_number(numbered(77005)),
        name="𠮷見　さくら",
        name_kana="ヨシミ　サクラ",
        birth=RecordedDate.of(date(2022, 3, 3)),
        sex=Sex.FEMALE,
        became_resident=RecordedDate.of(date(2022, 3, 3)),
        address_since=RecordedDate.of(date(2022, 3, 3)),
        individual_number="678901234567",
        resident_code="67890123456",
    )
    guest = replace(
        foreigner(),
        number=resident_number(numbered(77006)),
        household=head.household,
        relation="縁故者",
        household_head=head.household_head,
        address=head.address,
        resident_code="78901234567",
        individual_number="789012345678",
    )
    gone = replace(
        son,
        number=resident_number(numbered(77007)),
        name="𠮷見　去",
        status=ResidencyStatus.MOVED_OUT,
        removed_on=date(2025, 3, 31),
    )
    return (head, wife, son, daughter, mother, guest, gone)


def long_values() -> tuple[Resident, ...]:
    """Values at the limits: an address and a 本籍 in two lines, a name and a relation set smaller."""
    head = family()[0]
    address = "見本県みほん市大字架空字見本一万二千三百四十五番地６　みほんグランドメゾンセントラルタワー南館２３０５号室"
    first = replace(
        head,
        name="見本左衛門尉　寿限無寿限無五劫乃擦切海砂利水魚水行末雲来末",
        name_kana="ミホンサエモンノジョウ　ジュゲムジュゲムゴコウノスリキレカイジャリスイギョスイギョウマツ",
        household_head="見本左衛門尉　寿限無寿限無五劫乃擦切海砂利水魚水行末雲来末",
        address=address,
        honseki=Honseki(
            place="見本県みほん市大字架空字見本一万二千三百四十五番地六",
            head="見本左衛門尉　寿限無寿限無五劫乃擦切海砂利水魚水行末雲来末",
        ),
        previous_address="架空県かくう市大字見本字架空九千八百七十六番地５　かくうレジデンスガーデンヒルズ北棟１２０１号室",
        birth=RecordedDate(note="年月日不詳"),
    )
    second = replace(
        first,
        number=resident_number(numbered(77008)),
        name="見本　二郎",
        name_kana="ミホン　ジロウ",
        relation="妻の子の妻の子",
        birth=RecordedDate(note="推定昭和二十年"),
        individual_number="890123456789",
        resident_code="89012345678",
    )
    return (first, second)


def moving(rows: Iterable[Resident]) -> tuple[Resident, ...]:
    """The same people once they have notified that they move out together."""
    return tuple(
        replace(
            row,
            status=ResidencyStatus.MOVING_OUT,
            removed_on=date(2026, 12, 1),
            planned_destination="架空県かくう市見本一丁目２番３号　かくう荘２０２号室",
        )
        for row in rows
    )
