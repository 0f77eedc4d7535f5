"""Taking in difference files (差分) as vendors hand them over: the same checks and the same transaction as a delivery."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from certificates.domain.identifiers import MunicipalityCode
from certificates.wire.jose import TrustedKeys
from sync.feed.difference_file import DifferenceError, open_difference
from sync.feed.reception import Reception
from sync.feed.wire import FeedBatch, FeedReceipt, ReceiptStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceReport:
    """``applied``: the copy's number now; ``count``: changes in the files, new or not; ``quarantined``: how many of the
    new ones were set aside."""

    applied: int
    count: int
    quarantined: int


async def take_differences(
    reception: Reception,
    paths: Sequence[Path],
    trusted: TrustedKeys,
    municipality: MunicipalityCode,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> DifferenceReport:
    """Take in the files in the order of their numbers, in portions, each in a transaction of its own.

    Every file is verified before anything is taken. A portion is checked, numbered and quarantined like a delivery of
    the other feeds, and the same file again changes nothing. ``progress`` is told how many changes of how many are
    through. Raises DifferenceError, SignatureError, RefusedError (FEED_CONFLICT), ConfigurationError when a file is
    another municipality's or cannot be read, UnavailableError.
    """
    with contextlib.ExitStack() as stack:
        files = [
            await asyncio.to_thread(open_difference, stack, path, trusted, municipality) for path in paths
        ]
        # those without changes last: they only say how far the registry is
        files.sort(key=lambda file: (file.head.count == 0, file.head.first, file.head.position))
        total, done, quarantined, applied = sum(file.head.count for file in files), 0, 0, 0
        for file in files:
            portions = file.portions()
            while (portion := await asyncio.to_thread(next, portions, None)) is not None:
                batch, deliveries = portion
                receipt = await reception.take(batch, deliveries)
                applied = receipt.applied
                _require_taken(batch, receipt)
                done += batch.count
                quarantined += receipt.quarantined
                progress(done, total)
    return DifferenceReport(applied=applied, count=total, quarantined=quarantined)


def _require_taken(batch: FeedBatch, receipt: FeedReceipt) -> None:
    if receipt.status is not ReceiptStatus.GAP:
        return
    # after changes the copy may only lack what came before them; a file without any says how far the registry is
    last = batch.first - 1 if batch.count else batch.position
    if last <= receipt.applied:
        raise DifferenceError(1, "tells another past than the copy's; a later full load has ended it")
    raise DifferenceError(1, f"numbers {receipt.applied + 1} to {last} are missing")
