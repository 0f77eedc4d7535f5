"""公印 (電子公印): a scanned imprint, or lettering that is drawn; black, at most 25 mm square."""

from __future__ import annotations

from dataclasses import dataclass, field

from certificates.errors import InvalidValueError

MAX_SIDE = 25.0
"""Millimetres (印刷仕様: 電子公印は25mm四方以内)."""
MIN_SIDE = 12.0
"""Millimetres; smaller lettering cannot be read from paper."""
DOTS_PER_INCH = (300, 1200)
"""The least and the most that an image may have at its true size."""
INCH = 25.4


def _require_side(side: float) -> None:
    if not MIN_SIDE <= side <= MAX_SIDE:
        raise InvalidValueError("公印", f"must be {MIN_SIDE:g} to {MAX_SIDE:g} mm square")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealLettering:
    """Drawn upright in a double frame, in columns from right to left; ``side`` in millimetres."""

    text: str
    side: float = 21.0

    def __post_init__(self) -> None:
        _require_side(self.side)
        if not 1 <= len(self.text) <= 25:
            raise InvalidValueError("公印", "needs 1 to 25 characters")

    @property
    def width_mm(self) -> float:
        return self.side

    @property
    def height_mm(self) -> float:
        return self.side


@dataclass(frozen=True, slots=True, kw_only=True)
class SealImage:
    """A 1-bit image, rows packed most significant bit first, 1 is ink; ``side`` is its true width in millimetres."""

    width: int
    height: int
    side: float
    rows: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _require_side(self.side)
        if self.width < 1 or len(self.rows) != (self.width + 7) // 8 * self.height:
            raise InvalidValueError("公印", "size and data do not agree")
        if abs(self.width - self.height) * 50 > self.width or self.height_mm > MAX_SIDE:
            raise InvalidValueError("公印", f"must be square, at most {MAX_SIDE:g} mm a side")
        low, high = DOTS_PER_INCH
        if not low <= self.width * INCH / self.side <= high:
            raise InvalidValueError("公印", f"must have {low} to {high} dots per inch at its true size")

    @property
    def width_mm(self) -> float:
        return self.side

    @property
    def height_mm(self) -> float:
        return self.side * self.height / self.width


OfficialSeal = SealLettering | SealImage
