"""印鑑登録: the registered imprint of one resident (印鑑登録証明事務処理要領)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from certificates.domain.identifiers import ResidentNumber
from certificates.errors import InvalidValueError


@dataclass(frozen=True, slots=True, kw_only=True)
class SealImprint:
    """印影: a 1-bit image, rows packed most significant bit first, 1 is ink; ``dots_per_mm`` (24 is about 600 dpi) gives its true size."""

    width: int
    height: int
    dots_per_mm: int
    rows: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1 or len(self.rows) != (self.width + 7) // 8 * self.height:
            raise InvalidValueError("印影", "size and data do not agree")
        if self.dots_per_mm < 1:
            raise InvalidValueError("印影", "must be larger than 8 mm: it has no dots in a millimetre")
        for side in (self.width, self.height):
            # over 8 mm, inside 25 mm square: 印鑑登録証明事務処理要領 第2-4
            if not 8 < side / self.dots_per_mm <= 25:
                raise InvalidValueError("印影", "must be larger than 8 mm and fit a square of 25 mm")

    @property
    def width_mm(self) -> float:
        return self.width / self.dots_per_mm

    @property
    def height_mm(self) -> float:
        return self.height / self.dots_per_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRegistration:
    """One resident's registration; ``cancelled_on`` is set by 廃止 and the row is kept."""

    resident: ResidentNumber
    history: int
    registration_number: str  # 印鑑登録番号
    registered_on: date
    imprint: SealImprint
    cancelled_on: date | None = None

    def __post_init__(self) -> None:
        if self.history < 1:
            raise InvalidValueError("履歴番号", "starts at 1")
        if not (self.registration_number.isascii() and self.registration_number.isdigit()):
            raise InvalidValueError("印鑑登録番号", "must be digits")

    @property
    def is_valid(self) -> bool:
        return self.cancelled_on is None
