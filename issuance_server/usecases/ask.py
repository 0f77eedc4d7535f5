"""Asking the registry at the moment of issue, so that what was entered at the counter a second ago is seen."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from certificates.domain.entitlement import RecordView
from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from certificates.domain.municipality import Policy
from certificates.errors import RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from issuance_server.desk import DeskFault, DeskTally
from issuance_server.ports import Register
from sync.original.ports import Positions
from sync.original.wire import MAX_NAMED, PositionAnswer

_log = logging.getLogger(__name__)
_AS_SILENT = frozenset({ProblemCode.UNAVAILABLE, ProblemCode.BUSY, ProblemCode.INTERNAL})


class Ask(Protocol):
    """Whether the registry holds something that a view does not."""

    async def __call__(self, view: RecordView, now: datetime) -> PositionAnswer | None:
        """None when the registry is silent. Raises RefusedError when it is not and yet gave no answer."""
        ...


class AskNobody:
    """For a line without questions: decisions rest on the feed and its age alone."""

    async def __call__(self, view: RecordView, now: datetime) -> PositionAnswer | None:
        return None


class AskRegistry:
    """Asks about everybody in the household as the view has it, and about the household.

    That is enough. The copy applies in order, and every change names its people and the households in which they
    stood before and after it. So while the answer's number is not above the view's, the holder is still in the
    household of the view, nobody has joined or left it, and no row of theirs has changed; a change of the card names
    its resident.

    A silent registry (障害時) must not be confused with a slow one: while the feed has brought a sign of life within
    ``alive_seconds``, a question without an answer refuses, and the order may be tried again. A sign of life is what
    the copy holds by the registry's clock, or what has arrived here by ours (``heard``: seconds since): the one is
    late where that clock is slow or a long writer holds the copy up, the other misses what came to another server.
    When the feed is silent too, issuing goes on up to the policy's age. One order at a time still asks then; the
    others wait for its outcome, and ask for themselves once there is an answer.
    """

    def __init__(
        self,
        positions: Positions,
        *,
        alive_seconds: float,
        heard: Callable[[], float] = lambda: math.inf,
        tally: DeskTally | None = None,
    ) -> None:
        self._positions = positions
        self._alive_seconds = alive_seconds
        self._heard = heard
        self._tally = tally or DeskTally()
        self._silent = False
        self._probe: asyncio.Future[None] | None = None

    async def __call__(self, view: RecordView, now: datetime) -> PositionAnswer | None:
        """Raises RefusedError (REGISTER_STALE), also when the registry's answer cannot be used."""
        answer = await self._answer(view, now)
        if answer is None and min(view.watermark.age_seconds(now), self._heard()) <= self._alive_seconds:
            raise RefusedError(ProblemCode.REGISTER_STALE, "the registry is alive and gave no answer")
        return answer

    async def _answer(self, view: RecordView, now: datetime) -> PositionAnswer | None:
        if self._silent and self._probe is not None:
            await asyncio.shield(self._probe)
        elif self._silent:
            self._probe = asyncio.get_running_loop().create_future()
            try:
                return await self._asked(view, now)
            finally:
                self._probe.set_result(None)
                self._probe = None
        return None if self._silent else await self._asked(view, now)

    async def _asked(self, view: RecordView, now: datetime) -> PositionAnswer | None:
        try:
            answer = await self._positions.position(*_named(view))
        except UnavailableError as error:
            self._hear_nothing(now, str(error))
            return None
        except (WireError, RefusedError) as error:
            if isinstance(error, RefusedError) and error.code in _AS_SILENT:
                self._hear_nothing(now, error.code.value)
                return None
            self._tally.failed(now, DeskFault.UNUSABLE)
            _log.error("registry answers wrongly", extra={"code": error.code.value})
            raise RefusedError(ProblemCode.REGISTER_STALE, "the registry's answer cannot be used") from error
        self._tally.answered(now)
        if self._silent:
            self._silent = False
            _log.info("registry answers again")
        return answer

    def _hear_nothing(self, now: datetime, reason: str) -> None:
        self._tally.failed(now, DeskFault.SILENT)
        if not self._silent:
            self._silent = True
            _log.error("registry silent", extra={"reason": reason})


def _named(view: RecordView) -> tuple[list[ResidentNumber], list[HouseholdNumber]]:
    people = {view.holder, *(row.number for row in view.rows)}
    households = {row.household for row in view.rows}
    if len(people) + len(households) > MAX_NAMED:
        # a home with hundreds under one 世帯番号: whatever names one of them names the household too
        people = {view.holder}
    return sorted(people), sorted(households)


async def explain_nobody(register: Register, policy: Policy, now: datetime) -> RefusedError:
    """Why a serial is nobody's: only a copy that is whole and fresh can say that it is unknown."""
    mark = await register.watermark()
    if mark is None or mark.applied < mark.known:
        return RefusedError(ProblemCode.REGISTER_GAP, "an unknown serial while changes are missing")
    if mark.age_seconds(now) > policy.max_register_age_seconds:
        return RefusedError(ProblemCode.REGISTER_STALE, f"last heard {mark.age_seconds(now):.0f} s ago")
    return RefusedError(ProblemCode.UNKNOWN_SERIAL)
