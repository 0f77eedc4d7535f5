"""What a receiver is told of one sheet: one of six conclusions, worst reason first."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from anti_forgery.comparison.verdict import Kind
from anti_forgery.copy_evidence import Ground
from anti_forgery.verification import Outcome, Verdict
from center_relay.inquiry.ports import Asked, Match, Place, Restored
from certificates.wire.order import Standing, StandingTold


class Conclusion(Enum):
    """CONFIRMED: the back is ours and the program found the front equal. COMPARE: ours, but the front is for the
    receiver's eye. SUSPECT: ours, and something speaks against this paper. ALTERED: ours, and the front is another one
    or was changed. FORGED: not ours. RESCAN: cannot tell."""

    CONFIRMED = "confirmed"
    COMPARE = "compare"
    SUSPECT = "suspect"
    ALTERED = "altered"
    FORGED = "forged"
    RESCAN = "rescan"


class Doubt(Enum):
    """What speaks against a paper although its back is ours."""

    OTHER_FRONT = "other-front"
    FRONT_DIFFERS = "front-differs"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    COLLECTED = "collected"
    NOT_HANDED_OUT = "not-handed-out"
    NO_RECORD = "no-record"


OTHER_PAGE = Kind.OTHER_PAGE.value
_DOUBTFUL = {
    Standing.WITHDRAWN: Doubt.WITHDRAWN,
    Standing.REPLACED: Doubt.REPLACED,
    Standing.NOT_HANDED_OUT: Doubt.NOT_HANDED_OUT,
    Standing.NO_RECORD: Doubt.NO_RECORD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetAnswer:
    """Everything about one back. ``told`` (what became of its number) and ``asked`` are None when they could not be learnt."""

    back: Place
    front: Place | None
    verdict: Verdict
    back_ground: Ground = Ground.CANNOT_TELL
    told: StandingTold | None = None
    asked: Asked | None = None
    restored: Restored | None = field(default=None, repr=False)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        found = []
        if self.match is Match.DIFFERS:
            found.append(Doubt.OTHER_FRONT if self._is_other_page else Doubt.FRONT_DIFFERS)
        if self.standing in _DOUBTFUL:
            found.append(_DOUBTFUL[self.standing])
        if self.told is not None and self.told.collected:
            # the paper lies with the municipality: what was scanned is another one
            found.append(Doubt.COLLECTED)
        return tuple(found)

    @property
    def standing(self) -> Standing | None:
        return None if self.told is None else self.told.standing

    @property
    def ground(self) -> Ground:
        """A hint that changes no conclusion: a scanner that removes the background shows the word too."""
        told = {self.back_ground}
        if self.restored is not None and self.restored.compared is not None:
            told.add(self.restored.compared.ground)
        # what only one side can tell counts; two sides that disagree tell nothing
        told.discard(Ground.CANNOT_TELL)
        return told.pop() if len(told) == 1 else Ground.CANNOT_TELL

    @property
    def _is_other_page(self) -> bool:
        compared = self.restored.compared if self.restored is not None else None
        return compared is not None and any(OTHER_PAGE in one.kinds for one in compared.differences)

    @property
    def match(self) -> Match | None:
        """None when no front was given, or this front cannot be compared by program."""
        if self.restored is None or self.restored.compared is None:
            return None
        return self.restored.compared.match

    @property
    def conclusion(self) -> Conclusion:
        if self.verdict.outcome is Outcome.FAILED:
            return Conclusion.FORGED
        if self.verdict.outcome is Outcome.INDETERMINATE:
            return Conclusion.RESCAN
        if self.match is Match.DIFFERS:
            return Conclusion.ALTERED
        if self.doubts:
            return Conclusion.SUSPECT
        return Conclusion.CONFIRMED if self.match is Match.MATCHES else Conclusion.COMPARE
