"""Printers and copiers as data: models, not measurements; nothing was printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Copier:
    """How a device looks and decides.

    ``blur``: of its optics, in pixels of 600 dpi; ``dpi`` of its sensor; ``sharpen`` adds that part of what a wider blur
    takes away; what is lighter than ``low`` ink becomes paper and darker than ``high`` full tone, equal for a threshold;
    ``jpeg`` its quality, 0 for none; ``light``: how much darker one side is when the device has evened the light out.
    """

    name: str
    blur: float
    dpi: int
    low: float
    high: float
    sharpen: float = 0.0
    jpeg: int = 0
    light: float = 0.0


COPIERS = (
    Copier(name="office copier, text, 600 dpi", blur=1.6, dpi=600, low=0.36, high=0.36),
    Copier(name="office copier, text, 300 dpi", blur=1.5, dpi=300, low=0.32, high=0.32),
    Copier(name="office copier, text and photo", blur=1.5, dpi=600, low=0.18, high=0.55, sharpen=0.6),
    Copier(name="colour copier, background removed", blur=1.3, dpi=600, low=0.15, high=0.75),
    Copier(name="fax, fine", blur=1.6, dpi=200, low=0.26, high=0.26),
    Copier(name="scan 300 dpi, JPEG 40, printed again", blur=1.4, dpi=300, low=0.16, high=0.6, jpeg=40),
    Copier(name="phone, document mode", blur=1.8, dpi=280, low=0.17, high=0.5, jpeg=60, light=0.02),
    Copier(name="colour copier, photo, soft", blur=3.4, dpi=300, low=0.0, high=1.0),
)

GAINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
"""Pixels of 600 dpi by which a printer's dots grow on each side; each is calibrated for its own."""
MISCALIBRATED = (0.93, 1.07)
"""A printer that has drifted from its calibration by so much."""
