"""Seals that show a name, where there is a font to draw it with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from certificates.domain.resident import Resident
from certificates.domain.seal import SealImprint
from certificates.pdf.fonts import Typeface
from certificates.pdf.imprint import draw_imprint
from sync.town.homes import Draw

_DIAMETER_MM = 12.0
_DOTS_PER_MM = 16
_LETTERS = 4


def draw_with(font: Path) -> Draw:
    """Imprints with the resident's surname, 12 mm across. Raises ConfigurationError when the font cannot be read."""
    face = Typeface.load(font)

    @cache
    def imprint(lettering: str) -> SealImprint:
        return draw_imprint(lettering, face, diameter_mm=_DIAMETER_MM, dots_per_mm=_DOTS_PER_MM)

    def draw(resident: Resident) -> SealImprint:
        surname = (
            resident.name.partition("　")[0]
            if resident.honseki is not None
            else resident.alias or resident.name
        )
        return imprint(surname.replace("　", "").replace(" ", "")[:_LETTERS])

    return draw
