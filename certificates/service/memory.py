"""How the garbage collector behaves in a service that makes and drops many values at once."""

from __future__ import annotations

import gc

_OBJECTS = 100_000
_ROUNDS = 50


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
