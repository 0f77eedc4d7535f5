"""Qualities of a scan as data: which steps make a flat scan, a worn sheet, a photograph, in each of the three families."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from load_tests.scans import steps, unseen, wear
from load_tests.scans.steps import Step, chain


class Family(Enum):
    """``HELD_OUT`` was not tuned on and was looked at when false alarms were mended; ``UNSEEN`` neither."""

    TUNING = "tuning"
    HELD_OUT = "held-out"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Quality:
    """``dpi`` is the scanner's; a photograph is taken from where a pixel is about as large."""

    name: str
    dpi: int
    models: Mapping[Family, Step]


def _flat(dpi: int) -> tuple[Step, Step, Step]:
    fine = dpi / 300
    return (
        chain(
            steps.toner((-0.08, 0.12), (20, 45), (238, 252), 0.5 * fine),
            steps.turned((-1.5, 1.5)),
            steps.softened((0.3 * fine, 0.7 * fine)),
            steps.grained((2, 6)),
            steps.jpeg((70, 92)),
        ),
        chain(
            steps.toner((-0.04, 0.1), (12, 55), (228, 250), 0.7 * fine),
            steps.banded((0.0, 0.06), (18, 90), dpi),
            steps.turned((-2, 2)),
            steps.boxed((0.3 * fine, 0.8 * fine)),
            steps.gamma((0.85, 1.2)),
            steps.shot((0.15, 0.45)),
            steps.jpeg((60, 90), subsampling=2),
        ),
        chain(
            unseen.printed((15, 50), (232, 253), (0.0, 0.15), dpi),
            unseen.shown_through((0.0, 0.05)),
            unseen.stepped((0.0, 0.15), dpi),
            unseen.out_of_focus((0.4 * fine, 1.0 * fine)),
            unseen.tinted((0.97, 1.03), (0.94, 1.03)),
            steps.grained((1, 5)),
            unseen.sharpened((0.0, 0.6)),
            steps.jpeg((65, 94), subsampling=1),
        ),
    )


def _worn(dpi: int) -> tuple[Step, Step, Step]:
    flat, other, third = _flat(dpi)
    return (
        chain(
            wear.specked((5, 40), (0.1, 0.35), dpi),
            wear.folded((0.1, 0.35), (0.2, 0.7), dpi),
            wear.stained((1, 3), (0.05, 0.25), (0.1, 0.4)),
            wear.curled((0.1, 0.5), dpi),
            flat,
        ),
        chain(
            wear.specked((5, 60), (0.1, 0.3), dpi),
            wear.folded((0.1, 0.4), (0.15, 0.9), dpi),
            wear.stained((1, 4), (0.05, 0.3), (0.05, 0.5)),
            wear.curled((0.1, 0.7), dpi),
            other,
        ),
        chain(
            unseen.scuffed((10, 60), (0.3, 3.0), dpi),
            unseen.creased((2, 8), (0.08, 0.3), dpi),
            wear.stained((0, 3), (0.05, 0.2), (0.02, 0.3)),
            wear.specked((0, 50), (0.08, 0.3), dpi),
            unseen.streaked((0, 2), (0.1, 0.5), dpi),
            third,
        ),
    )


_PHONE = (
    chain(
        steps.toner((-0.06, 0.1), (22, 45), (238, 250)),
        steps.photographed((0.005, 0.04), (20, 110)),
        steps.softened((0.5, 1.1)),
        steps.slanting_light((0.55, 0.9)),
        steps.grained((3, 9)),
        steps.jpeg((60, 88)),
    ),
    chain(
        steps.toner((-0.04, 0.1), (18, 55), (230, 250), 0.7),
        steps.photographed((0.005, 0.05), (10, 120), turn=(-6, 6), margin=(0.03, 0.12)),
        steps.boxed((0.4, 1.0)),
        steps.shaken,
        steps.vignette((0.6, 0.95)),
        steps.shot((0.2, 0.6)),
        steps.jpeg((55, 85), subsampling=2),
    ),
    chain(
        unseen.printed((15, 50), (235, 252), (0.0, 0.12), 300),
        steps.photographed((0.003, 0.045), (30, 140), turn=(-8, 8), margin=(0.015, 0.1)),
        unseen.bowed((0.0, 0.006)),
        unseen.out_of_focus((0.5, 1.2)),
        unseen.shadowed((0.0, 0.35)),
        unseen.tinted((0.95, 1.05), (0.85, 1.0)),
        steps.shot((0.1, 0.5)),
        unseen.sharpened((0.1, 0.8)),
        steps.jpeg((60, 92), subsampling=2),
    ),
)

QUALITIES: Mapping[str, Quality] = {
    name: Quality(name, dpi, dict(zip(Family, models, strict=True)))
    for name, dpi, models in (
        ("flat-300", 300, _flat(300)),
        ("flat-200", 200, _flat(200)),
        ("worn-300", 300, _worn(300)),
        ("phone", 300, _PHONE),
    )
}
