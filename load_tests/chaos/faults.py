"""What goes wrong, and when: faults drawn from a seed, spread over the numbers of the feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final


class Fault(Enum):
    """Each is done to the real thing; nothing is pretended inside a service."""

    CONSUMER_KILLED = "issuance server killed (-9)"
    HAND_KILLED = "process of the issuance server for large deliveries killed (-9)"
    DATABASE_KILLED = "PostgreSQL killed (-9)"
    REGISTRY_KILLED = "registry killed (-9)"
    REDIS_KILLED = "Redis killed (-9), empty again"
    DUPLICATED = "delivery sent twice"
    LOST = "delivery lost"
    SWALLOWED = "delivery lost, yet answered"
    HELD_BACK = "delivery held back, sent after later ones"
    UNANSWERED = "delivery taken in, answer lost"
    CUT = "connection cut in half a delivery"
    SHORTENED = "half a delivery as if whole"
    DAMAGED = "a byte of a delivery changed"
    OLD = "old delivery sent again"


KILLS: Final = frozenset(
    {
        Fault.CONSUMER_KILLED,
        Fault.HAND_KILLED,
        Fault.DATABASE_KILLED,
        Fault.REGISTRY_KILLED,
        Fault.REDIS_KILLED,
    }
)

WEIGHTS: Final[Mapping[Fault, int]] = {
    Fault.CONSUMER_KILLED: 20,
    Fault.HAND_KILLED: 14,
    Fault.DATABASE_KILLED: 14,
    Fault.REGISTRY_KILLED: 8,
    Fault.REDIS_KILLED: 8,
    Fault.DUPLICATED: 8,
    Fault.LOST: 6,
    Fault.SWALLOWED: 8,
    Fault.HELD_BACK: 8,
    Fault.UNANSWERED: 6,
    Fault.CUT: 5,
    Fault.SHORTENED: 3,
    Fault.DAMAGED: 3,
    Fault.OLD: 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """``fault`` strikes once the copy has come to number ``after``, ``wait`` seconds later."""

    after: int
    wait: float
    fault: Fault


def blows(
    rng: Random, *, events: int, faults: int, without: frozenset[Fault] = frozenset()
) -> Sequence[Blow]:
    """``faults`` blows in the order of their numbers; each kind at least once where there are enough of them.

    None falls on the last twentieth of the feed: what it does must be seen to heal.
    """
    kinds = [fault for fault in Fault if fault not in without]
    drawn = kinds[:faults] if faults >= len(kinds) else rng.sample(kinds, faults)
    weights = [WEIGHTS[fault] for fault in kinds]
    drawn += rng.choices(kinds, weights, k=faults - len(drawn))
    rng.shuffle(drawn)
    places = sorted(rng.randrange(max(1, events * 19 // 20)) for _ in drawn)
    return tuple(
        Blow(after=after, wait=rng.uniform(0, 0.2) if fault in KILLS else 0.0, fault=fault)
        for after, fault in zip(places, drawn, strict=True)
    )
