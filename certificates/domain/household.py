"""A household as one snapshot shows it: its current members in the order of the certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from certificates.domain.resident import Resident
from certificates.errors import InvalidValueError

# 住民基本台帳事務処理要領: head, spouse, children, then the others.
_RANKS = {"世帯主": 0, "夫": 1, "妻": 1, "夫（未届）": 1, "妻（未届）": 1, "子": 2}


def member_order(member: Resident) -> tuple[int, tuple[int, int, int], str]:
    """Sort key: rank of the 続柄, then birth date, then 宛名番号."""
    return (_RANKS.get(member.relation, 3), member.birth.sort_key, member.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """Current members only; removed members never appear with current ones."""

    number: HouseholdNumber
    members: tuple[Resident, ...]

    @classmethod
    def of(cls, rows: Sequence[Resident]) -> Household:
        """The household of ``rows`` (one row a person, all of one 世帯番号); removed residents are left out.

        Raises InvalidValueError when two households are mixed or nobody is left.
        """
        numbers = {row.household for row in rows}
        if len(numbers) != 1:
            raise InvalidValueError("世帯番号", "rows of more than one household")
        members = tuple(sorted((row for row in rows if row.is_current), key=member_order))
        return cls(number=numbers.pop(), members=members)

    def __post_init__(self) -> None:
        if not self.members:
            raise InvalidValueError("世帯", "has no current member")
        if any(member.household != self.number for member in self.members):
            raise InvalidValueError("世帯番号", "a member belongs to another household")
        if len({member.number for member in self.members}) != len(self.members):
            raise InvalidValueError("宛名番号", "one person twice in a household")
        if sum(member.is_head for member in self.members) > 1:
            raise InvalidValueError("世帯主", "two of one household")

    def member(self, number: ResidentNumber) -> Resident | None:
        return next((member for member in self.members if member.number == number), None)
