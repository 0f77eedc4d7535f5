"""Session, card, centre: who sits here, proved by the card's signature over this visit and this vault's key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from cryptography import x509

from certificates.domain.identifiers import KioskId, MunicipalityCode, card_serial, session_id
from certificates.errors import BindingError, InvalidValueError, UnavailableError, WireError
from certificates.wire.transcript import card_message, holder_tag, transcript_hash
from certificates.wire.visit import CardProof, Challenge, Menu, OpenSession
from kiosk_client.card.jpki import CardSignature
from kiosk_client.ports import CardTerminal, Centre, Clock, Vaults
from kiosk_client.usecases.delivery import Proof
from kiosk_client.usecases.seat import Seat

_CHALLENGE_SIZE: Final = 32  # bytes
_MARGIN: Final = timedelta(seconds=10)  # what card and centre may need before the challenge expires


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveHolder:
    kiosk: KioskId
    centre: Centre
    terminal: CardTerminal
    vaults: Vaults
    clock: Clock

    async def __call__(self, seat: Seat, municipality: MunicipalityCode, *, confirm_last_try: bool) -> Menu:
        """The menu for whoever proved to hold the card; ``seat.proof`` is what later deliveries must fit.

        A wrong PIN leaves the challenge unused, so it serves for the next try while it is good.
        Raises the errors of the card and of the centre; BindingError when the menu is another visit's.
        """
        pin = seat.pin.hand_over()
        try:
            vault = await seat.vault(self.vaults)
            challenge = await self._challenge(seat, municipality, vault.public_key)
            message = card_message(
                session=challenge.session,
                challenge=challenge.challenge,
                kiosk=self.kiosk,
                ephemeral_key=vault.public_key,
            )
            signature = await self.terminal.authenticate(pin, message, confirm_last_try=confirm_last_try)
        finally:
            pin[:] = bytes(len(pin))
        seat.challenge = None
        menu = await self.centre.prove(
            CardProof(
                session=challenge.session,
                card_certificate=signature.certificate_der,
                algorithm=signature.algorithm,
                signature=signature.signature,
            )
        )
        proof = _proof(challenge, municipality, message, signature)
        if not hmac.compare_digest(menu.transcript, proof.transcript):
            raise BindingError("menu: the transcript is not this visit's")
        if menu.municipality != municipality:
            raise BindingError("menu: of another municipality")
        seat.proof = proof
        return menu

    async def _challenge(self, seat: Seat, municipality: MunicipalityCode, key: bytes) -> Challenge:
        if seat.challenge is not None:
            chosen, challenge = seat.challenge
            if chosen == municipality and self.clock() + _MARGIN < challenge.expires:
                return challenge
        message = OpenSession(kiosk=self.kiosk, municipality=municipality, ephemeral_key=key)
        try:
            challenge = await self.centre.open_session(message)
        except UnavailableError:
            challenge = await self.centre.open_session(message)  # a session that nobody uses harms nobody
        if len(challenge.challenge) != _CHALLENGE_SIZE:
            raise WireError(f"the challenge must be {_CHALLENGE_SIZE} bytes")
        try:
            session_id(challenge.session)
        except InvalidValueError as error:
            raise WireError("the session has no proper id") from error
        seat.challenge = (municipality, challenge)
        return challenge


def _proof(
    challenge: Challenge, municipality: MunicipalityCode, message: bytes, signature: CardSignature
) -> Proof:
    """The card's issuer and serial as this kiosk read them; the centre and the municipality do the same sum."""
    certificate = x509.load_der_x509_certificate(signature.certificate_der)
    transcript = transcript_hash(
        message, card_certificate=signature.certificate_der, signature=signature.signature
    )
    holder = holder_tag(
        transcript,
        issuer=hashlib.sha256(certificate.issuer.public_bytes()).digest(),
        serial=card_serial(certificate.serial_number),
    )
    return Proof(session=challenge.session, municipality=municipality, transcript=transcript, holder=holder)
