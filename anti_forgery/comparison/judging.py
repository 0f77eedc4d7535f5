"""What a page that was brought upright says against the truth: places that differ, places that are not sure, the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from anti_forgery.comparison import additions, blanks, characters, glyphs, seals
from anti_forgery.comparison.blocks import Floats, Pixels
from anti_forgery.comparison.inks import enlarged, in_colour
from anti_forgery.comparison.joining import joined
from anti_forgery.comparison.pages import Levels, correlation, crispness, grain, shrunk
from anti_forgery.comparison.truth import DOTS, SealPlace, Truth
from anti_forgery.comparison.verdict import Comparison, Doubt, Kind, Likeness, Place
from certificates.pdf.fonts import Typeface
from certificates.pdf.sheet import PAPER, Box

GLYPH_LIMIT, GLYPH_DOUBT = 0.48, 0.43
"""Unlikeness of a glyph from which it differs, and from which it is not sure."""
SEAL_LIMIT, SEAL_DOUBT = 0.62, 0.5
WORST_BLUR = 2.0
"""Pixels (300 to the inch) of blur with which figures can be told apart."""
OTHER = 0.15
"""Share of the glyphs that differ when the page is another one; labels are the same on every page of a form."""
_CRISP = 0.15
"""Crispness of print that is blurred by a little less than that."""
_FAINT_TEXT = 0.3
_BEST, _NOISY = 10, 0.3
"""Percentile of the glyphs' unlikeness, and from where on it is noise: sharp scans have 0.05, coarse and worn ones 0.1."""
_GRAINY = 15.0
"""Grain of noise that hides glyphs: a clean page on its ground has 9, one on which all glyphs are still told 15."""
_FROM_AFAR, _THE_SAME = 8, 0.6
"""By what pages are made smaller until noise is gone, and their correlation when they say the same."""
_SMALLEST = 2.0
"""Millimetres: smaller type holds no value and is not sure enough to accuse anybody."""
_WHOLE, _SPECK = 0.04, 40
"""A glyph that lacks nothing and has less ink too much than this, in pixels, may be a speck: not sure, and no accusation."""
_NEAR = round(6 * DOTS / 2)
"""Pixels of half the resolution: 6 mm, within which paper is looked for."""
_RUN = 60.0
"""Millimetres of a line that move as one."""
WHOLE_PAGE = Box(0, 0, *PAPER)


def judged(page: Pixels, scan: Levels, truth: Truth, true: Levels, face: Typeface) -> Comparison:
    """``page`` is upright, in colour or grey; ``scan`` its ink in the channel that is looked at, ``true`` that of the
    truth."""
    half = shrunk(page, 2)
    shown = Image.fromarray(half)
    parts = list(seals.tiles(truth))
    boxes = [glyph.box for glyph in truth.glyphs] + [box for _, box in parts]
    lines: list[object] = [_line(glyph.row, glyph.box) for glyph in truth.glyphs]
    lines += [seal.row for seal, _ in parts]
    count = len(truth.glyphs)
    coloured = in_colour(half, _NEAR)
    scores = glyphs.score(
        scan.page,
        truth.ink,
        boxes,
        lines,
        lettering=count or None,
        coloured=enlarged(coloured, scan.page.shape),
    )
    contrast = scores.contrast if count else 1.0
    places = _glyph_places(truth, scores, count) + _seal_places(parts, scores, count)
    changed = sum(place.score >= 1 for place in places)
    other = changed / (OTHER * count) if count else 0.0
    # on a page that says something else its own print alone tells how good the scan is
    blurred = scores.sigma > WORST_BLUR and crispness(scan.page) < _CRISP
    if blurred or _is_noisy(scores.unlikeness[:count], scan, true) or (contrast < _FAINT_TEXT and other <= 1):
        return Comparison.cannot_tell(Doubt.TOO_POOR, upright=shown)
    if other <= 1:
        told = _other_characters(scan.page, scores, truth, face)
        places = [place for place in places if place.box not in {one.box for one in told}]
        places = _named(places, scan.page, scores, truth, face) + told
    places += [
        Place(row=seal.row, kind=Kind.TONE, box=seal.box, score=beyond)
        for seal, beyond in seals.tones(scan, half, true, truth.seals, scores.sigma)
    ]
    added, folds = additions.places(scan, coloured, truth, true, scores, max(contrast, _FAINT_TEXT))
    places += added
    differences = joined([place for place in places if place.score >= 1])
    doubtful = joined([place for place in places if _doubt(place.kind) <= place.score < 1])
    if other > 1:
        differences = (Place(row="", kind=Kind.OTHER_PAGE, box=WHOLE_PAGE, score=other), *differences)
    if differences:
        return Comparison(outcome=Likeness.DIFFERS, differences=differences, doubtful=doubtful, upright=shown)
    if doubtful:
        doubt = Doubt.DAMAGED if folds else Doubt.NOT_SURE
        return Comparison.cannot_tell(doubt, doubtful, shown)
    return Comparison(outcome=Likeness.MATCHES, upright=shown)


def _is_noisy(unlike: Floats, scan: Levels, true: Levels) -> bool:
    """Whether hardly a glyph is as it should be on a grainy page that says, from afar, what it should.

    Without grain it is the same form of somebody else, which looks the same from afar too.
    """
    if not len(unlike) or np.percentile(unlike, _BEST) < _NOISY or grain(scan.page) < _GRAINY:
        return False
    return correlation(scan.level(_FROM_AFAR), true.level(_FROM_AFAR)) > _THE_SAME


def _line(row: str, box: Box) -> object:
    """Glyphs that move together: near to each other on one line of text."""
    return row, round(box.y + box.height, 1), int(box.x / _RUN)


def _doubt(kind: Kind) -> float:
    """The score from which a place is not sure."""
    return {Kind.TONE: 0.85, Kind.ADDED: blanks.DOUBTFUL_INK / blanks.LEAST_INK}.get(
        kind, GLYPH_DOUBT / GLYPH_LIMIT
    )


def _glyph_places(truth: Truth, scores: glyphs.Scores, count: int) -> list[Place]:
    unlike = scores.unlikeness[:count]
    places = []
    moved = scores.elsewhere[:count]
    for number in np.flatnonzero((unlike >= GLYPH_DOUBT) | moved):
        glyph = truth.glyphs[number]
        score = float(max(unlike[number] / GLYPH_LIMIT, 0.95 * moved[number]))
        speck = scores.missing[number] < _WHOLE and scores.surplus[number] * scores.ink[number] < _SPECK
        if glyph.box.height < _SMALLEST or speck:
            score = min(score, 0.95)
        gone = scores.missing[number] > 3 * scores.extra[number]
        places.append(
            Place(row=glyph.row, kind=Kind.MISSING if gone else Kind.CHANGED, box=glyph.box, score=score)
        )
    return places


def _other_characters(scan: Pixels, scores: glyphs.Scores, truth: Truth, face: Typeface) -> list[Place]:
    """Glyphs that differ too little to be sure of, and are rather others."""
    asked = np.flatnonzero(scores.unlikeness[: len(truth.glyphs)] < GLYPH_LIMIT)
    found = characters.others(scan, scores, truth.glyphs, asked, face)
    return [
        Place(
            row=glyph.row,
            kind=Kind.CHANGED,
            box=glyph.box,
            score=max(1 + other.belief - characters.LIKELY, GLYPH_DOUBT / GLYPH_LIMIT),
            expected=glyph.text if other.text else "",
            seems=other.text,
        )
        for other, glyph in ((other, truth.glyphs[other.number]) for other in found)
    ]


def _named(
    places: Sequence[Place], scan: Pixels, scores: glyphs.Scores, truth: Truth, face: Typeface
) -> list[Place]:
    """The same places: what their ink alone gave away is asked for its name, which changes nothing else."""
    changed = {place.box for place in places if place.kind is Kind.CHANGED and place.score >= 1}
    asked = [number for number, glyph in enumerate(truth.glyphs) if glyph.box in changed]
    found = characters.others(scan, scores, truth.glyphs, np.array(asked, dtype=np.intp), face)
    names = {truth.glyphs[other.number].box: other for other in found if other.text}
    return [
        replace(place, expected=truth.glyphs[other.number].text, seems=other.text)
        if (other := names.get(place.box))
        else place
        for place in places
    ]


def _seal_places(parts: Sequence[tuple[SealPlace, Box]], scores: glyphs.Scores, count: int) -> list[Place]:
    """One place a seal: its worst tile."""
    unlike = scores.unlikeness[count:]
    worst: dict[SealPlace, float] = {}
    for (seal, _), value in zip(parts, unlike, strict=True):
        worst[seal] = max(worst.get(seal, 0.0), float(value))
    limit = GLYPH_DOUBT / GLYPH_LIMIT
    return [
        Place(
            row=seal.row,
            kind=Kind.CHANGED,
            box=seal.box,
            # between doubt and limit as for glyphs, so that one scale serves both
            score=value / SEAL_LIMIT if value >= SEAL_LIMIT else limit + (value - SEAL_DOUBT) * 0.3,
        )
        for seal, value in worst.items()
        if value >= SEAL_DOUBT
    ]
