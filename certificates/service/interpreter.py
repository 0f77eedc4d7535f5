"""How Python itself behaves in a service that makes and drops many values at once beside answering."""

from __future__ import annotations

import gc
import sys

_OBJECTS = 100_000
_ROUNDS = 50
_TURN_SECONDS = 0.0005


def collect_rarely() -> None:
    """Call once everything that lasts has been made: the collector does not look at it again, and at the rest rarely.

    Python looks for cycles after every 700 new objects and then, time and again, through all that lives. A delivery of
    500 changes is some 30,000 values without a cycle; looking at them cost as much as reading and checking them. What
    is dropped goes by its reference count as ever. Not for a process that must forget at once (centre, kiosk): an
    error's traceback is a cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS, _ROUNDS, _ROUNDS)


def take_short_turns() -> None:
    """A thread that works gives way to the event loop after half a millisecond, not after five.

    While a delivery is read in a thread, every answer of the database to the one before waits for such a turn, and so
    does everybody who waits for a certificate.
    """
    sys.setswitchinterval(_TURN_SECONDS)
