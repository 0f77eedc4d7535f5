"""Whether every household that a change touches is one afterwards: one head, whose name stands on every row, one address.

Rows that the change leaves as they were are held against it only where the head or the address is new. Who is blocked is left
out: their rows are not what the registry holds, and nothing is issued for that household until they are corrected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from certificates.domain.identifiers import ResidentNumber
from sync.change.reasons import Stream
from sync.checks.faults import Fault, Finding
from sync.checks.lines import Form, Line, form_of
from sync.checks.picture import Picture
from sync.copy.store import Member

_OF_HOUSEHOLDS = frozenset(
    {"household", "relation", "household_head", "status", "address", "name", "alias", "foreign"}
)
"""A change of none of these leaves every household as it was."""


def fits_households(lines: Sequence[Line], picture: Picture) -> Finding | None:
    if not any(line.before is None or line.blocked or line.changed & _OF_HOUSEHOLDS for line in lines):
        return None
    by_number = {line.new.number: line for line in lines}
    groups: list[_Group] = []
    for household, members in picture.households_with(line.row for line in lines).items():
        heads = [member for member in members if member.head]
        if members and len(heads) != 1:
            return _nearest(lines, household).finding(Fault.NOT_ONE_HEAD)
        if members:
            groups.append(_Group(members=members, head=heads[0], lines=by_number, picture=picture))
    findings = (group.head_name() or group.address() for group in groups)
    return next((finding for finding in findings if finding is not None), None)


def _nearest(lines: Sequence[Line], household: str) -> Line:
    """The row to show: one that stands in the household now, else one that stood there."""
    there = next((line for line in lines if line.new.household == household), None)
    return there or next((line for line in lines if line.old.get("household") == household), lines[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The current members of one household as they will be."""

    members: Sequence[Member]
    head: Member
    lines: Mapping[ResidentNumber, Line]
    picture: Picture

    def head_name(self) -> Finding | None:
        head = self.lines.get(self.head.number)
        if head is None and self._blocked(self.head.number):
            return None
        names = _names(self._form(self.head.number))
        is_new = head is not None and not (_led(head) and names == _names(head.old))
        for member in self.members:
            line = self.lines.get(member.number)
            if line is not None:
                if (is_new or _joins(line) or line.changed & _OF_HEAD) and not _said(line.form, names):
                    return line.finding(Fault.WRONG_HEAD_NAME, ["household_head"])
            elif head is not None and is_new and not self._says(member, names):
                return head.finding(Fault.WRONG_HEAD_NAME, ["household_head"])
        return None

    def address(self) -> Finding | None:
        for member in self.members:
            line = self.lines.get(member.number)
            if line is None or not (_joins(line) or "address" in line.changed):
                continue
            for other in self.members:
                if other.number not in self.lines and self._blocked(other.number):
                    continue
                if self._form(other.number).get("address") != line.new.address:
                    return line.finding(Fault.NOT_ONE_ADDRESS, ["address"])
        return None

    def _form(self, number: ResidentNumber) -> Form:
        line = self.lines.get(number)
        return line.form if line is not None else form_of(self.picture.residents[number])

    def _says(self, member: Member, names: Set[str]) -> bool:
        """Whether the row of somebody who is not in the change names the head, as far as that row can be trusted."""
        return self._blocked(member.number) or _said(self._form(member.number), names)

    def _blocked(self, number: ResidentNumber) -> bool:
        return self.picture.quarantine.holds(Stream.RESIDENTS, number)


_OF_HEAD = frozenset({"household_head", "relation"})


def _joins(line: Line) -> bool:
    """Whether the row brings somebody into this household."""
    return line.before is None or line.comes or "household" in line.changed


def _led(line: Line) -> bool:
    """Whether this head was the head of the same household before."""
    return line.before is not None and line.before.member.head and "household" not in line.changed


def _names(form: Form) -> set[str]:
    """What may stand as 世帯主名: 氏名, 通称 or 併記漢字氏名."""
    foreign = form.get("foreign")
    kanji = foreign.get("kanji_name") if isinstance(foreign, dict) else None
    return {_plain(name) for name in (form.get("name"), form.get("alias"), kanji) if isinstance(name, str)}


def _said(form: Form, names: Set[str]) -> bool:
    """Whether one of ``names`` is the 世帯主名, or stands in it: 「ローマ字氏名（通称）」 is how some systems write it."""
    said = _plain(str(form.get("household_head", "")))
    return said in names or ("（" in said and any(name in said for name in names))


def _plain(name: str) -> str:
    return "".join(name.split())
