"""Places that are nowhere: the invented city, its streets and buildings, and where people came from."""

from __future__ import annotations

from random import Random

CITY = "見本県みほん市"

_STREETS = ("架空町", "例示町", "試験町", "標本町", "仮設町", "模型町", "見取町", "雛形台")
_BLOCKS = ("一丁目", "二丁目", "三丁目", "四丁目", "五丁目")
_VILLAGES = ("大字見本", "大字架空字例示", "大字試験")
_BUILDINGS = (
    "コーポ見本",
    "メゾン架空",
    "例示ハイツ",
    "グランドメゾン試験",
    "みほん団地３号棟",
    "ヴィラ・カクウ",
)
_ELSEWHERE = (
    "例示県架空市試験町一丁目２番３号",
    "架空県例示市大字見本４５６番地",
    "試験県標本市雛形台五丁目６番７−８０９号　コーポ例示",
    "仮想県模型郡下書町大字練習１番地",
)

LONG_BUILDING = (
    "グランドレジデンス・ザ・ミホン・シティ・ガーデンズ・イーストタワー・アネックス４５階４５０１号室　架空方"
)


def address(rng: Random, *, building: str | None = None) -> str:
    """住所 with 方書 where there is one, in full-width figures as registers write them."""
    if rng.random() < 0.12:
        place = f"{CITY}{rng.choice(_VILLAGES)}{wide(rng.randint(1, 2400))}番地"
        if rng.random() < 0.3:
            place += f"の{wide(rng.randint(1, 9))}"
    else:
        street, block = rng.choice(_STREETS), rng.choice(_BLOCKS)
        place = f"{CITY}{street}{block}{wide(rng.randint(1, 40))}番{wide(rng.randint(1, 30))}号"
    if building is None and rng.random() < 0.4:
        building = f"{rng.choice(_BUILDINGS)}{wide(rng.randint(1, 9))}{wide(rng.randint(1, 12)):０>2}号"
    return f"{place}　{building}" if building is not None else place


def honseki(rng: Random) -> str:
    """本籍, in the city or not."""
    if rng.random() < 0.4:
        return f"{CITY}{rng.choice(_STREETS)}{rng.choice(_BLOCKS)}{wide(rng.randint(1, 200))}番"
    return f"例示県架空市試験町{wide(rng.randint(1, 900))}番地"


def elsewhere(rng: Random) -> str:
    """従前の住所, in another municipality that does not exist."""
    return rng.choice(_ELSEWHERE)


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def wide(number: int) -> str:
    return str(number).translate(_WIDE)
