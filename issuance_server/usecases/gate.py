"""What is asked before the register is opened: addressed to us, in time, within service hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from certificates.domain.identifiers import MunicipalityCode
from certificates.domain.municipality import Municipality
from certificates.errors import RefusedError
from certificates.problems import ProblemCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """``always_open`` lifts the service hours, for demonstrations and tests."""

    municipality: Municipality
    always_open: bool = False

    def require_open(
        self, addressed: MunicipalityCode, expires: datetime, now: datetime, *, late: ProblemCode
    ) -> None:
        """Raises RefusedError: UNKNOWN_MUNICIPALITY, ``late`` or OUTSIDE_SERVICE_HOURS."""
        self.require_ours(addressed)
        if expires <= now:
            raise RefusedError(late, f"by {(now - expires).total_seconds():.1f} s")
        if not (self.always_open or self.municipality.hours.is_open(now)):
            opens_at = self.municipality.hours.next_opening(now)
            raise RefusedError(ProblemCode.OUTSIDE_SERVICE_HOURS, f"opens {opens_at}", opens_at=opens_at)

    def require_ours(self, addressed: MunicipalityCode) -> None:
        if addressed != self.municipality.code:
            raise RefusedError(ProblemCode.UNKNOWN_MUNICIPALITY, f"this is {self.municipality.code}")
