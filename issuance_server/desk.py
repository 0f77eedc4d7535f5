"""How the registry's desk, which is asked at every issue, has been answering: counted here, kept in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class DeskFault(Enum):
    """Why an ask failed."""

    SILENT = "silent"  # no answer in time, or the desk says that it cannot
    UNUSABLE = "unusable"  # an answer that is none


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRecord:
    """``failed`` asks since ``answered_at``, or since ever; ``fault`` is that of the last of them, None when the last
    ask was answered."""

    asked_at: datetime | None = None
    answered_at: datetime | None = None
    failed: int = 0
    fault: DeskFault | None = None

    def __add__(self, later: DeskRecord) -> DeskRecord:
        """What is known once the asks of ``later`` are counted too; another process may have counted them."""
        if later.asked_at is None:
            return self
        asked_at = later.asked_at if self.asked_at is None else max(self.asked_at, later.asked_at)
        last = later if asked_at == later.asked_at else self
        if later.answered_at is not None and (
            self.answered_at is None or later.answered_at >= self.answered_at
        ):
            return DeskRecord(
                asked_at=asked_at, answered_at=later.answered_at, failed=later.failed, fault=last.fault
            )
        return DeskRecord(
            asked_at=asked_at,
            answered_at=self.answered_at,
            failed=self.failed + later.failed,
            fault=last.fault,
        )


class DeskTally:
    """Counts the asks of one process until somebody takes what was counted; an ask costs no input or output."""

    def __init__(self) -> None:
        self._counted = DeskRecord()

    def answered(self, at: datetime) -> None:
        self._counted = DeskRecord(asked_at=at, answered_at=at)

    def failed(self, at: datetime, fault: DeskFault) -> None:
        self._counted += DeskRecord(asked_at=at, failed=1, fault=fault)

    def take(self) -> DeskRecord:
        counted, self._counted = self._counted, DeskRecord()
        return counted

    def give_back(self, counted: DeskRecord) -> None:
        """What could not be written is counted again, before what has come since."""
        self._counted = counted + self._counted
