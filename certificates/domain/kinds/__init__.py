"""証明書の種類, one file a kind, and the names by which messages and profiles speak of them."""

from __future__ import annotations

from enum import Enum


class CertificateKind(Enum):
    """What each is stands in its own file and in ``certificates.domain.kinds.table``."""

    RESIDENT_RECORD = "resident-record"
    SEAL_REGISTRATION = "seal-registration"


class OptionalItem(Enum):
    """Items that are printed only when asked for (住民基本台帳法12条5項)."""

    RELATION = "relation"  # 世帯主・続柄
    HONSEKI = "honseki"  # 本籍・筆頭者 (Japanese)
    FOREIGN = "foreign"  # 国籍・地域, 在留資格等 (foreign)
    INDIVIDUAL_NUMBER = "individual-number"  # 個人番号: off unless asked for

    @property
    def label(self) -> str:
        return {
            "relation": "世帯主・続柄",
            "honseki": "本籍・筆頭者",
            "foreign": "国籍・地域、在留資格等",
            "individual-number": "個人番号（マイナンバー）",
        }[self.value]
