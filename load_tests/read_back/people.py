"""Invented households whose names are drawn from all that the typeface has: variation sequences, the second plane, 﨑."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import household_number, numbered, resident_number
from certificates.domain.resident import ForeignStatus, Honseki, Resident, Sex
from certificates.pdf.font_source import FontSource, is_drawable

_COMMON = "見本架空雛形仮例示試験想定模型"
_GIVEN = ("一郎", "花子", "トメ", "希", "ヱイ子", "あ〻子", "愛生々", "ゐ")
_COMPATIBILITY = range(0xF900, 0xFB00)
_KANJI = (range(0x3400, 0xA000), _COMPATIBILITY, range(0x20000, 0x33480))
_BESIDE_EACH_OTHER = 6  # members of a household at most


@dataclass(frozen=True, slots=True)
class Repertoire:
    """What names are made of, as characters or sequences."""

    sequences: tuple[str, ...]
    second_plane: tuple[str, ...]
    compatibility: tuple[str, ...]
    rare: tuple[str, ...]

    @classmethod
    def of(cls, font: FontSource) -> Repertoire:
        """Every kanji and every Moji_Joho sequence that the font draws."""
        kanji = [
            chr(code)
            for code in sorted(font.characters)
            if any(code in part for part in _KANJI) and is_drawable(chr(code)) and font.glyph(chr(code))
        ]
        sequences = (
            chr(code) + chr(selector) for code, selector in sorted(font.sequences) if selector > 0xFFFF
        )
        return cls(
            sequences=tuple(one for one in sequences if font.glyph(one)),
            second_plane=tuple(one for one in kanji if ord(one) > 0xFFFF),
            compatibility=tuple(one for one in kanji if ord(one) in _COMPATIBILITY),
            rare=tuple(one for one in kanji if ord(one) <= 0xFFFF),
        )


def households(repertoire: Repertoire, seed: int) -> Iterator[tuple[Resident, ...]]:
    """Without end; the same seed gives the same people."""
    chance = random.Random(seed)  # noqa: S311 - invented people, no secrets
    serial = 0
    while True:
        size = chance.randint(1, _BESIDE_EACH_OTHER)
        surname = _surname(repertoire, chance)
        home = household_number(numbered(1000 + serial))
        address = f"見本県みほん市{_word(repertoire, chance)}町{chance.randint(1, 9)}丁目{chance.randint(1, 99)}番{chance.randint(1, 99)}号"
        names = [_name(surname, repertoire, chance) for _ in range(size)]
        rows = []
        for place, name in enumerate(names):
            serial += 1
            row = _resident(serial, name, chance, repertoire)
            rows.append({**row, "household": home, "address": address, "household_head": names[0]})
            rows[-1]["relation"] = (
                "世帯主" if place == 0 else chance.choice(("妻", "子", "母", "妻の弟", "同居人"))
            )
        foreign = chance.random() < 0.15
        yield tuple(Resident(**(_foreign(row, chance) if foreign else row)) for row in rows)  # type: ignore[arg-type]  # made above


def _word(repertoire: Repertoire, chance: random.Random) -> str:
    """One to three characters, one of them at least of a kind that is hard to print."""
    hard = chance.choice(
        (repertoire.sequences, repertoire.second_plane, repertoire.compatibility, repertoire.rare)
    )
    parts = [chance.choice(hard), *chance.choices(_COMMON, k=chance.randint(0, 2))]
    chance.shuffle(parts)
    return "".join(parts)


def _surname(repertoire: Repertoire, chance: random.Random) -> str:
    return _word(repertoire, chance)


def _name(surname: str, repertoire: Repertoire, chance: random.Random) -> str:
    given = chance.choice(_GIVEN) if chance.random() < 0.6 else _word(repertoire, chance)
    return f"{surname}　{given}"


def _day(chance: random.Random) -> RecordedDate:
    return RecordedDate.of(date(chance.randint(1930, 2020), chance.randint(1, 12), chance.randint(1, 28)))


def _resident(serial: int, name: str, chance: random.Random, repertoire: Repertoire) -> dict[str, object]:
    moved = chance.random() < 0.6
    came = RecordedDate.of(date(2021, chance.randint(1, 12), chance.randint(1, 28)))
    return {
        "number": resident_number(numbered(50_000 + serial)),
        "history": 1,
        "name": name,
        "name_kana": "ミホン　イチロウ" if chance.random() < 0.7 else None,
        "former_surname": _word(repertoire, chance) if chance.random() < 0.2 else None,
        "birth": _day(chance),
        "sex": chance.choice((Sex.MALE, Sex.FEMALE)),
        "honseki": Honseki(
            place=f"架空県かくう市{_word(repertoire, chance)}{chance.randint(1, 999)}番地", head=name
        ),
        "became_resident": came,
        "address_since": came,
        "notified": came if moved else None,
        "previous_address": f"架空県かくう市{_word(repertoire, chance)}{chance.randint(1, 99)}"
        if moved
        else None,
        "individual_number": f"{chance.randrange(10**12):012d}",
        "resident_code": f"{chance.randrange(10**11):011d}",
    }


def _foreign(row: dict[str, object], chance: random.Random) -> dict[str, object]:
    """The same person as a foreign resident: the kanji name becomes the alias."""
    return {
        **row,
        "alias": row["name"],
        "name": f"SAMPLE {chance.choice(('LI', 'NGUYEN VAN', 'O`HARA-MC'))} {chance.randint(1, 99)}",
        "former_surname": None,
        "honseki": None,
        "foreign": ForeignStatus(
            nationality="フィリピン",
            category="中長期在留者",
            residence_status="技術・人文知識・国際業務",
            period_of_stay="５年",
            expires_on=date(2029, 3, 31),
            card_number=f"XX{chance.randrange(10**8):08d}XX",
        ),
    }
