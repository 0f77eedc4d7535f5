"""Invented seal imprints for samples, tests and the simulated town: lettering in a round frame, as one-bit image."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from certificates.domain.seal import SealImprint
from certificates.pdf.fonts import Typeface, clusters, font_of
from certificates.pdf.official_seal import cells, columns

_OVERSIZE = 4  # drawn larger and reduced, so that edges fall where they should
_FRAME, _MARGIN = 0.05, 0.03  # of the diameter
# Width and height of the lettering in the inner circle, by columns: the corners just stay inside.
_AREA = {1: (0.56, 0.86), 2: (0.77, 0.77)}
_AREA_OF_MORE = (0.78, 0.70)


def draw_imprint(
    lettering: str, face: Typeface, *, diameter_mm: float = 15.0, dots_per_mm: int = 24
) -> SealImprint:
    """A round imprint with ``lettering`` in columns from right to left; the same arguments give the same bits.

    Variation selectors are ignored: a seal is cut, not set. Raises RefusedError(NO_GLYPH) for a character that the
    typeface does not draw, and InvalidValueError for a size that cannot be registered.
    """
    letters = "".join(cluster[0] for cluster in clusters(lettering)) or "印"
    face.glyphs(letters)
    side = round(diameter_mm * dots_per_mm)
    large = side * _OVERSIZE
    image = Image.new("L", (large, large), 255)
    pen = ImageDraw.Draw(image)
    pen.ellipse((0, 0, large - 1, large - 1), fill=0)
    edge = round(large * _FRAME)
    pen.ellipse((edge, edge, large - 1 - edge, large - 1 - edge), fill=255)
    inner = large - 2 * edge - 2 * large * _MARGIN
    width, height = (inner * part for part in _AREA.get(len(columns(len(letters))), _AREA_OF_MORE))
    places = cells(len(letters), (large - width) / 2, (large - height) / 2, width, height)
    for letter, cell in zip(letters, places, strict=True):
        paste_letter(image, letter, face, cell)
    bits = image.resize((side, side), Image.Resampling.BOX).point(
        lambda level: 255 if level < 128 else 0, mode="1"
    )
    return SealImprint(width=side, height=side, dots_per_mm=dots_per_mm, rows=bits.tobytes())


def paste_letter(
    image: Image.Image, letter: str, face: Typeface, cell: tuple[float, float, float, float]
) -> None:
    """``letter`` stretched to fill its cell, as seal lettering does."""
    left, bottom, width, height = (round(side) for side in cell)
    size = max(width, height)
    (drawn,) = face.glyphs(letter)
    path = face.fonts[font_of(drawn.plane)].path
    font = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    glyph = Image.new("L", (size, size), 0)  # the em box: a thin 一 stays thin
    ImageDraw.Draw(glyph).text((0, 0), letter, fill=255, font=font, stroke_width=max(1, size // 50))
    image.paste(0, (left, image.height - bottom - height), glyph.resize((width, height)))
