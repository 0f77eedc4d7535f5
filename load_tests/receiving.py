"""Receivers at the end of the demonstration: they ask the inquiry site, also about a paper that the counter exchanged."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from anti_forgery.key_files import load_folder
from anti_forgery.sheet import SheetFacts
from anti_forgery.verification import verify_image
from certificates.pdf.fonts import Typeface
from load_tests.receiver import ask, retouched, scanned
from load_tests.town import settings
from load_tests.town.process import run_command
from load_tests.town.running import RunningTown
from load_tests.visits import AFTER_MOVE, BEFORE_MOVE, PlannedVisit


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the demonstration's summary."""

    title: str
    result: str
    seconds: float
    good: bool


class Receiving:
    """``out`` holds the sheets of the visits. Each line is good when the site said what it must."""

    def __init__(self, town: RunningTown, out: Path, face: Typeface) -> None:
        assert town.inquiry is not None
        self._folder = town.folder
        self._site = town.inquiry.address("inquiry")
        self._out = out
        self._face = face

    async def first_sheet(self) -> list[Line]:
        """Both sides to the inquiry site; then the same with a front that somebody retouched."""
        pdf = next(iter(sorted(self._out.glob("01-*.pdf")))).read_bytes()
        front, back = scanned(pdf, 0), scanned(pdf, 1)
        forged = retouched(front, self._sealed(back).front, self._face)
        return [
            await self._asked("両面", (front, back), "confirmed", "printed"),
            await self._asked("書き換えたおもて面", (forged, back), "altered", "printed"),
        ]

    async def exchanged(self) -> Line:
        """Two clerks exchange the paper from before the move for the one from after it (差替), and have it back (回収)."""
        old, new = (self._back(visit) for visit in (BEFORE_MOVE, AFTER_MOVE))
        successor = self._sealed(new).issue_number
        await run_command(
            "issuance_server",
            "withdraw",
            self._sealed(old).issue_number,
            *("--reason", "wrong-content", "--collected", "--replaced-by", successor),
            *("--by", "架空花子", "--and", "見本太郎"),
            settings=settings.issuance(self._folder),
            log=self._folder.log("issuance"),
        )
        return await self._asked("差し替えられた証明書のうら面", (old,), "suspect", "replaced")

    def _back(self, visit: PlannedVisit) -> Image.Image:
        (path,) = self._out.glob(f"*-{visit.slug}.pdf")
        return scanned(path.read_bytes(), 1)

    def _sealed(self, back: Image.Image) -> SheetFacts:
        keys = load_folder(self._folder.path("site-keys"))
        sheet = verify_image(back, keys.site_private, keys.centre_public).sheet
        assert sheet is not None
        return sheet

    async def _asked(self, what: str, sides: Sequence[Image.Image], conclusion: str, standing: str) -> Line:
        started = time.monotonic()
        told = await ask(self._site, *sides)
        result = (
            f"{told.conclusion}, 発行番号 {told.issue_number}, {told.standing}, front {told.match}"
            f"{' in ' + '、'.join(told.rows) if told.rows else ''}, asked {told.asked_before} times before"
        )
        return Line(
            title=f"問合せサイト: {what}",
            result=result,
            seconds=time.monotonic() - started,
            good=(told.conclusion, told.standing) == (conclusion, standing),
        )
