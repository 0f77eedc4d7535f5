"""One inquiry: look at the scans, open each back, ask what became of it, restore and compare its front."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from anti_forgery.key_watch import KeyWatch
from anti_forgery.sheet import SheetFacts
from anti_forgery.verification import Reason, Verdict, verify_back
from center_relay.inquiry.ports import (
    Asked,
    Clock,
    Examination,
    Examiner,
    Place,
    Recall,
    Seen,
    Standings,
)
from center_relay.inquiry.usecases.conclusions import SheetAnswer
from certificates.domain.identifiers import municipality_code, order_id
from certificates.errors import UnavailableError
from certificates.wire.order import StandingTold

_LABEL = b"kofu/inquiry/1/"
_UNKNOWN_KEY = frozenset({Reason.UNKNOWN_SITE_KEY, Reason.UNKNOWN_CENTRE_KEY})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``sheets`` one for each back; ``loose`` the pictures that are no back and belong to none."""

    sheets: tuple[SheetAnswer, ...]
    loose: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquire:
    """``secret`` keys the marks under which sheets are remembered: who reads the memory learns of no sheet."""

    examiner: Examiner
    standings: Standings
    recall: Recall
    keys: KeyWatch = field(repr=False)
    secret: bytes = field(repr=False)
    clock: Clock

    async def __call__(self, scans: Sequence[bytes]) -> Answer:
        """Raises ExaminationError when the scans could not be looked at in time."""
        async with self.examiner.open(scans) as examination:
            seen = await examination.look()
            fronts = fronts_of(seen)
            sheets = [
                await self._sheet(examination, back, back.payload, fronts.get(back.place))
                for back in seen
                if back.payload is not None
            ]
        taken = {place for sheet in sheets for place in (sheet.back, sheet.front)}
        return Answer(sheets=tuple(sheets), loose=tuple(one for one in seen if one.place not in taken))

    async def _sheet(
        self, examination: Examination, back: Seen, payload: bytes, front: Place | None
    ) -> SheetAnswer:
        # The payload was read by the process that parsed the scans; only here, where no scan is parsed, are the keys.
        verdict = await asyncio.to_thread(self._verify, payload)
        if verdict.sheet is None:
            return SheetAnswer(back=back.place, front=front, verdict=verdict)
        told, asked = await asyncio.gather(self._standing(verdict.sheet), self._asked(payload))
        restored = await examination.restore(verdict.sheet, front) if verdict.sheet.front else None
        return SheetAnswer(
            back=back.place,
            front=front,
            verdict=verdict,
            back_ground=back.ground,
            told=told,
            asked=asked,
            restored=restored,
        )

    def _verify(self, payload: bytes) -> Verdict:
        keys = self.keys.current()
        verdict = verify_back(payload, keys.site_private, keys.centre_public)
        if verdict.reason in _UNKNOWN_KEY:
            # the centre may have begun to seal with a key whose other half has just come
            keys = self.keys.look()
            verdict = verify_back(payload, keys.site_private, keys.centre_public)
        return verdict

    async def _standing(self, sheet: SheetFacts) -> StandingTold | None:
        try:
            return await self.standings.of(
                municipality_code(sheet.municipality), order_id(sheet.order), sheet.issue_number
            )
        except UnavailableError as error:
            _log.warning("standing unknown", extra={"reason": str(error)})
            return None

    async def _asked(self, payload: bytes) -> Asked | None:
        mark = hmac.new(self.secret, _LABEL + payload, hashlib.sha256).digest()
        try:
            return await self.recall.note(mark, self.clock())
        except UnavailableError as error:
            _log.warning("recall unavailable", extra={"reason": str(error)})
            return None


def fronts_of(seen: Sequence[Seen]) -> dict[Place, Place]:
    """By the place of each back, the picture that is taken for its front.

    With one back every other picture may be it, and one that stands just before is preferred, then one just behind.
    With several backs, each takes the picture just before it in the same file (as a duplex scanner sends them).
    """
    pictures = [one for one in seen if one.trouble is None]
    backs = [place for place, one in enumerate(pictures) if one.payload is not None]
    fronts: dict[Place, Place] = {}
    for at in backs:
        before = pictures[at - 1] if at else None
        behind = pictures[at + 1] if at + 1 < len(pictures) else None
        for other in (before, behind):
            alone = len(backs) == 1
            if other is None or other.payload is not None or other.place in fronts.values():
                continue
            if alone or (other is before and other.place.file == pictures[at].place.file):
                fronts[pictures[at].place] = other.place
                break
    return fronts
