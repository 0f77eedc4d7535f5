"""Verify the card's proof, bind the visit to it, and ask the municipality what this holder may have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from center_relay.ports import CardAuthority, Clock, Errand, Event, Journal, Municipalities, Note
from center_relay.usecases.answers import open_answer, require_menu
from center_relay.usecases.lines import Lines
from center_relay.usecases.session import Opened, Proven, prove
from center_relay.usecases.sessions import Sessions
from certificates.domain.identifiers import KioskId
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from certificates.wire.jose import SigningKey, TrustedKeys
from certificates.wire.order import Holder, Inquire
from certificates.wire.transcript import card_message, transcript_hash
from certificates.wire.visit import CardProof, Menu

ALGORITHM = "RS256"
INQUIRY_LIFE = timedelta(minutes=1)
_FINAL = frozenset(
    {
        ProblemCode.CARD_CERTIFICATE_INVALID,
        ProblemCode.CARD_CERTIFICATE_EXPIRED,
        ProblemCode.CARD_CERTIFICATE_REVOKED,
        ProblemCode.CARD_CERTIFICATE_HELD,
        ProblemCode.CARD_SIGNATURE_INVALID,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveCard:
    sessions: Sessions
    lines: Lines
    municipalities: Municipalities
    cards: CardAuthority
    journal: Journal
    signing_key: SigningKey
    trusted: TrustedKeys
    clock: Clock
    visit_life: timedelta

    async def __call__(self, proof: CardProof, kiosk: KioskId) -> Menu:
        """The municipality's menu for this holder.

        A proof that is refused for what the card is uses the challenge up. Raises RefusedError (the codes of the
        card, of the visit, and the municipality's own), BindingError, UnavailableError.
        """
        visit = await self.sessions.find(proof.session, kiosk)
        if not isinstance(visit, Opened | Proven):
            raise RefusedError(ProblemCode.OUT_OF_TURN, "the card's proof is not due")
        await self.lines.require_open(visit.municipality)
        proven = await self._bind(visit, proof)
        inquiry = Inquire(
            municipality=proven.municipality,
            session=proven.session,
            transcript=proven.transcript,
            holder=proven.holder,
            expires=min(self.clock() + INQUIRY_LIFE, proven.expires),
        )
        async with self.lines.guard(proven.municipality):
            token = await self.municipalities.send(
                proven.municipality, Errand.INQUIRY, self.signing_key.sign(inquiry)
            )
            menu = require_menu(open_answer(self.trusted, token, Menu, proven.municipality), inquiry)
        await self.lines.require_open(proven.municipality)
        await self.journal.append(
            Note(
                event=Event.INQUIRED,
                by=f"kiosk:{kiosk}",
                municipality=proven.municipality,
                session=proven.session,
            )
        )
        return menu

    async def _bind(self, visit: Opened | Proven, proof: CardProof) -> Proven:
        message = card_message(
            session=visit.session,
            challenge=visit.challenge,
            kiosk=visit.kiosk,
            ephemeral_key=visit.ephemeral_key,
        )
        now = self.clock()
        try:
            holder = await self._holder(proof, message)
        except RefusedError as error:
            if error.code in _FINAL and isinstance(visit, Opened):
                await self.sessions.close(visit.session, visit.kiosk)
            raise
        transcript = transcript_hash(
            message, card_certificate=proof.card_certificate, signature=proof.signature
        )
        return await self.sessions.change(
            visit.session,
            visit.kiosk,
            lambda current: prove(
                current, transcript=transcript, holder=holder, expires=now + self.visit_life
            ),
        )

    async def _holder(self, proof: CardProof, message: bytes) -> Holder:
        if proof.algorithm != ALGORITHM:
            raise RefusedError(ProblemCode.CARD_SIGNATURE_INVALID, f"the algorithm must be {ALGORITHM}")
        return await self.cards.holder(
            proof.card_certificate, message=message, signature=proof.signature, at=self.clock()
        )
