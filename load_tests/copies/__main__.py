"""``python -m load_tests.copies``: the ground through eight copier models, as a table and as a picture."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from load_tests.copies.models import COPIERS, GAINS, MISCALIBRATED, Copier
from load_tests.copies.seeing import (
    EYE,
    UNEVEN,
    VISIBLE,
    VISIBLE_DL,
    Field,
    as_picture,
    calibrated,
    copied,
    lightness_difference,
    printed,
    smooth,
    visibility,
)

ASKED = 7
COPIED_GAIN = 0.3
"""The printer whose sheet is copied."""
_PART = (slice(140, 820), slice(60, 1500))
_THUMB = (480, 227)
_CAPTION = 26


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the word is hidden in every original and seen in enough copies."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.copies", description=__doc__)
    parser.add_argument("--docs", type=Path, help="folder for copies.md")
    parser.add_argument("--pictures", type=Path, help="folder for copies.png")
    options = parser.parse_args(arguments)
    originals = [_original(gain) for gain in GAINS]
    sheet = printed(calibrated(COPIED_GAIN), COPIED_GAIN)
    copies = [(copier, copied(sheet, copier)) for copier in COPIERS]
    rows = [(copier.name, visibility(copy), lightness_difference(copy)) for copier, copy in copies]
    hidden = all(
        abs(difference) <= VISIBLE_DL for _, _, differences, _ in originals for difference in differences
    )
    seen = sum(correlation >= VISIBLE and abs(dl) > VISIBLE_DL for _, correlation, dl in rows)
    report = _report(originals, rows, seen)
    print("\n".join(report))
    if options.docs is not None:
        (options.docs / "copies.md").write_text("\n".join([*_head(), *report, ""]), encoding="utf-8")
    if options.pictures is not None:
        _picture(sheet, copies).save(options.pictures / "copies.png", optimize=True)
    return 0 if hidden and seen >= ASKED else 1


def _original(gain: float) -> tuple[float, float, list[float], float]:
    """Gain, its balance, L* of the word less that of the ground when calibrated and when off, what the eye sees."""
    balance = calibrated(gain)
    differences = [lightness_difference(printed(balance * off, gain)) for off in (1.0, *MISCALIBRATED)]
    return gain, balance, differences, visibility(printed(balance, gain))


def _head() -> list[str]:
    how = (
        "`make copies`. Models of printers and copiers (`load_tests/copies/models.py`), not measurements: nothing was "
        f"printed. The word is *hidden* when its L* differs from the ground's by at most {VISIBLE_DL}; it is *seen* when it "
        "differs by more and what the eye sees (dots mixed over 0.6 mm, under a grain of "
        f"{100 * UNEVEN:.0f} % of full tone) correlates with the word by {VISIBLE} or more."
    )
    picture = "![the ground in the original and in eight copies](../pictures/copies.png)"
    return ["# The ground in the original and in copies", "", how, "", picture, ""]


def _report(
    originals: Sequence[tuple[float, float, list[float], float]],
    rows: Sequence[tuple[str, float, float]],
    seen: int,
) -> list[str]:
    off = ", ".join(f"{100 * (value - 1):+.0f} %" for value in MISCALIBRATED)
    lines = [
        f"| original: dot gain, pixels | its balance | dL* calibrated | dL* off by {off} | correlation | hidden |",
        "|---:|---:|---:|---|---:|---|",
    ]
    for gain, balance, (right, *wrong), correlation in originals:
        hidden = max(map(abs, (right, *wrong))) <= VISIBLE_DL
        lines.append(
            f"| {gain} | {balance:.2f} | {right:+.2f} | {', '.join(f'{value:+.2f}' for value in wrong)} "
            f"| {correlation:.2f} | {'yes' if hidden else 'no'} |"
        )
    lines += [
        "",
        f"| copy of a sheet of gain {COPIED_GAIN} | dL* | correlation | seen |",
        "|---|---:|---:|---|",
    ]
    for name, correlation, difference in rows:
        found = correlation >= VISIBLE and abs(difference) > VISIBLE_DL
        lines.append(f"| {name} | {difference:+.2f} | {correlation:.2f} | {'yes' if found else 'no'} |")
    return [*lines, "", f"- seen in {seen} of {len(rows)} copies, asked {ASKED} of 8"]


def _picture(sheet: Field, copies: Sequence[tuple[Copier, Field]]) -> Image.Image:
    """The original and the copies as thumbnails, mixed as the eye mixes them at reading distance."""
    fields = [("original", sheet), *((copier.name, copy) for copier, copy in copies)]
    width, height = _THUMB
    columns = 3
    rows = -(-len(fields) // columns)
    whole = Image.new("RGB", (columns * (width + 12) + 12, rows * (height + _CAPTION + 10) + 10), "white")
    draw = ImageDraw.Draw(whole)
    font = ImageFont.load_default(15)
    for place, (name, field) in enumerate(fields):
        row, column = divmod(place, columns)
        x, y = 12 + column * (width + 12), 10 + row * (height + _CAPTION + 10)
        mixed = Image.fromarray(np.ascontiguousarray(smooth(field, EYE)[_PART]).astype(np.float32))
        small = np.asarray(mixed.resize(_THUMB, Image.Resampling.BOX)).astype(np.float64)
        draw.text((x, y), name, fill="black", font=font)
        whole.paste(as_picture(small), (x, y + _CAPTION - 4))
    return whole


if __name__ == "__main__":
    sys.exit(main())
