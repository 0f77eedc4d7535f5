"""What the inquiry site needs from outside: somebody to look at scans, the fate of an order, a memory of inquiries, turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from anti_forgery.copy_evidence import Ground
from anti_forgery.scan_trouble import ScanTrouble
from anti_forgery.sheet import SheetFacts
from certificates.domain.identifiers import MunicipalityCode, OrderId
from certificates.wire.order import StandingTold

Clock = Callable[[], datetime]
"""The moment, with its zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a picture is among what was handed in: file and page, both from 1."""

    file: int
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One picture: the payload of the back it shows, or None; ``trouble`` when it could not be looked at.

    ``ground`` is what the ground of a back says.
    """

    place: Place
    payload: bytes | None = field(default=None, repr=False)
    trouble: ScanTrouble | None = None
    ground: Ground = Ground.CANNOT_TELL


class Match(Enum):
    """What the program found when it held the scanned front against what is sealed on the back."""

    MATCHES = "matches"
    DIFFERS = "differs"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What seems to stand where something else was printed; neither is empty."""

    expected: str = field(repr=False)
    seems: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """``row`` is the form's own name for the place, ``kinds`` what is different there (``comparison.verdict.Kind``),
    ``readings`` what was recognised there, in order.

    ``original`` and ``yours`` show the place enlarged (PNG and JPEG); both are empty when the whole page differs.
    """

    row: str = field(repr=False)
    kinds: tuple[str, ...]
    readings: tuple[Reading, ...] = ()
    original: bytes = field(default=b"", repr=False)
    yours: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """``picture`` is the receiver's own scan with the differences framed (JPEG); ``doubt`` why it cannot be told."""

    match: Match
    differences: tuple[Difference, ...] = ()
    doubt: str = ""
    ground: Ground = Ground.CANNOT_TELL
    picture: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The front as it was printed: a PDF and a picture of it (PNG); ``compared`` when a scanned front was given."""

    pdf: bytes = field(repr=False)
    picture: bytes = field(repr=False)
    compared: Compared | None = None


class Examination(Protocol):
    """A look at what one receiver handed in; what it holds is gone when its context is left."""

    async def look(self) -> tuple[Seen, ...]:
        """Every picture in order. Raises ExaminationError."""
        ...

    async def restore(self, sheet: SheetFacts, scanned: Place | None) -> Restored:
        """Draw the sheet's front again and hold it against the picture at ``scanned``. Raises ExaminationError."""
        ...


class Examiner(Protocol):
    def open(self, scans: Sequence[bytes]) -> AbstractAsyncContextManager[Examination]:
        """Raises ExaminationError when nobody is free to look."""
        ...


class ExaminationTrouble(Enum):
    """Why a whole inquiry could not be carried out."""

    BUSY = "busy"
    TOOK_TOO_LONG = "took-too-long"
    GAVE_UP = "gave-up"


class ExaminationError(Exception):
    """The scans could not be examined; they may be sound all the same."""

    def __init__(self, trouble: ExaminationTrouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class Standings(Protocol):
    """How an order ended, as the municipality knows it; nothing personal is asked or told."""

    async def of(self, municipality: MunicipalityCode, order: OrderId, issue_number: str) -> StandingTold:
        """Raises UnavailableError when nobody can be asked now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How often this very sheet was asked about before, when first, and the latest times, newest first."""

    count: int
    first: datetime | None = None
    latest: tuple[datetime, ...] = ()


class Recall(Protocol):
    """Remembers that a sheet was asked about, and when; neither the sheet nor who asked."""

    async def note(self, mark: bytes, at: datetime) -> Asked:
        """What was known before, and from now on this inquiry too. Raises UnavailableError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often one receiver may ask: ``burst`` in a row, ``per_minute`` in the long run, ``together`` at one time."""

    burst: int
    per_minute: float
    together: int


class Turns(Protocol):
    """Turns of receivers that come back with time. A receiver is a name that says nothing (``rate.receiver_name``)."""

    def turn(self, name: str) -> AbstractAsyncContextManager[bool]:
        """False when ``name`` has no turn now; a turn lasts as long as the context. Raises UnavailableError on entering."""
        ...
