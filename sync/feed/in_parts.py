"""One part of a delivery is judged while the database takes the rows of the part before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sync.checks.picture import Picture
from sync.copy.ports import Transaction
from sync.copy.store import FeedState, Numbered, Writing
from sync.feed.apply import Ready, Work, in_order_of_effect

PART = 250
"""Changes; smaller ones cost more round trips than they save."""
FEW = 20
"""So many changes take about a millisecond; more are read and judged off the event loop, where they would hold up those
who wait for a certificate."""


async def work_through(
    transaction: Transaction, changes: Sequence[Ready], picture: Picture, state: FeedState
) -> Writing:
    """Judge ``changes`` and write the rows of all parts but the last; returns what is left to write.

    ``state`` is the state after them. Raises as ``transaction.put``.
    """
    work = Work(picture)
    ordered = in_order_of_effect(changes)
    rows: Sequence[Numbered] = ()
    for start in range(0, len(ordered), PART):
        part = ordered[start : start + PART]
        if len(part) <= FEW and not rows:
            work.judge(part)
        else:
            await _both(work, part, transaction, rows)
        rows = work.drain() if start + PART < len(ordered) else ()
    return work.finish(state)


async def _both(
    work: Work, part: Sequence[Ready], transaction: Transaction, rows: Sequence[Numbered]
) -> None:
    judging = asyncio.create_task(asyncio.to_thread(work.judge, part))
    # when both fail the writing's error is raised; asyncio would log the other, whose text may quote a resident
    judging.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        if rows:
            await transaction.put(rows)
    finally:
        # a thread cannot be broken off, and nobody else may have the work while it runs
        await asyncio.wait([judging])
    await judging
