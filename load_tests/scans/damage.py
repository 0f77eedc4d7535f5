"""What a back goes through, as data: one entry a class of damage, in each of the two families."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from load_tests.scans import steps, wear
from load_tests.scans.qualities import Family
from load_tests.scans.steps import Step, chain


def _tuning(dpi: int) -> dict[str, Step]:
    fine = dpi / 300
    print_out = steps.toner((-0.05, 0.08), (20, 45), (238, 252), 0.5 * fine)
    return {
        "untouched": steps.untouched,
        "upside down": steps.upside_down,
        "turned 3°": chain(steps.grey, steps.turned((-3, 3))),
        "perspective": chain(steps.grey, steps.photographed((0.01, 0.05), (20, 110))),
        "blurred": chain(steps.grey, steps.softened((0.8 * fine, 1.4 * fine))),
        "JPEG 40": steps.jpeg((35, 45)),
        "noisy": chain(steps.grey, steps.grained((15, 28))),
        "uneven light": chain(steps.grey, steps.slanting_light((0.4, 0.7)), steps.grained((3, 6))),
        "one bit": steps.one_bit((100, 170)),
        "dot gain": chain(steps.grey, steps.toner((0.1, 0.22), (25, 55), (225, 250), 0.9 * fine)),
        "folded": chain(steps.grey, wear.folded((0.3, 0.7), (0.5, 1.5), dpi), wear.curled((0.2, 0.8), dpi)),
        "stained": chain(steps.grey, wear.stained((2, 5), (0.2, 0.6), (0.1, 0.4))),
        "dirt": chain(steps.grey, wear.specked((60, 250), (0.2, 1.0), dpi)),
        "a band across gone": chain(steps.grey, wear.erased((0.1, 0.2), ("across",))),
        "a band down gone": chain(steps.grey, wear.erased((0.1, 0.2), ("down",))),
        "a square gone": chain(steps.grey, wear.erased((0.1, 0.2), ("square",))),
        "phone": chain(
            print_out,
            steps.photographed((0.005, 0.04), (20, 110)),
            steps.softened((0.5 * fine, 1.1 * fine)),
            steps.slanting_light((0.55, 0.9)),
            steps.grained((4, 10)),
            steps.jpeg((55, 85)),
        ),
        "all combined": chain(
            print_out,
            steps.grey,
            wear.specked((20, 80), (0.1, 0.6), dpi),
            wear.folded((0.2, 0.5), (0.3, 1.0), dpi),
            wear.stained((1, 3), (0.1, 0.4), (0.1, 0.3)),
            wear.erased((0.1, 0.15)),
            steps.photographed((0.003, 0.02), (20, 110)),
            steps.softened((0.5 * fine, 0.9 * fine)),
            steps.slanting_light((0.6, 0.9)),
            steps.grained((6, 14)),
            steps.jpeg((40, 60)),
        ),
    }


def _held_out(dpi: int) -> dict[str, Step]:
    fine = dpi / 300
    print_out = chain(
        steps.toner((-0.04, 0.1), (12, 55), (228, 250), 0.7 * fine), steps.banded((0.0, 0.08), (18, 90), dpi)
    )
    return {
        "untouched": steps.untouched,
        "upside down": chain(steps.upside_down, steps.gamma((0.7, 1.4))),
        "turned 3°": chain(steps.turned((-3, 3)), steps.gamma((0.8, 1.3))),
        "perspective": steps.photographed((0.01, 0.05), (10, 120), turn=(-8, 8)),
        "blurred": chain(steps.grey, steps.boxed((1.0 * fine, 1.8 * fine)), steps.shaken),
        "JPEG 40": steps.jpeg((35, 45), subsampling=2),
        "noisy": chain(steps.grey, steps.shot((1.0, 2.0))),
        "uneven light": chain(steps.grey, steps.vignette((0.4, 0.7)), steps.shot((0.2, 0.5))),
        "one bit": chain(steps.boxed((0.4, 0.8)), steps.one_bit((100, 170))),
        "dot gain": chain(steps.grey, steps.toner((0.1, 0.2), (10, 60), (220, 250), 1.1 * fine)),
        "folded": chain(wear.folded((0.3, 0.7), (0.3, 2.0), dpi), wear.curled((0.2, 0.9), dpi)),
        "stained": chain(wear.stained((2, 6), (0.2, 0.6), (0.05, 0.4))),
        "dirt": chain(wear.specked((60, 250), (0.2, 1.0), dpi), steps.boxed((0.3, 0.7))),
        "a band across gone": wear.erased((0.1, 0.2), ("across",), (60, 190)),
        "a band down gone": wear.erased((0.1, 0.2), ("down",), (60, 190)),
        "a square gone": wear.erased((0.1, 0.2), ("square",), (60, 190)),
        "phone": chain(
            print_out,
            steps.photographed((0.005, 0.05), (10, 120), turn=(-8, 8), margin=(0.03, 0.12)),
            steps.boxed((0.4 * fine, 1.0 * fine)),
            steps.shaken,
            steps.vignette((0.6, 0.95)),
            steps.shot((0.2, 0.7)),
            steps.jpeg((50, 85), subsampling=2),
        ),
        "all combined": chain(
            print_out,
            steps.grey,
            wear.specked((20, 80), (0.1, 0.6), dpi),
            wear.folded((0.2, 0.5), (0.2, 1.2), dpi),
            wear.stained((1, 4), (0.1, 0.4), (0.05, 0.3)),
            wear.erased((0.1, 0.15), fill=(60, 190)),
            steps.photographed((0.003, 0.02), (10, 120), turn=(-5, 5)),
            steps.boxed((0.5 * fine, 0.9 * fine)),
            steps.vignette((0.6, 0.9)),
            steps.shot((0.4, 0.9)),
            steps.jpeg((40, 60), subsampling=2),
        ),
    }


FAMILIES: Mapping[Family, Callable[[int], dict[str, Step]]] = {
    Family.TUNING: _tuning,
    Family.HELD_OUT: _held_out,
}
CLASSES = tuple(_tuning(300))
"""Names of the classes, the last one everything together."""
