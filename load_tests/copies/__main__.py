"""``python -m load_tests.copies``: the ground through eight copier models, as a table and as a picture."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from anti_forgery.copy_evidence import Ground
from anti_forgery.ground import design_of
from anti_forgery.ground_design import GroundDesign
from anti_forgery.profile import USUAL_WORD, PrinterProfile
from load_tests.copies.judging import SCANS, Judged, judged
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
from load_tests.scans.sheets import profile

ASKED = 7
COPIED_GAIN = 0.3
"""The printer whose sheet is copied."""
WORD, CELL = "複製", 20
"""Of the second profile; its word comes from the font."""
_PART = (slice(140, 820), slice(60, 1500))
_THUMB = (480, 227)
_CAPTION = 26
_SAID = {Ground.LIKELY_ORIGINAL: "original", Ground.LIKELY_COPY: "copy", Ground.CANNOT_TELL: "cannot tell"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """Gain, its balance, L* of the word less that of the ground when calibrated and when off, what the eye sees."""

    gain: float
    balance: float
    differences: tuple[float, ...]
    correlation: float

    @property
    def hidden(self) -> bool:
        return max(map(abs, self.differences)) <= VISIBLE_DL


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What the eye sees of a sheet's copy."""

    copier: Copier
    picture: Field
    correlation: float
    difference: float

    @property
    def seen(self) -> bool:
        return self.correlation >= VISIBLE and abs(self.difference) > VISIBLE_DL


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything about one profile."""

    profile: PrinterProfile
    sheet: Field
    originals: Sequence[Original]
    copies: Sequence[Copy]
    judged: Sequence[Judged]

    @property
    def seen(self) -> int:
        return sum(copy.seen for copy in self.copies)

    @property
    def wrong(self) -> int:
        """Of those in which the eye sees what it should."""
        blind = {copy.copier.name for copy in self.copies if not copy.seen}
        return sum(one.wrong for one in self.judged if one.model not in blind)

    @property
    def is_right(self) -> bool:
        return all(original.hidden for original in self.originals) and self.seen >= ASKED and not self.wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when with both profiles the word is hidden in every original, seen in enough copies, and no sheet is misjudged."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.copies", description=__doc__)
    parser.add_argument("--docs", type=Path, help="folder for copies.md")
    parser.add_argument("--pictures", type=Path, help="folder for copies.png")
    options = parser.parse_args(arguments)
    found = []
    for ours in (profile(), replace(profile(), word=WORD, cell=CELL)):
        print(f"「{ours.word}」 …", file=sys.stderr, flush=True)
        found.append(_found(ours))
    report = [line for one in found for line in _report(one)]
    print("\n".join(report))
    if options.docs is not None:
        (options.docs / "copies.md").write_text("\n".join([*_head(), *report, ""]), encoding="utf-8")
    if options.pictures is not None:
        _picture(found[0].sheet, found[0].copies).save(options.pictures / "copies.png", optimize=True)
        _picture(found[1].sheet, found[1].copies).save(options.pictures / "copies-second.png", optimize=True)
    return 0 if all(one.is_right for one in found) else 1


def _found(ours: PrinterProfile) -> Found:
    design = design_of(ours)
    sheet = printed(calibrated(COPIED_GAIN, design), COPIED_GAIN, design)
    copies = [(copier, copied(sheet, copier)) for copier in COPIERS]
    return Found(
        profile=ours,
        sheet=sheet,
        originals=[_original(gain, design) for gain in GAINS],
        copies=[
            Copy(
                copier=copier,
                picture=copy,
                correlation=visibility(copy, design),
                difference=lightness_difference(copy, design),
            )
            for copier, copy in copies
        ],
        judged=list(judged(ours)),
    )


def _original(gain: float, design: GroundDesign) -> Original:
    balance = calibrated(gain, design)
    return Original(
        gain=gain,
        balance=balance,
        differences=tuple(
            lightness_difference(printed(balance * off, gain, design), design)
            for off in (1.0, *MISCALIBRATED)
        ),
        correlation=visibility(printed(balance, gain, design), design),
    )


def _head() -> list[str]:
    how = (
        "`make copies`. Models of printers and copiers (`load_tests/copies/models.py`), not measurements: nothing was "
        f"printed. The word is *hidden* when its L* differs from the ground's by at most {VISIBLE_DL}; it is *seen* when it "
        "differs by more and what the eye sees (dots mixed over 0.6 mm, under a grain of "
        f"{100 * UNEVEN:.0f} % of full tone) correlates with the word by {VISIBLE} or more. The last table is what "
        "`copy_evidence` says of whole sheets through the same models, scanned, and the contrast of word and ground."
    )
    return ["# The ground in the original and in copies", "", how, ""]


def _report(found: Found) -> list[str]:
    ours = found.profile
    name = "copies" if ours.word == USUAL_WORD else "copies-second"
    off = ", ".join(f"{100 * (value - 1):+.0f} %" for value in MISCALIBRATED)
    lines = [
        f"## 「{ours.word}」, cell {ours.cell}",
        "",
        f"![the ground in the original and in eight copies](../pictures/{name}.png)",
        "",
        f"| original: dot gain, pixels | its balance | dL* calibrated | dL* off by {off} | correlation | hidden |",
        "|---:|---:|---:|---|---:|---|",
    ]
    for original in found.originals:
        right, *wrong = original.differences
        lines.append(
            f"| {original.gain} | {original.balance:.2f} | {right:+.2f} | {', '.join(f'{value:+.2f}' for value in wrong)} "
            f"| {original.correlation:.2f} | {_yes(original.hidden)} |"
        )
    lines += [
        "",
        f"| copy of a sheet of gain {COPIED_GAIN} | dL* | correlation | seen |",
        "|---|---:|---:|---|",
    ]
    lines += [
        f"| {copy.copier.name} | {copy.difference:+.2f} | {copy.correlation:.2f} | {_yes(copy.seen)} |"
        for copy in found.copies
    ]
    scans = " | ".join(f"{side}, {dpi} dpi" for side in ("front", "back") for dpi in SCANS)
    lines += ["", f"| sheet | {scans} |", "|---|---|---|---|---|"]
    for one in found.judged:
        said = " | ".join(
            _SAID[ground] + ("" if contrast is None else f" ({abs(contrast):.2f})")
            for ground, contrast in one.said
        )
        lines.append(f"| {'copy' if one.is_copy else 'original'}: {one.model} | {said} |")
    return [
        *lines,
        "",
        f"- seen in {found.seen} of {len(found.copies)} copies, asked {ASKED} of 8",
        f"- misjudged sheets, copies that do not show the word left out: {found.wrong}",
        "",
    ]


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _picture(sheet: Field, copies: Sequence[Copy]) -> Image.Image:
    """The original and the copies as thumbnails, mixed as the eye mixes them at reading distance."""
    fields = [("original", sheet), *((copy.copier.name, copy.picture) for copy in copies)]
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
