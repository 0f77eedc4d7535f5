"""Follows one IPP job to its end: what each report means, without any waiting or sending."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum

from kiosk_client.printing.ports import PrintOutcome, PrintResult

# What keeps paper from coming out (RFC 8011 section 5.4.12, PWG 5100.9), the most telling first.
STOPPING_REASONS = (
    "media-jam",
    "cover-open",
    "door-open",
    "interlock-open",
    "media-empty",
    "media-needed",
    "input-tray-missing",
    "output-area-full",
    "output-tray-missing",
    "marker-supply-empty",
    "toner-empty",
    "marker-waste-full",
    "marker-waste-missing",
    "opc-life-over",
    "fuser-over-temp",
    "fuser-under-temp",
    "spool-area-full",
    "connecting-to-device",
    "timed-out",
    "moving-to-paused",
    "paused",
    "stopping",
    "shutdown",
    "hold-new-jobs",
    "deactivated",
)
_KEYWORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SEVERITY = re.compile(r"-(report|warning|error)$")


def stripped(reasons: Iterable[str]) -> frozenset[str]:
    """The keywords without severity and without ``none``.

    The severity is not to be relied on: ippeveprinter says ``media-empty-warning`` while it waits for paper.
    A word that is not a keyword becomes ``other``, so that nothing else reaches the log.
    """
    bare = (_SEVERITY.sub("", reason) if _KEYWORD.fullmatch(reason) else "other" for reason in reasons)
    return frozenset(bare) - {"none"}


def stopping(reasons: frozenset[str]) -> str | None:
    """The most telling of the (stripped) reasons that keep paper from coming out, if any does."""
    return next((reason for reason in STOPPING_REASONS if reason in reasons), None)


class JobState(IntEnum):
    """RFC 8011 section 5.3.7."""

    PENDING = 3
    PENDING_HELD = 4
    PROCESSING = 5
    PROCESSING_STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


_ENDED = frozenset({JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED})
# "completed" that does not mean that all the paper is out (RFC 8011 section 5.3.8).
_DOUBTFUL = ("queued-in-device", "job-completed-with-errors")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """What a printer says about a job and about itself; reasons are stripped."""

    name: str
    uuid: str | None
    state: int
    job_reasons: frozenset[str] = frozenset()
    printer_reasons: frozenset[str] = frozenset()
    impressions_completed: int | None = None
    sheets_completed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for a printer, in seconds."""

    connect: float = 5.0
    answer: float = 30.0
    busy: float = 30.0
    """for another job to leave the printer"""
    retry: float = 2.0
    """between two attempts at a busy printer, each of which sends the document"""
    stalled: float = 90.0
    """for somebody to put paper in or close the cover"""
    contact: float = 20.0
    """for a printer that no longer answers to come back"""
    job: float = 300.0
    """for the whole job"""
    cancel: float = 30.0
    """for a cancelled job to stop"""
    poll: float = 0.25
    """between two looks"""

    @property
    def longest(self) -> float:
        """No call of ``print`` waits longer than about this, unless the printer sends its answers drop by drop."""
        return 2 * self.answer + self.connect + self.busy + self.job + self.cancel + self.contact


class Step(Enum):
    """What to do next when the end is not known yet."""

    LOOK_AGAIN = "look-again"
    CANCEL = "cancel"


class JobWatch:
    """The state machine of one accepted job. ``now`` is a monotonic clock in seconds."""

    def __init__(self, *, job_name: str, patience: Patience, now: float) -> None:
        self._job_name = job_name
        self._patience = patience
        self._began = now
        self._uuid: str | None = None
        self._seen: JobReport | None = None
        self._silent_since: float | None = None
        self._stalled_since: float | None = None
        self._cancelled_at: float | None = None
        self._cancelled_for = ""
        self._distrusted = False

    def saw(self, report: JobReport, now: float) -> PrintOutcome | Step:
        """A report came. After a restart a printer counts jobs from 1 again: the report must be about *our* job."""
        if report.name != self._job_name or (self._uuid is not None and report.uuid != self._uuid):
            return self._end(PrintResult.UNKNOWN, "job-replaced")
        self._uuid, self._seen, self._silent_since = report.uuid, report, None
        trouble = stopping(report.job_reasons | report.printer_reasons)
        if report.state in _ENDED and "processing-to-stop-point" not in report.job_reasons:
            return self._ended(report, trouble)
        if self._cancelled_at is not None:
            heard = "processing-to-stop-point" in report.job_reasons
            return self._while_cancelling(now, Step.LOOK_AGAIN if heard else Step.CANCEL)
        if trouble is None:
            self._stalled_since = None
        elif self._stalled_since is None:
            self._stalled_since = now
        elif now - self._stalled_since >= self._patience.stalled:
            return self._cancel(trouble, now)
        if now - self._began >= self._patience.job:
            return self._cancel(trouble or "deadline", now)
        return Step.LOOK_AGAIN

    def silent(self, now: float) -> PrintOutcome | Step:
        """A look brought no usable answer."""
        if self._silent_since is None:
            self._silent_since = now
        if now - self._silent_since >= self._patience.contact:
            return self._end(PrintResult.UNKNOWN, "contact-lost")
        if self._cancelled_at is not None:
            return self._while_cancelling(now, Step.LOOK_AGAIN)
        return Step.LOOK_AGAIN

    def forgotten(self) -> PrintOutcome:
        """The printer answers, and does not know the job any more."""
        return self._end(PrintResult.UNKNOWN, "job-forgotten")

    def distrust(self, reason: str, now: float) -> Step:
        """The printer took the job but not as it was asked: stop it, and believe no success."""
        self._distrusted = True
        return self._cancel(reason, now)

    def _cancel(self, reason: str, now: float) -> Step:
        self._cancelled_at, self._cancelled_for = now, reason
        return Step.CANCEL

    def _while_cancelling(self, now: float, step: Step) -> PrintOutcome | Step:
        assert self._cancelled_at is not None
        if now - self._cancelled_at >= self._patience.cancel:
            return self._end(PrintResult.UNKNOWN, self._cancelled_for)
        return step

    def _ended(self, report: JobReport, trouble: str | None) -> PrintOutcome:
        if report.state == JobState.COMPLETED:
            doubt = next((word for word in _DOUBTFUL if word in report.job_reasons), None)
            if self._distrusted:
                return self._end(PrintResult.UNKNOWN, self._cancelled_for)
            if doubt is not None:
                return self._end(PrintResult.UNKNOWN, doubt)
            return self._end(PrintResult.PRINTED, "none")
        plain = "aborted" if report.state == JobState.ABORTED else "canceled"
        return self._end(PrintResult.FAILED, self._cancelled_for or trouble or plain)

    def _end(self, result: PrintResult, reason: str) -> PrintOutcome:
        seen = self._seen
        return PrintOutcome(
            result=result,
            reason=reason,
            impressions_completed=seen.impressions_completed if seen else None,
            sheets_completed=seen.sheets_completed if seen else None,
        )
