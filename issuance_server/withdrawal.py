"""無効・差替・回収: a number that staff have taken out of force, whether its paper came back, and which number replaces it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from certificates.domain.issue_number import IssueNumber
from certificates.errors import InvalidValueError


class WithdrawalReason(Enum):
    """Why a paper is out of force; of nobody."""

    MISPRINT = "misprint"  # 印刷不良
    WRONG_CONTENT = "wrong-content"  # 記載の誤り
    WRONG_PERSON = "wrong-person"  # 誤交付
    LOST = "lost"  # 紛失: left behind, and not found
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """``number`` is void (無効) since ``at``. ``collected``: staff hold its paper (回収). ``successor``: the number that
    was handed out in its place (差替). Facts are only added: nothing of it is taken back."""

    number: IssueNumber
    at: datetime
    reason: WithdrawalReason
    collected: bool = False
    successor: IssueNumber | None = None

    def __post_init__(self) -> None:
        if self.successor == self.number:
            raise InvalidValueError(str(self.number), "cannot replace itself")

    def added_to(self, standing: Withdrawal | None) -> Withdrawal:
        """What stands when this is told after ``standing``. Raises InvalidValueError when the two contradict."""
        if standing is None:
            return self
        if self.reason is not standing.reason:
            raise InvalidValueError(str(self.number), f"was withdrawn as {standing.reason.value}")
        if self.successor is not None and standing.successor not in (None, self.successor):
            raise InvalidValueError(str(self.number), f"was replaced by {standing.successor}")
        return replace(
            standing,
            collected=standing.collected or self.collected,
            successor=standing.successor or self.successor,
        )

    @property
    def facts(self) -> str:
        """For the audit log and the command: ``misprint, collected, replaced by 992011-0000000002-7``."""
        told = [self.reason.value]
        if self.collected:
            told.append("collected")
        if self.successor is not None:
            told.append(f"replaced by {self.successor}")
        return ", ".join(told)


def require_free(withdrawal: Withdrawal, itself: Withdrawal | None, other: IssueNumber | None) -> None:
    """A successor is in force and replaces one number alone; so no chain of them ever closes to a ring.

    ``itself`` is the successor's own withdrawal, ``other`` the number that it replaces already.
    Raises InvalidValueError.
    """
    if itself is not None:
        raise InvalidValueError(str(withdrawal.successor), "is withdrawn itself, so it replaces nothing")
    if other not in (None, withdrawal.number):
        raise InvalidValueError(str(withdrawal.successor), f"replaces {other} already")
