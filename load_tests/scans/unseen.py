"""Steps of the family that nothing was ever tuned on or looked at for: other causes, not only other parameters."""

from __future__ import annotations

import cv2
import numpy as np

from load_tests.scans.pixels import Pixels, as_pixels, enlarged, level_of, lit, recoloured
from load_tests.scans.steps import MM, Span, Step

_LINES = 40
"""Parts of a page between which a feed slips."""
_STRIP = 64
"""Rows that are bent at once: what is at hand in the processor's memory."""


def printed(black: Span, paper: Span, uneven: Span, dpi: int) -> Step:
    """Toner that is denser in one part of the page than in another, with edges as an S."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        low, high, steep = draw.uniform(*black), draw.uniform(*paper), draw.uniform(5, 9)
        soft = as_pixels(cv2.blur(page, (3, 3))) if dpi >= 300 else page
        curve = 1 / (1 + np.exp(-steep * (np.arange(256) / 255 - 0.5)))
        curve = (curve - curve[0]) / (curve[-1] - curve[0])
        ink = as_pixels(cv2.LUT(soft, np.round(255 * (1 - curve)).astype(np.uint8)))
        density = 1 - draw.uniform(*uneven) * draw.random((5, 4))
        laid = lit(ink, enlarged(density, page.shape))
        table = np.round(high - (high - low) * np.arange(256) / 255).astype(np.uint8)
        return as_pixels(cv2.LUT(laid, table))

    return run


def stepped(most_mm: Span, dpi: int) -> Step:
    """Turned a little, with a feed that slips: lines are moved along the page by a random walk that is held back."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        height, width = page.shape[:2]
        most = draw.uniform(*most_mm) / MM * dpi
        walk = np.cumsum(draw.normal(0, 1, _LINES + 1))
        walk -= np.linspace(walk[0], walk[-1], _LINES + 1)
        slip = most * walk / max(1e-6, np.abs(walk).max())
        slope = np.tan(np.deg2rad(draw.uniform(-1.2, 1.2)))
        places = np.linspace(0, height, _LINES + 1)
        moved = np.empty_like(page)
        for first, after, at, there in zip(places, places[1:], slip, slip[1:], strict=False):
            top, bottom = int(first), int(after)
            stretch = (there - at) / (after - first)
            across = [1, -slope, -slope * (top - height / 2)]
            down = [slope, 1 + stretch, top + at + stretch * (top - first) - slope * width / 2]
            cv2.warpAffine(
                page,
                np.array([across, down], dtype=np.float64),
                (width, bottom - top),
                dst=moved[top:bottom],
                flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
                borderValue=level_of(252),
            )
        return moved

    return run


def out_of_focus(radius: Span) -> Step:
    """A disc, as a lens with an open iris makes it."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        size = draw.uniform(*radius)
        y, x = np.mgrid[-3:4, -3:4]
        disc = np.clip(size + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
        return as_pixels(cv2.filter2D(page, -1, disc / disc.sum()))

    return run


def sharpened(share: Span) -> Step:
    """What a scanner's own software does to make text crisp."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        more = draw.uniform(*share)
        return as_pixels(cv2.addWeighted(page, 1 + more, cv2.GaussianBlur(page, (0, 0), 1.4), -more, 0))

    return run


def shown_through(share: Span) -> Step:
    """The other side of thin paper, mirrored; a page of print stands for it."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        behind = cv2.GaussianBlur(np.ascontiguousarray(page[::-1, ::-1]), (0, 0), 3)
        thin = draw.uniform(*share)
        faint = cv2.addWeighted(behind, thin, np.full_like(page, 255), 1 - thin, 0)
        return as_pixels(cv2.multiply(page, faint, scale=1 / 255))

    return run


def tinted(red: Span, blue: Span) -> Step:
    """Light of a lamp: warmer or colder than white."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        gains = (draw.uniform(*red), 1.0, draw.uniform(*blue))
        levels = np.arange(256)[:, None] * np.array(gains)[None]
        return as_pixels(cv2.LUT(page, np.clip(np.round(levels), 0, 255).astype(np.uint8)[None]))

    return run


def streaked(count: tuple[int, int], depth: Span, dpi: int) -> Step:
    """Dust on the glass of a sheet feeder draws a thin line down the page."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        light = np.ones(page.shape[1])
        for _ in range(int(draw.integers(*count, endpoint=True))):
            left, wide = (
                int(draw.integers(0, page.shape[1])),
                max(1, round(draw.uniform(0.05, 0.2) / MM * dpi)),
            )
            light[left : left + wide] -= draw.uniform(*depth)
        row = np.round(255 * light).astype(np.uint8)
        return lit(page, np.repeat(row[None], page.shape[0], axis=0))

    return run


def creased(count: tuple[int, int], depth: Span, dpi: int) -> Step:
    """Crumpled and smoothed again: lines at any angle, darker on one side and brighter on the other."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        small = (page.shape[0] // 4, page.shape[1] // 4)
        light = np.full(small, 235, dtype=np.uint8)
        for _ in range(int(draw.integers(*count, endpoint=True))):
            ends = draw.random((2, 2)) * (small[1], small[0])
            step = 235 * draw.uniform(*depth)
            for aside, level in ((0, 235 - step), (max(1, dpi // 150), min(255.0, 235 + step / 2))):
                (x, y), (u, v) = np.round(ends + aside).astype(int).tolist()
                cv2.line(light, (x, y), (u, v), round(level), 1, cv2.LINE_AA)
        whole = enlarged(as_pixels(cv2.GaussianBlur(light, (0, 0), 0.8)) / 255.0, page.shape)
        return recoloured(lit(page, whole), np.arange(256) * 255 / 235)

    return run


def scuffed(count: tuple[int, int], size_mm: Span, dpi: int) -> Step:
    """Toner that was rubbed away in small places."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        rubbed = page.copy()
        for _ in range(int(draw.integers(*count, endpoint=True))):
            x, y = draw.uniform(0, page.shape[1]), draw.uniform(0, page.shape[0])
            long, angle = draw.uniform(*size_mm) / MM * dpi, draw.uniform(0, np.pi)
            end = (round(x + long * np.cos(angle)), round(y + long * np.sin(angle)))
            cv2.line(rubbed, (round(x), round(y)), end, level_of(225), 1, cv2.LINE_AA)
        return rubbed

    return run


def bowed(most: Span) -> Step:
    """A lens that bends straight lines outwards."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        height, width = page.shape[:2]
        bend = draw.uniform(*most) * (1 if draw.random() < 0.7 else -1)
        x = np.linspace(-1, 1, width, dtype=np.float32)[None]
        bent = np.empty_like(page)
        for top in range(0, height, _STRIP):
            rows = np.arange(top, min(height, top + _STRIP), dtype=np.float32)[:, None]
            y = rows / np.float32(height - 1) * 2 - 1
            out = 1 + np.float32(bend) * (x * x + y * y - 1)
            cv2.remap(
                page,
                (x * out + 1) * np.float32((width - 1) / 2),
                (y * out + 1) * np.float32((height - 1) / 2),
                cv2.INTER_LINEAR,
                dst=bent[top : top + _STRIP],
                borderMode=cv2.BORDER_REPLICATE,
            )
        return bent

    return run


def shadowed(depth: Span) -> Step:
    """The shadow of a hand or a head, with a soft edge."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        y, x = np.mgrid[0:1:48j, 0:1:48j]
        angle, place, soft = draw.uniform(0, 2 * np.pi), draw.uniform(0.1, 0.6), draw.uniform(8, 25)
        along = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) + 0.5
        return lit(
            page, enlarged(1 - draw.uniform(*depth) / (1 + np.exp((along - place) * soft)), page.shape)
        )

    return run
