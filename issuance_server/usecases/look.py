"""Looking a holder up for a decision: a view of the copy, and the registry's word that nothing newer is known of it."""

from __future__ import annotations

import asyncio
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
            return Looked(view=view, asked=None)
        if answer.position < view.watermark.applied:
            detail = f"the registry stands at {answer.position}, the copy at {view.watermark.applied}"
            raise RefusedError(ProblemCode.REGISTER_GAP, detail)
        if answer.touched > view.watermark.applied:
            view = await self._caught_up(holder, policy, now, answer.position)
        if answer.touched in view.unplaced:
            # what the registry last entered of this household stands in quarantine, and did not say whose it is
            raise RefusedError(ProblemCode.CHANGE_PENDING, f"number {answer.touched} is set aside")
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
