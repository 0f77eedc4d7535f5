"""発行抑止: persons and households for whom nothing is issued at a kiosk, 支援措置 above all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from certificates.errors import InvalidValueError


class SuppressionReason(Enum):
    PROTECTION = "支援措置"  # ドメスティック・バイオレンス、ストーカー行為等の被害者の保護
    PROTECTION_PROVISIONAL = "支援措置（仮）"
    COURT = "処理停止"
    OTHER = "発行抑止"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Stands until it is released; its end date alone ends nothing (住民記録システム標準仕様書).

    Exactly one of ``resident`` and ``household`` is given. Several may stand at once, each with its own ``key``.
    """

    key: str
    reason: SuppressionReason
    since: date
    resident: ResidentNumber | None = None
    household: HouseholdNumber | None = None
    released: bool = False
    until: date | None = None  # 終了予定日: for the counter's information; ends nothing by itself

    def __post_init__(self) -> None:
        if (self.resident is None) == (self.household is None):
            raise InvalidValueError("抑止", "is for one person or one household")
        if not self.key:
            raise InvalidValueError("抑止", "needs a key")
