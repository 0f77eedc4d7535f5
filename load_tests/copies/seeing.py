"""What an eye sees of the ground, and what a printer and a copier do to it; ink from 0 to 1, pixels of 600 dpi."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anti_forgery.ground import tile_pixels, word_mask
from anti_forgery.ground_design import USUAL, GroundDesign
from load_tests.copies.models import Copier

Field = NDArray[np.float64]

EYE = 14.0
"""Pixels over which the eye mixes dots to a tone: 0.6 mm at reading distance."""
PAPER, CYAN = 0.85, 0.23
"""Luminance factors of plain paper and of solid cyan toner."""
VISIBLE_DL = 0.6
"""Difference in L* from which a word is taken for visible."""
VISIBLE = 0.5
"""Correlation of what the eye sees with the word, under an uneven print, from which it is read without searching."""
UNEVEN = 0.01
"""Of full tone: the grain of any print."""
_STEPS = 24
"""Halvings of the interval in which the balance is looked for."""


def smooth(values: Field, sigma: float) -> Field:
    """Gaussian blur that continues over the edges, as the ground does."""
    y, x = np.fft.fftfreq(values.shape[0])[:, None], np.fft.rfftfreq(values.shape[1])[None, :]
    kernel = np.exp(-2 * (np.pi * sigma) ** 2 * (x**2 + y**2))
    return np.asarray(np.fft.irfft2(np.fft.rfft2(values) * kernel, values.shape))


@cache
def _seen_word(design: GroundDesign) -> tuple[Field, NDArray[np.bool_], NDArray[np.bool_], Field]:
    """The word as the eye sees it, the middle of its strokes, the ground away from it, the grain of a print."""
    word = word_mask(design).astype(np.float64)
    seen = smooth(word, EYE)
    grain = smooth(np.random.default_rng(1).normal(size=seen.shape), EYE)
    return seen, smooth(word, EYE / 2) > 0.95, seen < 0.01, grain * (UNEVEN / grain.std())


def lightness_difference(ink: Field, design: GroundDesign = USUAL) -> float:
    """L* of the word less L* of the ground (CIE 15, Murray-Davies mixing)."""
    _, inside, outside, _ = _seen_word(design)
    seen = smooth(ink, EYE)
    return _lightness(float(seen[inside].mean())) - _lightness(float(seen[outside].mean()))


def visibility(ink: Field, design: GroundDesign = USUAL) -> float:
    """Correlation of what the eye sees with the word, whichever of them is darker."""
    seen_word, _, _, grain = _seen_word(design)
    seen = smooth(ink, EYE) + grain
    return float(abs(np.corrcoef(seen.ravel(), seen_word.ravel())[0, 1]))


def printed(balance: float, gain: float, design: GroundDesign = USUAL) -> Field:
    """The tile as a printer with that dot gain makes it: each dot's edge moves by ``gain`` pixels."""
    ink = tile_pixels(balance, design).astype(np.float64)
    near = np.maximum.reduce([np.roll(ink, step, axis) for axis in (0, 1) for step in (-1, 0, 1)])
    return np.asarray(np.maximum(ink, gain * near))


@cache
def calibrated(gain: float, design: GroundDesign = USUAL) -> float:
    """The balance at which the word has the tone of the ground on that printer."""
    low, high = 0.8, 1.9
    for _ in range(_STEPS // 2):
        middle = (low + high) / 2
        if lightness_difference(printed(middle, gain, design), design) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def copied(ink: Field, copier: Copier) -> Field:
    """The copy, in pixels of 600 dpi again."""
    seen = smooth(ink, copier.blur)
    if copier.sharpen:
        seen = seen + copier.sharpen * (seen - smooth(seen, 4 * copier.blur))
    height, width = seen.shape
    size = (round(width * copier.dpi / 600), round(height * copier.dpi / 600))
    sampled = Image.fromarray(seen.astype(np.float32)).resize(size, Image.Resampling.BOX)
    values: Field = (
        np.asarray(sampled).astype(np.float64) + copier.light * np.linspace(0, 1, size[0])[None, :]
    )
    if copier.jpeg:
        values = _jpeg(values, copier.jpeg)
    if copier.low == copier.high:
        decided = (values > copier.low).astype(np.float64)
    else:
        decided = np.clip((values - copier.low) / (copier.high - copier.low), 0, 1)
    again = Image.fromarray(decided.astype(np.float32)).resize((width, height), Image.Resampling.NEAREST)
    return np.asarray(again).astype(np.float64)


def as_picture(ink: Field) -> Image.Image:
    """The ink as cyan toner on paper, in sRGB."""
    light = np.stack([1 - ink, 1 - 0.32 * ink, 1 - 0.06 * ink], axis=-1)
    return Image.fromarray(np.rint(255 * np.clip(light, 0, 1) ** (1 / 2.2)).astype(np.uint8))


def _jpeg(values: Field, quality: int) -> Field:
    out = io.BytesIO()
    Image.fromarray(np.rint(255 * np.clip(1 - values, 0, 1)).astype(np.uint8)).save(
        out, "JPEG", quality=quality
    )
    return np.asarray(1 - np.asarray(Image.open(out)).astype(np.float64) / 255)


def _lightness(ink: float) -> float:
    return float(116 * np.cbrt((1 - ink) * PAPER + ink * CYAN) - 16)
