"""What the program says of originals and of copies, from scans of both sides: right, cannot tell, or wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from anti_forgery.copy_evidence import Ground, copy_evidence, front_evidence
from anti_forgery.ground import design_of
from anti_forgery.marking import mark
from anti_forgery.profile import PrinterProfile
from anti_forgery.sealed import BackSealer
from load_tests.scans.copiers import COPIES, DPI, ORIGINALS, Model
from load_tests.scans.qualities import Family
from load_tests.scans.sheets import keys, paper, rendered

SCANS = (300, 200)
"""Dots an inch."""
_SEED = 20
"""A certificate of one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``said``: for each side and resolution, front first, what was said and the contrast that was measured."""

    model: str
    is_copy: bool
    said: tuple[tuple[Ground, float | None], ...]

    @property
    def wrong(self) -> bool:
        other = Ground.LIKELY_ORIGINAL if self.is_copy else Ground.LIKELY_COPY
        return any(ground is other for ground, _ in self.said)


def judged(profile: PrinterProfile) -> Iterator[Judged]:
    """Every printer and every copier, one sheet through each."""
    made, known = paper(_SEED), keys()
    dice = random.Random(_SEED)  # noqa: S311 - an invented sheet, the same in every run
    sealer = BackSealer(centre=known.centre, site=known.site.public_key, random_bytes=dice.randbytes)
    marked = mark(made.pdf, made.sheets, sealer, profile)
    pages = [rendered(marked, page, DPI, Family.TUNING) for page in (0, 1)]
    for models, is_copy in ((ORIGINALS, False), (COPIES, True)):
        yield from _through(models, is_copy, pages, profile)


def _through(
    models: Mapping[str, Model], is_copy: bool, pages: list[Image.Image], profile: PrinterProfile
) -> Iterator[Judged]:
    design = design_of(profile)
    for name, model in models.items():
        front, back = (model(page, np.random.default_rng(1)) for page in pages)
        found = [
            *(front_evidence(_scanned(front, dpi), design) for dpi in SCANS),
            *(copy_evidence(_scanned(back, dpi)) for dpi in SCANS),
        ]
        said = tuple((evidence.says, evidence.contrast) for evidence in found)
        yield Judged(model=name, is_copy=is_copy, said=said)


def _scanned(page: Image.Image, dpi: int) -> Image.Image:
    return page.resize((page.width * dpi // DPI, page.height * dpi // DPI), Image.Resampling.BOX)
