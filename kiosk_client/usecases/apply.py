"""交付申請: sent under an order id of our own drawing, so that asking again is the same application."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from certificates.errors import RefusedError, UnavailableError
from certificates.problems import ProblemCode
from certificates.wire.jose import TrustedKeys
from certificates.wire.visit import Apply, Choice
from kiosk_client.ports import Centre, DrawOrder, Journal
from kiosk_client.record import Applied
from kiosk_client.usecases.delivery import Expected, VerifiedDelivery, verify_delivery
from kiosk_client.usecases.seat import Seat

_TRIES: Final = 3
_PASSING: Final = frozenset({ProblemCode.BUSY, ProblemCode.UNAVAILABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyForCertificate:
    centre: Centre
    journal: Journal
    trusted: TrustedKeys
    draw_order: DrawOrder
    pause: float = 1.0
    """seconds between two tries"""

    async def __call__(self, seat: Seat, choice: Choice, *, fee: int) -> VerifiedDelivery:
        """The sealed certificate of this visit, every binding of it compared; ``fee`` in yen as on the screen.

        Raises RefusedError, UnavailableError (after three tries with the same order), BindingError.
        """
        proof = seat.proof
        if proof is None or seat.order is not None:
            raise RefusedError(ProblemCode.OUT_OF_TURN, "one proof, one application")
        order = seat.order = self.draw_order()
        await self.journal.append(
            Applied(order=order, session=proof.session, municipality=proof.municipality, fee=fee)
        )
        body = await self._ask(Apply(session=proof.session, order=order, choice=choice))
        expected = Expected(proof=proof, order=order, copies=choice.copies, fee=fee)
        seat.verified = verify_delivery(body, expected, self.trusted)
        return seat.verified

    async def _ask(self, message: Apply) -> bytes:
        """The same message each time: an application that was lost on the way back is answered with the same paper."""
        for _ in range(_TRIES - 1):
            try:
                return await self.centre.apply(message)
            except RefusedError as error:
                if error.code not in _PASSING:
                    raise
            except UnavailableError:
                pass
            await asyncio.sleep(self.pause)
        return await self.centre.apply(message)
