"""Frames on the scan that was brought upright: where something was forged, and what the program says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import ImageDraw

from anti_forgery.comparison.verdict import Comparison
from certificates.pdf.sheet import PAPER, Box

_FORGED, _DOUBTFUL, _DIFFERENT = "#1d4ed8", "#d97706", "#d92d20"


def keep_framed(found: Comparison, forged: Sequence[Box], picture: Path) -> None:
    """Forged places in blue, those to look at in amber, differences in red; nothing when no page was found."""
    if found.upright is None:
        return
    shown = found.upright.convert("RGB")
    pen, dots = ImageDraw.Draw(shown), shown.height / PAPER[1]
    for boxes, colour, grown in (
        (forged, _FORGED, 2.2),
        ([place.box for place in found.doubtful], _DOUBTFUL, 1.6),
        ([place.box for place in found.differences], _DIFFERENT, 1.0),
    ):
        for box in boxes:
            sides = (box.x - grown, box.y - grown, box.x + box.width + grown, box.y + box.height + grown)
            pen.rectangle([side * dots for side in sides], outline=colour, width=3)
    shown.save(picture, "JPEG", quality=80)
