"""What differs from one printer and one inquiry site to the next: calibration, font and the address on the back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from anti_forgery.ground_design import USUAL_CELL, require_cell
from certificates.errors import InvalidValueError

COARSE_TO_FINE_RANGE = (0.5, 2.0)
"""Coarse dots of 8 to 32 pixels: below it they vanish in a copy too, above it neighbours touch."""
USUAL_WORD = "複写"

Inks = tuple[float, float, float, float]
"""Parts of full tone of cyan, magenta, yellow and black."""
MARK_BLACK = 0.15
"""The least black of the hidden mark: less is lost in the noise of an infra-red camera."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterProfile:
    """Calibration of one printer model, and what is written on every back.

    ``coarse_to_fine`` is the dot gain balance: the ink of one coarse dot over the ink of the four fine dots
    that it stands for. 1.0 is equal ink on the plate, right for an engine without dot gain. Fine dots gain
    more than coarse ones, so a real engine needs more than 1; print a wedge and take the value at which the
    word cannot be seen.
    ``word`` is what a copy shows, 1 to 4 characters that the font has (``ground.design_of`` says whether it can be
    drawn); ``cell`` the density of its dots (``ground_design.CELLS``): the larger, the lighter the ground.
    ``font`` is a TrueType or OpenType Mincho file from which the note on the back is drawn as outlines.
    ``inquiry_site`` is the address that the note names.
    ``hidden_mark`` and ``hidden_surround`` are the pair of the hidden picture: one visible colour, with black and without.
    The pair given here differed by less than 1 (CIE 1976 ΔE) in four renderers, and is no measurement of a device.
    """

    font: Path
    inquiry_site: str
    coarse_to_fine: float = 1.0
    word: str = USUAL_WORD
    cell: int = USUAL_CELL
    hidden_mark: Inks = (0.0, 0.30, 0.10, 0.30)
    hidden_surround: Inks = (0.28, 0.465, 0.315, 0.0)

    def __post_init__(self) -> None:
        low, high = COARSE_TO_FINE_RANGE
        if not low <= self.coarse_to_fine <= high:
            raise InvalidValueError("coarse_to_fine", f"must be between {low} and {high}")
        require_cell(self.cell)
        for name, inks in (("hidden_mark", self.hidden_mark), ("hidden_surround", self.hidden_surround)):
            if len(inks) != 4 or not all(0 <= ink <= 1 for ink in inks):
                raise InvalidValueError(name, "must be four inks from 0 to 1")
        if self.hidden_mark[3] < MARK_BLACK or self.hidden_surround[3] != 0:
            raise InvalidValueError(
                "hidden_mark", f"must hold {MARK_BLACK} of black or more, its surround none"
            )
        address = self.inquiry_site
        if not 0 < len(address) <= 64 or not (address.isascii() and address.isprintable()):
            raise InvalidValueError("inquiry_site", "must be 1 to 64 printable ASCII characters")
