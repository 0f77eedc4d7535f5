"""What a comparison finds: matches, differs here, or cannot tell and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from PIL import Image

from certificates.errors import InvalidValueError
from certificates.pdf.sheet import Box


class Likeness(Enum):
    """The outcome."""

    MATCHES = "matches"
    DIFFERS = "differs"
    CANNOT_TELL = "cannot-tell"


class Kind(Enum):
    """What is different in a box; the value is stable, for JSON."""

    CHANGED = "changed"  # other ink than the truth
    MISSING = "missing"  # the truth has ink, the paper has none
    ADDED = "added"  # ink where the truth is blank
    TONE = "tone"  # the right shape, in another tone or sharpness: pasted or copied
    OTHER_PAGE = "other-page"  # the whole page says something else


class Doubt(Enum):
    """Why it cannot be told; the value is a sentence for the person who scanned."""

    NO_DRAWING = "the back carries the words of the front alone: compare by eye"
    NOT_FOUND = "no such page is found in the picture: scan the whole front, flat and upright, at 300 dpi"
    TOO_COARSE = "the picture has too few pixels: scan at 300 dpi, at least at 200"
    TOO_POOR = "the picture is too blurred, dark or noisy: scan again, flat, at 300 dpi"
    DAMAGED = "the sheet is stained, folded or torn in places: scan again, or look at the marked places"
    NOT_SURE = "some places are neither alike nor different enough: scan again, flat, at 300 dpi"
    NO_TYPEFACE = "the program lacks a character of this front"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Something on the front: ``box`` in millimetres from the sheet's top left corner, ``row`` the form's name for it.

    ``score`` says how far it is from the truth: 1 is the limit of a difference. ``expected`` is what should stand there
    and ``seems`` what seems to stand there instead, when it was recognised; else both are empty.
    """

    row: str
    kind: Kind
    box: Box
    score: float
    expected: str = field(default="", repr=False)
    seems: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if bool(self.expected) != bool(self.seems):
            raise InvalidValueError("seems", "belongs to what is expected there, and only to it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """``differences`` when and only when the outcome is DIFFERS, ``doubt`` when and only when it is CANNOT_TELL.

    ``doubtful`` are places for a second look, with any outcome but MATCHES. ``upright`` is the scanned front brought
    upright, 150 dots an inch, to draw the boxes on; None when no page was found.
    """

    outcome: Likeness
    differences: tuple[Place, ...] = ()
    doubt: Doubt | None = None
    doubtful: tuple[Place, ...] = ()
    upright: Image.Image | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if bool(self.differences) != (self.outcome is Likeness.DIFFERS):
            raise InvalidValueError("differences", "belong to the outcome DIFFERS, and only to it")
        if (self.doubt is not None) != (self.outcome is Likeness.CANNOT_TELL):
            raise InvalidValueError("doubt", "belongs to the outcome CANNOT_TELL, and only to it")

    @classmethod
    def cannot_tell(
        cls, doubt: Doubt, doubtful: tuple[Place, ...] = (), upright: Image.Image | None = None
    ) -> Comparison:
        return cls(outcome=Likeness.CANNOT_TELL, doubt=doubt, doubtful=doubtful, upright=upright)
