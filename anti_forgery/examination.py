"""Scans that belong together: which are backs, which front belongs to which, and what both sides say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from anti_forgery.comparison.compare import compare
from anti_forgery.comparison.verdict import Comparison, Likeness
from anti_forgery.copy_evidence import CopyEvidence, copy_evidence
from anti_forgery.keys import CentrePublicKey, SitePrivateKey
from anti_forgery.scan_trouble import ScanError
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


Found = Examined | ScanError
"""What is said of one sheet, or of a file that could not be looked at."""


def examine(
    pages: Iterable[Scan | ScanError],
    site_keys: Sequence[SitePrivateKey],
    centre_keys: Sequence[CentrePublicKey],
    face: Callable[[], Typeface],
) -> Iterator[Found]:
    """What is said of every page, in their order and as soon as it is known.

    A back takes the picture just before it as its front, else the one just behind. A picture without a code that no back
    takes is a back that cannot be read, since it may be one. Nothing is paired across a file that could not be looked at.
    ``face`` is asked for when there is a front to compare.
    """
    held: tuple[Scan, Verdict] | None = None
    for page in pages:
        if isinstance(page, ScanError):
            if held is not None:
                yield _examined(*held)
            held = None
            yield page
            continue
        turned = held is not None and _turned_round(*held, page)
        scan = replace(page, side=Side.EITHER) if turned else page
        # where a front is expected, most have no code: a back out of its place is still found
        quickly = scan.side is Side.FRONT
        now = scan, verify_image(scan.picture, site_keys, centre_keys, quickly=quickly)
        if held is None:
            held = now
        elif _may_be_front(*held) and not _may_be_front(*now):
            yield _examined(*now, front=held[0], face=face)
            held = None
        elif _may_be_front(*now) and not _may_be_front(*held):
            yield _examined(*held, front=now[0], face=face)
            held = None
        else:
            yield _examined(*held)
            held = now
    if held is not None:
        yield _examined(*held)


def exit_code_of(one: Found) -> int:
    """A file that could not be looked at counts as a back that could not be read."""
    return EXIT_INDETERMINATE if isinstance(one, ScanError) else one.exit_code


def worst(codes: Collection[int]) -> int:
    """Failed, differs, indeterminate, cannot tell, passed; of nothing, indeterminate."""
    for code in (EXIT_FAILED, EXIT_DIFFERS, EXIT_INDETERMINATE, EXIT_CANNOT_TELL):
        if code in codes:
            return code
    return EXIT_PASSED if codes else EXIT_INDETERMINATE


def _examined(
    back: Scan, verdict: Verdict, *, front: Scan | None = None, face: Callable[[], Typeface] | None = None
) -> Examined:
    comparison = None
    if front is not None and face is not None and verdict.sheet is not None:
        comparison = compare(front.picture, verdict.sheet, face())
    return Examined(
        back=back,
        verdict=verdict,
        evidence=copy_evidence(back.picture),
        front=front,
        comparison=comparison,
    )


def _turned_round(before: Scan, verdict: Verdict, page: Scan) -> bool:
    """Whether the sheets lie back before front in this file."""
    return before.side is Side.FRONT and page.side is Side.BACK and verdict.reason is not Reason.UNREADABLE


def _may_be_front(scan: Scan, verdict: Verdict) -> bool:
    return scan.side is not Side.BACK and verdict.reason is Reason.UNREADABLE
