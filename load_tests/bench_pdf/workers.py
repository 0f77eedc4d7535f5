"""The memory of the issuance server's forked workers after they have issued: proportional, as the kernel counts it."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from certificates.domain.kinds import CertificateKind
from certificates.errors import UnavailableError
from load_tests.race.line import Line, running_line
from load_tests.race.run import holders_of
from sync.town import invent

_RESIDENTS = 600
_AT_ONCE = 16
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Megabytes. ``proportional``: each page is divided by how many processes have it (/proc/PID/smaps_rollup, Pss);
    ``own``: pages that this process alone has."""

    proportional: float
    own: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """``issued`` certificates, other answers by code, and the memory of the parent and of each worker afterwards."""

    issued: int
    others: Mapping[str, int]
    parent: Memory
    workers: Sequence[Memory]


def memory_of(process: psutil.Process) -> Memory:
    found = process.memory_full_info()
    return Memory(proportional=found.pss / _MEGABYTE, own=found.uss / _MEGABYTE)


def worked(count: int, orders: int) -> Worked:
    """Run the issuance server with ``count`` workers, have it issue, and look. Raises UnavailableError."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_worked(Path(folder), count, orders))


async def _worked(folder: Path, count: int, orders: int) -> Worked:
    town = await asyncio.to_thread(invent, 1, _RESIDENTS)
    async with running_line(folder, town, database=None, asking=False, workers=count) as line:
        serials = [holder.serial for holder in holders_of(town)]
        answers: Counter[str] = Counter()

        async def buy(own: Sequence[int]) -> None:
            for place in own:
                kind = (CertificateKind.RESIDENT_RECORD, CertificateKind.SEAL_REGISTRATION)[place % 2]
                code = await line.order(serials[place % len(serials)], kind)
                answers["issued" if code is None else code.value] += 1

        await asyncio.gather(*[buy(range(first, orders, _AT_ONCE)) for first in range(_AT_ONCE)])
        return _looked(line, answers)


def _looked(line: Line, answers: Counter[str]) -> Worked:
    parent = psutil.Process(line.issuance_pid)
    workers = [memory_of(child) for child in parent.children()]
    issued = answers.pop("issued", 0)
    if not issued:
        raise UnavailableError("issuance server", f"nothing issued: {dict(answers)}", outcome_known=True)
    return Worked(issued=issued, others=dict(answers), parent=memory_of(parent), workers=workers)
