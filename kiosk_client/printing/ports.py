"""What the kiosk needs of a printer: is it ready, and how did this one job end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from certificates.errors import InvalidValueError

MAX_COPIES = 99
_JOB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class PrintResult(Enum):
    """How a job ended, as far as it can be known."""

    PRINTED = "printed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintOutcome:
    """The end of one job.

    ``reason`` is an IPP keyword or one of ours in the same style: ``none``, ``media-empty``, ``cover-open``,
    ``aborted``, ``canceled``, ``contact-lost`` …; it is for the log and for the table of screens, never free text.
    The two counts are what the printer said it finished, None when it does not count. A failed job with a count
    above zero has put paper into the tray all the same.
    """

    result: PrintResult
    reason: str
    impressions_completed: int | None = None
    sheets_completed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterState:
    """Whether a job would be printed if it were sent now; ``reasons`` says what stands against it."""

    reasons: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        return not self.reasons


class Printer(Protocol):
    """A printer, blocking: it runs in the vault's process and sends straight from locked memory.

    Neither method raises for anything the printer does or fails to do; that is what the answers are for.
    """

    def ready(self) -> PrinterState: ...

    def print(self, document: memoryview, *, job_name: str, copies: int, duplex: bool) -> PrintOutcome:
        """Send one PDF and follow it to its end.

        ``job_name`` is an opaque number of this attempt, because printers show it on their panel and keep it in
        their spool: no personal data, and never used twice. No reference to ``document`` outlives the call.
        Contact lost once the printer may have begun is an unknown outcome, never a failed one.
        Raises InvalidValueError when the request itself is wrong.
        """
        ...


def check_request(*, size: int, job_name: str, copies: int) -> None:
    """Refuse a job that no printer may be given. Raises InvalidValueError naming the field."""
    if not _JOB_NAME.fullmatch(job_name):
        raise InvalidValueError("job_name", "is 1 to 64 of A-Z a-z 0-9 _ - and begins with a letter or digit")
    if not 1 <= copies <= MAX_COPIES:
        raise InvalidValueError("copies", f"is between 1 and {MAX_COPIES}")
    if size < 1:
        raise InvalidValueError("document", "is empty")
