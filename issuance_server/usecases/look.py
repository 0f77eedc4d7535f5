"""Looking a holder up for a decision: a view of the copy, and the registry's word that nothing newer is known of it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from certificates.domain.entitlement import RecordView
from certificates.domain.municipality import Policy
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from certificates.wire.order import Holder
from issuance_server.ports import Register
from issuance_server.usecases.ask import Ask, explain_nobody

_PAUSE = 0.005  # seconds between two looks at how far the copy has come: one indexed read


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """``asked``: the registry's number when it was asked; None when it was silent."""

    view: RecordView = field(repr=False)
    asked: int | None


class Look:
    """The copy first, then the question: whatever was entered before the order arrived is in one or in the other.

    A change that the registry has and the copy has not is waited for, ``catch_up`` seconds at most. Then the decision
    is made on a new view that holds everything up to the number at which the registry answered; that number is past
    every change that was entered before the question, so the new view, whoever is in its household, needs no second.
    """

    def __init__(
        self,
        *,
        register: Register,
        ask: Ask,
        catch_up: float = 1.0,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._register = register
        self._ask = ask
        self._catch_up = catch_up
        self._pause = pause

    async def __call__(self, holder: Holder, policy: Policy, now: datetime) -> Looked:
        """Raises RefusedError: UNKNOWN_SERIAL, or for the moment REGISTER_GAP, REGISTER_STALE, CHANGE_PENDING."""
        view = await self._view(holder, policy, now)
        answer = await self._ask(view, now)
        if answer is None:
            _require_placed(view, math.inf)
            return Looked(view=view, asked=None)
        if answer.position < view.watermark.applied:
            detail = f"the registry stands at {answer.position}, the copy at {view.watermark.applied}"
            raise RefusedError(ProblemCode.REGISTER_GAP, detail)
        if answer.touched > view.watermark.applied:
            view = await self._caught_up(holder, policy, now, answer.position)
            # its household may be another one than was asked about
            _require_placed(view, answer.position)
        else:
            _require_placed(view, answer.touched)
        return Looked(view=view, asked=answer.position)

    async def _view(self, holder: Holder, policy: Policy, now: datetime) -> RecordView:
        view = await self._register.view(holder.serial, holder.issuer)
        if view is None:
            raise await explain_nobody(self._register, policy, now)
        return view

    async def _caught_up(self, holder: Holder, policy: Policy, now: datetime, position: int) -> RecordView:
        try:
            async with asyncio.timeout(self._catch_up):
                while (mark := await self._register.watermark()) is None or mark.applied < position:
                    await self._pause(_PAUSE)
        except TimeoutError as error:
            raise RefusedError(ProblemCode.CHANGE_PENDING, f"the copy has not come to {position}") from error
        return await self._view(holder, policy, now)


def _require_placed(view: RecordView, touched: float) -> None:
    """Raises RefusedError (CHANGE_PENDING) when a change in quarantine that nobody can place may be of this household.

    One is not when the registry has entered nothing of the household from its number on: ``touched`` is the last number
    that may have named it, and hides all before.
    """
    if any(number <= touched for number in view.unplaced):
        raise RefusedError(
            ProblemCode.CHANGE_PENDING, f"number {min(view.unplaced)} is set aside, of whom is unknown"
        )
