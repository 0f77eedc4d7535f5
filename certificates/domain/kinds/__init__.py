"""証明書の種類, one file a kind, and the names by which messages and profiles speak of them."""

from __future__ import annotations

from enum import Enum
from typing import Final


class CertificateKind(Enum):
    """What each is stands in its own file and in ``certificates.domain.kinds.table``."""

    RESIDENT_RECORD = "resident-record"
    RESIDENT_ITEMS = "resident-items"
    SEAL_REGISTRATION = "seal-registration"
    MOVING_OUT = "moving-out"


class OptionalItem(Enum):
    """Items that an applicant may ask for, in the order in which a screen offers them."""

    ADDRESS = "address"  # 住所
    BIRTH = "birth"  # 生年月日
    SEX = "sex"  # 性別
    RELATION = "relation"  # 世帯主・続柄
    HONSEKI = "honseki"  # 本籍・筆頭者 (Japanese)
    FOREIGN = "foreign"  # 国籍・地域, 在留資格等 (foreign)
    BECAME_RESIDENT = "became-resident"  # 住民となった年月日
    ADDRESS_SINCE = "address-since"  # 住所を定めた年月日
    PREVIOUS_ADDRESS = "previous-address"  # 転入前住所・届出日
    INDIVIDUAL_NUMBER = "individual-number"  # 個人番号
    RESIDENT_CODE = "resident-code"  # 住民票コード

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final = {
    OptionalItem.ADDRESS: "住所",
    OptionalItem.BIRTH: "生年月日",
    OptionalItem.SEX: "性別",
    OptionalItem.RELATION: "世帯主・続柄",
    OptionalItem.HONSEKI: "本籍・筆頭者",
    OptionalItem.FOREIGN: "国籍・地域、在留資格等",
    OptionalItem.BECAME_RESIDENT: "住民となった年月日",
    OptionalItem.ADDRESS_SINCE: "住所を定めた年月日",
    OptionalItem.PREVIOUS_ADDRESS: "転入前住所・届出日",
    OptionalItem.INDIVIDUAL_NUMBER: "個人番号（マイナンバー）",
    OptionalItem.RESIDENT_CODE: "住民票コード",
}

WITHHELD: Final = frozenset(
    {
        OptionalItem.RELATION,
        OptionalItem.HONSEKI,
        OptionalItem.FOREIGN,
        OptionalItem.INDIVIDUAL_NUMBER,
        OptionalItem.RESIDENT_CODE,
    }
)
"""Left out unless asked for (住民基本台帳法12条5項): which of them a kiosk offers is the municipality's choice."""

STAFF_DESK_ITEMS: Final = frozenset({OptionalItem.RESIDENT_CODE})
"""Never given out at a kiosk, whatever the municipality's profile says."""
