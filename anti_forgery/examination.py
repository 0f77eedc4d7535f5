"""Scans that belong together: which are backs, which front belongs to which, and what both sides say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from anti_forgery.comparison.compare import compare
from anti_forgery.comparison.verdict import Comparison, Likeness
from anti_forgery.copy_evidence import CopyEvidence, copy_evidence
from anti_forgery.keys import CentrePublicKey, SitePrivateKey
from anti_forgery.scans import Scan, Side
from anti_forgery.verification import Outcome, Reason, Verdict, verify_image
from certificates.pdf.fonts import Typeface

EXIT_PASSED, EXIT_FAILED, EXIT_INDETERMINATE, EXIT_DIFFERS, EXIT_CANNOT_TELL = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One back with its verdict and what its ground says of a copy, and the front that lay beside it with what the comparison says."""

    back: Scan
    verdict: Verdict
    evidence: CopyEvidence
    front: Scan | None = None
    comparison: Comparison | None = None

    @property
    def exit_code(self) -> int:
        if self.verdict.outcome is not Outcome.PASSED:
            return EXIT_FAILED if self.verdict.outcome is Outcome.FAILED else EXIT_INDETERMINATE
        if self.comparison is None or self.comparison.outcome is Likeness.MATCHES:
            return EXIT_PASSED
        return EXIT_DIFFERS if self.comparison.outcome is Likeness.DIFFERS else EXIT_CANNOT_TELL


def examine(
    scans: Iterable[Scan],
    site_keys: Sequence[SitePrivateKey],
    centre_keys: Sequence[CentrePublicKey],
    face: Callable[[], Typeface],
) -> list[Examined]:
    """Every back among ``scans`` in their order; a front is held against the back that follows it, else the one before.

    A picture without any code is a front if there is a back for it, else a back that cannot be read. ``face`` is
    asked for when there is a front to compare.
    """
    fronts: list[tuple[int, Scan]] = []
    backs: list[tuple[int, Scan, Verdict]] = []
    for place, scan in enumerate(scans):
        if scan.side is Side.FRONT:
            fronts.append((place, scan))
            continue
        verdict = verify_image(scan.picture, site_keys, centre_keys)
        backs.append((place, scan, verdict))
    bare = [back for back in backs if _may_be_front(back[1], back[2])]
    if len(bare) < len(backs):
        fronts = sorted([*fronts, *((place, scan) for place, scan, _ in bare)], key=lambda front: front[0])
        backs = [back for back in backs if back not in bare]
    found = []
    for place, scan, verdict in backs:
        front = _beside(place, fronts)
        if front is not None:
            fronts.remove(front)
        comparison = None
        if front is not None and verdict.sheet is not None:
            comparison = compare(front[1].picture, verdict.sheet, face())
        found.append(
            Examined(
                back=scan,
                verdict=verdict,
                evidence=copy_evidence(scan.picture),
                front=None if front is None else front[1],
                comparison=comparison,
            )
        )
    return found


def exit_code(examined: Sequence[Examined]) -> int:
    """The worst: failed, differs, indeterminate, cannot tell, passed."""
    codes = {one.exit_code for one in examined}
    for code in (EXIT_FAILED, EXIT_DIFFERS, EXIT_INDETERMINATE, EXIT_CANNOT_TELL):
        if code in codes:
            return code
    return EXIT_PASSED if examined else EXIT_INDETERMINATE


def _may_be_front(scan: Scan, verdict: Verdict) -> bool:
    return scan.side is Side.EITHER and verdict.reason is Reason.UNREADABLE


def _beside(place: int, fronts: Sequence[tuple[int, Scan]]) -> tuple[int, Scan] | None:
    for wanted in (place - 1, place + 1):
        for front in fronts:
            if front[0] == wanted:
                return front
    return None
