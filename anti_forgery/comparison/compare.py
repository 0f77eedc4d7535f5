"""The whole comparison of one scanned front with the sheet that its back opened to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import cv2
import numpy as np
from PIL import Image

from anti_forgery.comparison import blanks, glyphs, seals
from anti_forgery.comparison.blocks import Pixels
from anti_forgery.comparison.frames import framed, is_printed_front, lies_on_ground, turned_round
from anti_forgery.comparison.pages import Levels, crispness, mapped, shrunk
from anti_forgery.comparison.rectifying import page_ink, settled, upright
from anti_forgery.comparison.registration import LEAST, Registration, register, starts_in
from anti_forgery.comparison.truth import SealPlace, Truth, truth_of
from anti_forgery.comparison.verdict import Comparison, Doubt, Kind, Likeness, Place
from anti_forgery.reading import is_readable
from anti_forgery.sheet import SheetFacts
from certificates.errors import RefusedError, WireError
from certificates.pdf.fonts import Typeface
from certificates.pdf.sheet import PAPER, Box

LEAST_SIDE = 1500
"""Pixels of the longer side: 128 dots an inch of A4, below which figures run together."""
_FORESHORTENED, _ASKEW = 0.9, 0.25
"""Of that, where a photograph is taken from one side; and how far a page may be from its proportion."""
GLYPH_LIMIT, GLYPH_DOUBT = 0.48, 0.43
"""Unlikeness of a glyph from which it differs, and from which it is not sure."""
SEAL_LIMIT, SEAL_DOUBT = 0.62, 0.5
WORST_BLUR = 2.0
"""Pixels (300 to the inch) of blur with which figures can be told apart."""
OTHER = 0.15
"""Share of the glyphs that differ when the page is another one; labels are the same on every page of a form."""
_CRISP = 0.15
"""Crispness of print that is blurred by a little less than that."""
_SURE = 0.6
"""Correlation from which a page in grey lies where it was found even when much on it is different; in colour its ground says."""
_FAINT_TEXT = 0.3
_SMALLEST = 2.0
"""Millimetres: smaller type holds no value and is not sure enough to accuse anybody."""
_WHOLE, _SPECK = 0.04, 40
"""A glyph that lacks nothing and has less ink too much than this, in pixels, may be a speck: not sure, and no accusation."""
_RUN = 60.0
"""Millimetres of a line that move as one."""
_PAGE = Box(0, 0, *PAPER)


def compare(front: Image.Image, sheet: SheetFacts, face: Typeface) -> Comparison:
    """Compare a scanned or photographed front with the truth.

    ``front`` shows one whole front, any way up, colour or grey, at 200 dots an inch or more. Never raises for what the
    picture shows. About a fifth of a second of one core.
    """
    if not sheet.front:
        return Comparison.cannot_tell(Doubt.NO_DRAWING)
    if max(front.size) < LEAST_SIDE or not is_readable(front):
        return Comparison.cannot_tell(Doubt.TOO_COARSE)
    try:
        truth = truth_of(sheet.front, face)
    except WireError:
        return Comparison.cannot_tell(Doubt.NO_DRAWING)
    except RefusedError:
        return Comparison.cannot_tell(Doubt.NO_TYPEFACE)
    cv2.setNumThreads(1)  # who examines is forked, and its processor time is counted
    colour = np.asarray(front if front.mode in ("RGB", "L") else front.convert("RGB"))
    scan, true = Levels(_blue(colour)), Levels(truth.ink)
    found = register(scan, true, starts_in(scan))
    if found.likeness < LEAST:
        ground = framed(colour, scan)
        if ground is None or not is_printed_front(scan, ground.to_picture):
            return Comparison.cannot_tell(Doubt.NOT_FOUND)
        found = register(scan, true, (ground.to_picture, turned_round(ground.to_picture)))
        if found.likeness < LEAST:
            return _another(shrunk(upright(colour, ground), 2), found.likeness)
    if doubt := _out_of_sight(found, scan.size, truth):
        return Comparison.cannot_tell(doubt)
    page = upright(colour, settled(scan, found, true))
    judged = _judged(shrunk(page, 2), Levels(page_ink(_blue(page))), truth, true)
    whole = any(place.kind is Kind.OTHER_PAGE for place in judged.differences)
    if whole and found.likeness < _SURE and not lies_on_ground(found, framed(colour, scan)):
        return Comparison.cannot_tell(
            Doubt.NOT_FOUND
        )  # it may be the right page that was taken for where it is not
    return judged


def _out_of_sight(found: Registration, size: tuple[int, int], truth: Truth) -> Doubt | None:
    """Why glyphs cannot be looked at where the page lies: beside the picture, or with too few pixels."""
    boxes = np.array(
        [(g.box.x, g.box.y, g.box.x + g.box.width, g.box.y + g.box.height) for g in truth.glyphs]
    )
    if len(boxes):
        (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        text = mapped(
            found.to_picture, np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        )
        if (text < 0).any() or (text > size).any():
            return Doubt.NOT_FOUND
    corners = mapped(found.to_picture, np.array([(0, 0), (PAPER[0], 0), PAPER, (0, PAPER[1])]))
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    dots = sides / (PAPER[0], PAPER[1], PAPER[0], PAPER[1])
    if dots.min() < LEAST_SIDE / PAPER[1] * _FORESHORTENED:
        return Doubt.TOO_COARSE
    askew = (dots[0] + dots[2]) / (dots[1] + dots[3])
    return Doubt.NOT_FOUND if abs(askew - 1) > _ASKEW else None


def _another(half: Pixels, likeness: float) -> Comparison:
    """The page is found by its ground, and nothing is printed where it should be."""
    whole = Place(row="", kind=Kind.OTHER_PAGE, box=_PAGE, score=LEAST / max(likeness, 0.1))
    return Comparison(outcome=Likeness.DIFFERS, differences=(whole,), upright=Image.fromarray(half))


def _blue(page: Pixels) -> Pixels:
    """The channel in which the cyan ground is hardly there; a grey page as it is."""
    return page if page.ndim == 2 else np.asarray(cv2.extractChannel(page, 2), dtype=np.uint8)


def _judged(half: Pixels, scan: Levels, truth: Truth, true: Levels) -> Comparison:
    """``half`` is the upright page at half the resolution of ``scan``, its ink; ``true`` is that of the truth."""
    shown = Image.fromarray(half)
    parts = list(seals.tiles(truth))
    boxes = [glyph.box for glyph in truth.glyphs] + [box for _, box in parts]
    lines: list[object] = [_line(glyph.row, glyph.box) for glyph in truth.glyphs]
    lines += [seal.row for seal, _ in parts]
    count = len(truth.glyphs)
    scores = glyphs.score(scan.page, truth.ink, boxes, lines, lettering=count or None)
    contrast = float(np.median(scores.tone[:count])) if count else 1.0
    places = _glyph_places(truth, scores, count) + _seal_places(parts, scores, count)
    changed = sum(place.score >= 1 for place in places)
    other = changed / (OTHER * count) if count else 0.0
    # on a page that says something else its own print alone tells how good the scan is
    blurred = scores.sigma > WORST_BLUR and crispness(scan.page) < _CRISP
    if blurred or (contrast < _FAINT_TEXT and other <= 1):
        return Comparison.cannot_tell(Doubt.TOO_POOR, upright=shown)
    places += [
        Place(row=seal.row, kind=Kind.TONE, box=seal.box, score=beyond)
        for seal, beyond in seals.tones(scan, half, true, truth.seals, scores.sigma)
    ]
    folds = 0
    bent = [glyph.box for glyph, moved in zip(truth.glyphs, scores.elsewhere, strict=False) if moved]
    for box, ink in blanks.added(
        scan.level(blanks.REDUCE), true.level(blanks.REDUCE), max(contrast, _FAINT_TEXT)
    ):
        if any(_near(box, line) for line in bent):
            continue  # the ink of a line that lies beside its place
        fold = blanks.is_fold(box)
        folds += fold
        places.append(Place(row="", kind=Kind.ADDED, box=box, score=min(ink, 0.95) if fold else ink))
    differences = joined([place for place in places if place.score >= 1])
    doubtful = joined([place for place in places if _doubt(place.kind) <= place.score < 1])
    if other > 1:
        differences = (Place(row="", kind=Kind.OTHER_PAGE, box=_PAGE, score=other), *differences)
    if differences:
        return Comparison(outcome=Likeness.DIFFERS, differences=differences, doubtful=doubtful, upright=shown)
    if doubtful:
        doubt = Doubt.DAMAGED if folds else Doubt.NOT_SURE
        return Comparison.cannot_tell(doubt, doubtful, shown)
    return Comparison(outcome=Likeness.MATCHES, upright=shown)


def _line(row: str, box: Box) -> object:
    """Glyphs that move together: near to each other on one line of text."""
    return row, round(box.y + box.height, 1), int(box.x / _RUN)


def _near(one: Box, other: Box, by: float = 3.5) -> bool:
    return (
        one.x < other.x + other.width + by
        and other.x < one.x + one.width + by
        and one.y < other.y + other.height + by
        and other.y < one.y + one.height + by
    )


def _doubt(kind: Kind) -> float:
    """The score from which a place is not sure."""
    return {Kind.TONE: 0.85, Kind.ADDED: blanks.DOUBTFUL_INK / blanks.LEAST_INK}.get(
        kind, GLYPH_DOUBT / GLYPH_LIMIT
    )


def _glyph_places(truth: Truth, scores: glyphs.Scores, count: int) -> list[Place]:
    unlike = scores.unlikeness[:count]
    places = []
    for number in np.flatnonzero(unlike >= GLYPH_DOUBT):
        glyph = truth.glyphs[number]
        score = float(unlike[number]) / GLYPH_LIMIT
        speck = scores.missing[number] < _WHOLE and scores.surplus[number] * scores.ink[number] < _SPECK
        if glyph.box.height < _SMALLEST or speck:
            score = min(score, 0.95)
        gone = scores.missing[number] > 3 * scores.extra[number]
        places.append(
            Place(row=glyph.row, kind=Kind.MISSING if gone else Kind.CHANGED, box=glyph.box, score=score)
        )
    return places


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


def joined(places: Sequence[Place]) -> tuple[Place, ...]:
    """Places of one row and kind that lie side by side as one, top to bottom."""
    ordered = sorted(
        places, key=lambda place: (place.kind.value, place.row, round(place.box.y, 1), place.box.x)
    )
    found = []
    for _, group in groupby(ordered, key=lambda place: (place.kind, place.row, round(place.box.y, 1))):
        run: list[Place] = []
        for place in group:
            if run and place.box.x - (run[-1].box.x + run[-1].box.width) > place.box.width:
                found.append(_around(run))
                run = []
            run.append(place)
        found.append(_around(run))
    return tuple(sorted(found, key=lambda place: (place.box.y, place.box.x)))


def _around(run: Sequence[Place]) -> Place:
    left, top = min(place.box.x for place in run), min(place.box.y for place in run)
    right = max(place.box.x + place.box.width for place in run)
    bottom = max(place.box.y + place.box.height for place in run)
    first = run[0]
    box = Box(left, top, right - left, bottom - top)
    return Place(row=first.row, kind=first.kind, box=box, score=max(place.score for place in run))
