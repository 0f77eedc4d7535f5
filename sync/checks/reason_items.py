"""Which items each 修正 may change, and which it must (住民基本台帳法施行令 7–14, 30条の14–16; 住民記録システム標準仕様書).

What a reason says nothing of is allowed: refusing a legal change stops somebody's certificates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sync.change.reasons import Reason
from sync.checks.faults import Fault, Finding
from sync.checks.lines import Line

HOUSEHOLD_ITEMS = frozenset({"household", "relation", "household_head", "notified"})
ADDRESS_ITEMS = frozenset({"address", "address_since", "notified"})
_FORMER_SURNAME = frozenset({"former_surname", "former_surname_kana"})
# a head's 通称 may stand as 世帯主名 on everybody's row
_ALIAS = frozenset({"alias", "alias_kana", "alias_history", "household_head"})

_ONLY: Mapping[Reason, frozenset[str]] = {
    Reason.INDIVIDUAL_NUMBER_ON_REQUEST: frozenset({"individual_number"}),
    Reason.INDIVIDUAL_NUMBER_EX_OFFICIO: frozenset({"individual_number"}),
    Reason.INDIVIDUAL_NUMBER_ENTERED: frozenset({"individual_number"}),
    Reason.RESIDENT_CODE_ON_REQUEST: frozenset({"resident_code"}),
    Reason.RESIDENT_CODE_ENTERED: frozenset({"resident_code"}),
    Reason.HOUSEHOLD_SPLIT: HOUSEHOLD_ITEMS,
    Reason.HOUSEHOLD_MERGED: HOUSEHOLD_ITEMS,
    Reason.HOUSEHOLD_CHANGED: HOUSEHOLD_ITEMS,
    Reason.HEAD_CHANGED: HOUSEHOLD_ITEMS,
    Reason.FORMER_SURNAME_ENTERED: _FORMER_SURNAME,
    Reason.FORMER_SURNAME_CHANGED: _FORMER_SURNAME,
    Reason.FORMER_SURNAME_DELETED: _FORMER_SURNAME,
    Reason.ALIAS_ENTERED: _ALIAS,
    Reason.ALIAS_DELETED: _ALIAS,
}
_NEVER: Mapping[Reason, frozenset[str]] = {
    # 軽微な修正 is about how a thing is written or called, never about which thing it is
    Reason.MINOR_AMENDMENT: frozenset(
        {"birth", "sex", "individual_number", "resident_code", "household", "became_resident", "removed_on"}
    ),
}


@dataclass(frozen=True, slots=True)
class _Must:
    """At least one row of the change has to pass ``done``; ``items`` are those that it is about."""

    items: tuple[str, ...]
    done: Callable[[Line], bool]


def _is_new_value(*items: str) -> Callable[[Line], bool]:
    """The first of ``items`` has a value, and one of them is another than before."""
    return lambda line: bool(line.changed & set(items)) and getattr(line.new, items[0]) is not None


def _has(item: str) -> Callable[[Line], bool]:
    return lambda line: getattr(line.new, item) is not None


def _deletes(item: str) -> Callable[[Line], bool]:
    return lambda line: item in line.changed and getattr(line.new, item) is None


def _changes(*items: str) -> Callable[[Line], bool]:
    return lambda line: bool(line.changed & set(items))


_NEW_NUMBER = _Must(("individual_number",), _is_new_value("individual_number"))
_NEW_CODE = _Must(("resident_code",), _is_new_value("resident_code"))
_NEW_HOUSEHOLD = _Must(("household",), _changes("household"))

_MUSTS: Mapping[Reason, _Must] = {
    Reason.MOVE_WITHIN: _Must(("address",), _changes("address", "address_since")),
    Reason.INDIVIDUAL_NUMBER_ON_REQUEST: _NEW_NUMBER,
    Reason.INDIVIDUAL_NUMBER_EX_OFFICIO: _NEW_NUMBER,
    Reason.INDIVIDUAL_NUMBER_ENTERED: _NEW_NUMBER,
    Reason.RESIDENT_CODE_ON_REQUEST: _NEW_CODE,
    Reason.RESIDENT_CODE_ENTERED: _NEW_CODE,
    Reason.HOUSEHOLD_SPLIT: _NEW_HOUSEHOLD,
    Reason.HOUSEHOLD_MERGED: _NEW_HOUSEHOLD,
    Reason.HOUSEHOLD_CHANGED: _NEW_HOUSEHOLD,
    Reason.HEAD_CHANGED: _Must(
        ("relation",),
        lambda line: line.new.is_head and line.before is not None and not line.before.member.head,
    ),
    Reason.FORMER_SURNAME_ENTERED: _Must(("former_surname",), _has("former_surname")),
    Reason.FORMER_SURNAME_CHANGED: _Must(
        ("former_surname",), _is_new_value("former_surname", "former_surname_kana")
    ),
    Reason.FORMER_SURNAME_DELETED: _Must(("former_surname",), _deletes("former_surname")),
    Reason.ALIAS_ENTERED: _Must(("alias",), _has("alias")),
    Reason.ALIAS_DELETED: _Must(("alias",), _deletes("alias")),
}


def items_of_reason(reason: Reason, lines: Sequence[Line]) -> Finding | None:
    """Whether the rows of a 修正 change what its reason allows and demands; ``lines`` hold nobody who is blocked."""
    for line in lines:
        if reason is Reason.MOVE_WITHIN:
            regrouped = any("household" in other.changed for other in lines)
            wrong = line.changed - (ADDRESS_ITEMS | HOUSEHOLD_ITEMS if regrouped else ADDRESS_ITEMS)
            if wrong:
                return line.finding(Fault.NOT_ONLY_ADDRESS, wrong)
            continue
        wrong = line.changed - _ONLY.get(reason, line.changed) | line.changed & _NEVER.get(
            reason, frozenset()
        )
        if wrong:
            return line.finding(Fault.NOT_ONLY_THESE_ITEMS, wrong, reason)
    must = _MUSTS.get(reason)
    if must is not None and lines and not any(must.done(line) for line in lines):
        return lines[0].finding(Fault.NOTHING_CHANGED, must.items, reason)
    return None
