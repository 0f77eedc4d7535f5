"""The copy's tables as a reconciliation reads them: owner, key and the text that ``leaves.row_digest`` digests.

All in SQL and without reading a value into a type: a damaged column may hold anything, and must still be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Table,
    Text,
    and_,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from sync.change.records import Kind
from sync.copy.tables import cards, residents, seals, suppressions
from sync.reconcile.leaves import LEAF_LENGTH, SEPARATOR

_DIGITS = re.compile(r"[0-9]{13}\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Rows of one kind, of people (``prefix`` r) or of households (h)."""

    kind: Kind
    prefix: str
    table: Table
    owner: ColumnElement[str]
    key: ColumnElement[str]
    text: ColumnElement[str]
    only: ColumnElement[bool]

    @property
    def subject(self) -> ColumnElement[str]:
        return literal(self.prefix, Text) + func.coalesce(self.owner, "")

    def rows(self) -> Select[str, str, str]:
        """Subject, key and text of every row."""
        return select(self.subject, self.key, self.text).select_from(self.table).where(self.only)

    def texts(self) -> Select[str, str]:
        """Leaf and text of every row."""
        leaf = func.substr(self.subject, 1, LEAF_LENGTH, type_=Text)
        return select(leaf.label("leaf"), self.text.label("text")).select_from(self.table).where(self.only)

    def among(self, leaves: Iterable[str]) -> ColumnElement[bool]:
        """Whether a row is in one of ``leaves``; by index for every leaf that a registry can hold."""
        return among(self.owner, [leaf[1:] for leaf in leaves if leaf[:1] == self.prefix])


def among(column: ColumnElement[str], stems: Iterable[str]) -> ColumnElement[bool]:
    """Whether ``column`` begins with one of ``stems``, the leaves' names as the column has them.

    A range of digits is the same in every collation; a stem of other characters is compared as a whole.
    """
    conditions: list[ColumnElement[bool]] = []
    for stem in stems:
        letter, digits = stem[:-13], stem[-13:]
        after = f"{int(digits) + 1:013d}" if _DIGITS.match(digits) else ""
        if len(after) == 13:
            conditions.append(and_(column >= stem, column < letter + after))
        else:
            conditions.append(func.substr(func.coalesce(column, ""), 1, 13) == stem)
    return or_(false(), *conditions)


def _text(
    kind: Kind, *columns: ColumnElement[str] | ColumnElement[int] | ColumnElement[bool]
) -> ColumnElement[str]:
    text: ColumnElement[str] = literal(kind.value, Text)
    for column in columns:
        plain = column if isinstance(column.type, Text) else cast(column, Text)
        text = text + literal(SEPARATOR, Text) + func.coalesce(plain, "")
    return text


def _flag(column: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(column, Integer)


SOURCES = (
    Source(
        kind=Kind.RESIDENT,
        prefix="r",
        table=residents,
        owner=residents.c.number,
        key=residents.c.number,
        text=_text(
            Kind.RESIDENT,
            residents.c.number,
            residents.c.history,
            residents.c.household,
            residents.c.status,
            _flag(residents.c.head),
            residents.c.record,
        ),
        only=true(),
    ),
    Source(
        kind=Kind.SEAL,
        prefix="r",
        table=seals,
        owner=seals.c.resident,
        key=seals.c.resident,
        text=_text(Kind.SEAL, seals.c.resident, seals.c.history, _flag(seals.c.valid), seals.c.record),
        only=true(),
    ),
    Source(
        kind=Kind.CARD,
        prefix="r",
        table=cards,
        owner=cards.c.resident,
        key=cards.c.serial,
        text=_text(Kind.CARD, cards.c.serial, cards.c.resident, _flag(cards.c.removed), cards.c.record),
        only=true(),
    ),
    *(
        Source(
            kind=Kind.SUPPRESSION,
            prefix=prefix,
            table=suppressions,
            owner=owner,
            key=suppressions.c.key,
            text=_text(
                Kind.SUPPRESSION,
                suppressions.c.key,
                suppressions.c.resident,
                suppressions.c.household,
                _flag(suppressions.c.released),
                suppressions.c.record,
            ),
            only=only,
        )
        for prefix, owner, only in (
            ("r", suppressions.c.resident, suppressions.c.resident.is_not(None)),
            ("h", suppressions.c.household, suppressions.c.resident.is_(None)),
        )
    ),
)
HOUSEHOLD_PLACE = 3
"""Where the text of a resident's row, split at ``SEPARATOR``, has 世帯番号."""
