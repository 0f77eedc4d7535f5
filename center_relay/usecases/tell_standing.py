"""Pass the inquiry site's question on to the municipality, which knows what became of its papers."""

from __future__ import annotations

from dataclasses import dataclass

from center_relay.ports import Errand, Municipalities
from center_relay.usecases.answers import open_answer
from center_relay.usecases.orders import Orders
from certificates.errors import BindingError, UnavailableError
from certificates.wire.jose import SigningKey, TrustedKeys
from certificates.wire.order import AskStanding, Standing, StandingTold
from certificates.wire.visit import OutcomeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TellStanding:
    orders: Orders
    municipalities: Municipalities
    signing_key: SigningKey
    trusted: TrustedKeys

    async def __call__(self, question: AskStanding) -> StandingTold:
        """What the municipality says; printed, when it has not heard yet what the kiosk has told us.

        Nothing is delivered on this answer, so a wrong one stops no line. Raises RefusedError
        (UNKNOWN_MUNICIPALITY), UnavailableError.
        """
        token = await self.municipalities.send(
            question.municipality, Errand.STANDING, self.signing_key.sign(question)
        )
        part = f"municipality {question.municipality}"
        try:
            told = open_answer(self.trusted, token, StandingTold, question.municipality)
        except BindingError as error:
            raise UnavailableError(part, str(error), outcome_known=True) from error
        if (told.order, told.issue_number) != (question.order, question.issue_number):
            raise UnavailableError(part, "answered about another paper", outcome_known=True)
        if told.standing is Standing.NOT_REPORTED:
            ending = await self.orders.ending(question.order)
            if ending is not None and ending.outcome is OutcomeKind.PRINTED:
                return StandingTold(
                    order=told.order, issue_number=told.issue_number, standing=Standing.PRINTED
                )
        return told
