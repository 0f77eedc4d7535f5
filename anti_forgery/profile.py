"""What differs from one printer and one inquiry site to the next: calibration, font and the address on the back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from certificates.errors import InvalidValueError

COARSE_TO_FINE_RANGE = (0.5, 2.0)
"""Coarse dots of 8 to 32 pixels: below it they vanish in a copy too, above it neighbours touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterProfile:
    """Calibration of one printer model, and what is written on every back.

    ``coarse_to_fine`` is the dot gain balance: the ink of one coarse dot over the ink of the four fine dots
    that it stands for. 1.0 is equal ink on the plate, right for an engine without dot gain. Fine dots gain
    more than coarse ones, so a real engine needs more than 1; print a wedge and take the value at which the
    word cannot be seen.
    ``font`` is a TrueType or OpenType Mincho file from which the note on the back is drawn as outlines.
    ``inquiry_site`` is the address that the note names.
    """

    font: Path
    inquiry_site: str
    coarse_to_fine: float = 1.0

    def __post_init__(self) -> None:
        low, high = COARSE_TO_FINE_RANGE
        if not low <= self.coarse_to_fine <= high:
            raise InvalidValueError("coarse_to_fine", f"must be between {low} and {high}")
        address = self.inquiry_site
        if not 0 < len(address) <= 64 or not (address.isascii() and address.isprintable()):
            raise InvalidValueError("inquiry_site", "must be 1 to 64 printable ASCII characters")
