"""What the copy holds of the people whom a batch names, kept up to date while the batch is worked through."""

from __future__ import annotations

from collections.abc import Iterable

from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from sync.checks.quarantine import Quarantine
from sync.copy.store import CardRow, Found, Member, ResidentRow, Row, SealRow, SuppressionRow


class Picture:
    """Starts as the copy found it; ``take`` adds each row that was accepted; ``quarantine`` knows who is blocked."""

    def __init__(self, found: Found) -> None:
        self.residents = dict(found.residents)
        self.seals = dict(found.seals)
        self.suppressions = dict(found.suppressions)
        self.cards = dict(found.cards)
        self.quarantine = Quarantine(found.blocks, found.bodies, self.cards)
        self._members: dict[ResidentNumber, Member] = {}
        self._households: dict[HouseholdNumber, set[ResidentNumber]] = {}
        for member in (*found.members, *(row.member for row in found.residents.values())):
            self._settle(member)

    def take(self, row: Row) -> None:
        match row:
            case ResidentRow():
                self.residents[row.member.number] = row
                self._settle(row.member)
            case SealRow():
                self.seals[row.resident] = row
            case SuppressionRow():
                self.suppressions[row.key] = row
            case CardRow():
                self.cards[row.serial] = row

    def _settle(self, member: Member) -> None:
        before = self._members.get(member.number)
        if before is not None:
            if before.household == member.household:
                self._members[member.number] = member
                return
            self._households.get(before.household, set()).discard(member.number)
        self._members[member.number] = member
        self._households.setdefault(member.household, set()).add(member.number)

    def households_with(self, rows: Iterable[ResidentRow]) -> dict[HouseholdNumber, list[Member]]:
        """The current members of every household that ``rows`` would touch, as if they were taken."""
        new = {row.member.number: row.member for row in rows}
        touched = {member.household for member in new.values()}
        touched.update(
            before.household for number in new if (before := self._members.get(number)) is not None
        )
        after: dict[HouseholdNumber, list[Member]] = {}
        for household in sorted(touched):
            staying = (
                self._members[number] for number in self._households.get(household, ()) if number not in new
            )
            coming = (member for member in new.values() if member.household == household)
            after[household] = [member for member in (*staying, *coming) if member.is_current]
        return after
