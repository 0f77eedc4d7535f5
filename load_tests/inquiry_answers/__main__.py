"""``python -m load_tests.inquiry_answers --out docs/pictures``: two answers of the inquiry site on one picture."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PIL import Image

from certificates.domain.clock import JST
from certificates.errors import KofuError
from load_tests.inquiry_answers.answers import answer_pages
from load_tests.inquiry_answers.drawing import drawn

AT = datetime(2026, 11, 26, 12, tzinfo=JST)
PAPER = 678  # a family of four on one sheet, neither 個人番号 nor 住民票コード on it
_DPI = 300  # as the site asks for
_GAP = 40  # pixels


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 drawn, 1 the machine lacks what draws it."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.inquiry_answers", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the picture")
    options = parser.parse_args(arguments)
    # the site warns that its memory of sheets ends with it, which is wanted here
    logging.getLogger("center_relay").setLevel(logging.ERROR)
    try:
        answers = list(drawn(asyncio.run(answer_pages(PAPER, dpi=_DPI, at=AT))))
    except KofuError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    side_by_side(answers).quantize().save(options.out / "inquiry.png", optimize=True)
    return 0


def side_by_side(answers: Sequence[Image.Image]) -> Image.Image:
    """In a row, white between them."""
    width, height = answers[0].size
    row = Image.new("RGB", (len(answers) * (width + _GAP) - _GAP, height), "white")
    for place, answer in enumerate(answers):
        row.paste(answer, (place * (width + _GAP), 0))
    return row


if __name__ == "__main__":
    sys.exit(main())
