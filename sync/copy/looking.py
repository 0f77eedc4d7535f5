"""Everything that a batch needs to be judged, found by one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from certificates.domain.identifiers import CardSerial, ResidentNumber
from sync.copy.sql_rows import card_of, resident_of, seal_of, suppression_of
from sync.copy.store import CardRow, ResidentRow, Row, SealRow, SuppressionRow, Wanted


@dataclass(slots=True, kw_only=True)
class Seen:
    """``any_block``: somebody is blocked by a change that was set aside, whoever it is."""

    residents: dict[ResidentNumber, ResidentRow] = field(default_factory=dict)
    seals: dict[ResidentNumber, SealRow] = field(default_factory=dict)
    suppressions: dict[str, SuppressionRow] = field(default_factory=dict)
    cards: dict[CardSerial, CardRow] = field(default_factory=dict)
    any_block: bool = False

    def rows(self) -> Iterator[Row]:
        return chain(
            self.residents.values(), self.seals.values(), self.suppressions.values(), self.cards.values()
        )


# One shape for every part: what it is, its key, 履歴番号, two more key columns, a truth, the record. Of the residents
# everybody who lives with one of those asked for, and everybody of the households asked for.
LOOK_ROWS = """\
SELECT 'resident', number, history, household, status, head, record FROM residents
WHERE household {of}SELECT household FROM residents WHERE number {of}{0}{end} UNION {1}{end}
UNION ALL SELECT 'seal', resident, history, NULL, NULL, valid, record FROM seals WHERE resident {of}{2}{end}
UNION ALL SELECT 'suppression', key, NULL, resident, household, released, record FROM suppressions WHERE key {of}{3}{end}
UNION ALL SELECT 'card', serial, NULL, resident, NULL, removed, record FROM cards WHERE serial {of}{4}{end}"""
"""The registry's books hold these tables too."""
_ANY_BLOCK = "UNION ALL SELECT 'block', '', NULL, NULL, NULL, NULL, '' WHERE EXISTS (SELECT 1 FROM blocks)"
LOOK = f"{LOOK_ROWS}\n{_ANY_BLOCK}"


def keys_of(wanted: Wanted) -> Iterable[Sequence[str]]:
    """The sets of keys for ``LOOK``, in its order."""
    sets = (wanted.residents, wanted.households, wanted.seals, wanted.suppressions, wanted.cards)
    return (sorted(keys) for keys in sets)


def seen_in(rows: Iterable[Sequence[object]]) -> Seen:
    """What the rows of ``LOOK`` say."""
    seen = Seen()
    for kind, key, history, one, other, truth, record in rows:
        match kind:
            case "resident":
                resident = resident_of((key, history, one, other, truth, record))
                seen.residents[resident.member.number] = resident
            case "seal":
                seal = seal_of((key, history, truth, record))
                seen.seals[seal.resident] = seal
            case "suppression":
                suppression = suppression_of((key, one, other, truth, record))
                seen.suppressions[suppression.key] = suppression
            case "card":
                card = card_of((key, one, truth, record))
                seen.cards[card.serial] = card
            case _:
                seen.any_block = True
    return seen
