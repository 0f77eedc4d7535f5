"""A visit without a machine: the kiosk's side of the protocol, for load and for tests that need the PDF itself.

Everything that a kiosk checks is checked here too; only the fee, the screen and the printer are missing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.domain.identifiers import (
    KioskId,
    MunicipalityCode,
    OrderId,
    card_serial,
    order_id,
    session_id,
)
from certificates.errors import BindingError, RefusedError, WireError
from certificates.wire import frame, transcript
from certificates.wire.codec import Message, decode, encode
from certificates.wire.jose import Role, TrustedKeys
from certificates.wire.problem import read_problem
from certificates.wire.sealing import Sealed, unseal
from certificates.wire.visit import (
    Apply,
    CardProof,
    Challenge,
    Choice,
    Delivery,
    Menu,
    OpenSession,
    OutcomeKind,
    OutcomeRecorded,
    ReportOutcome,
    delivery_aad,
)
from load_tests.authority.jpki import IssuedCard

M = TypeVar("M", bound=Message)


class Post(Protocol):
    """Send one message to the centre; ``step`` names it in statistics. Returns status and body."""

    def __call__(self, step: str, path: str, body: bytes) -> tuple[int, bytes]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a kiosk would print, and what it is bound to."""

    order: OrderId
    delivery: Delivery
    pdf: bytes = field(repr=False)


class Visitor:
    """One visit of one card at one kiosk."""

    def __init__(
        self,
        *,
        kiosk: KioskId,
        municipality: MunicipalityCode,
        card: IssuedCard,
        centre: TrustedKeys,
        post: Post,
    ):
        self._kiosk = kiosk
        self._municipality = municipality
        self._card = card
        self._centre = centre
        self._post = post
        self._key = X25519PrivateKey.generate()
        self._session = ""

    def prove(self) -> Menu:
        """Open a session and prove the card. Raises RefusedError with the centre's or the municipality's code."""
        public = self._key.public_key().public_bytes_raw()
        opening = OpenSession(kiosk=self._kiosk, municipality=self._municipality, ephemeral_key=public)
        challenge = self._ask("open", "/v1/sessions", opening, Challenge)
        self._session = challenge.session
        message = transcript.card_message(
            session=challenge.session, challenge=challenge.challenge, kiosk=self._kiosk, ephemeral_key=public
        )
        signature = self._card.key.sign(message, padding.PKCS1v15(), SHA256())
        der = self._card.certificate.public_bytes(Encoding.DER)
        self._transcript = transcript.transcript_hash(message, card_certificate=der, signature=signature)
        self._holder = transcript.holder_tag(
            self._transcript,
            issuer=hashlib.sha256(self._card.certificate.issuer.public_bytes()).digest(),
            serial=card_serial(self._card.certificate.serial_number),
        )
        proof = CardProof(
            session=challenge.session, card_certificate=der, algorithm="RS256", signature=signature
        )
        menu = self._ask("prove", f"/v1/sessions/{self._session}/proof", proof, Menu)
        if menu.transcript != self._transcript:
            raise BindingError("the menu is another visit's")
        return menu

    def apply(self, choice: Choice, *, order: OrderId | None = None) -> Paper:
        """Apply and open what is delivered. Raises RefusedError, WireError, BindingError."""
        order = order or order_id(secrets.token_hex(16))
        apply = Apply(session=session_id(self._session), order=order, choice=choice)
        body = self._send("apply", f"/v1/sessions/{self._session}/application", apply)
        token, ciphertext = frame.unpack(body)
        delivery, _ = self._centre.open(token, Delivery, Role.CENTRE)
        frame.require_digest(ciphertext, delivery.ciphertext_sha256, "ciphertext")
        bound = (delivery.session, delivery.order, delivery.transcript, delivery.holder)
        if bound != (self._session, order, self._transcript, self._holder):
            raise BindingError("the delivery is another visit's")
        if len(delivery.issue_numbers) != choice.copies:
            raise BindingError("not one issue number a copy")
        aad = delivery_aad(
            session=delivery.session, order=order, transcript=self._transcript, holder=self._holder
        )
        sealed = Sealed(
            ephemeral_key=delivery.ephemeral_key, nonce=delivery.nonce, ciphertext=bytes(ciphertext)
        )
        pdf = unseal(sealed, key=self._key, info=transcript.seal_info(self._transcript), aad=aad)
        frame.require_digest(pdf, delivery.sha256, "certificate")
        return Paper(order=order, delivery=delivery, pdf=pdf)

    def report(self, paper: Paper, outcome: OutcomeKind = OutcomeKind.PRINTED) -> OutcomeRecorded:
        printed = outcome is OutcomeKind.PRINTED
        report = ReportOutcome(
            session=session_id(self._session),
            order=paper.order,
            outcome=outcome,
            sheets=paper.delivery.sheets if printed else 0,
            taken=paper.delivery.fee if printed else 0,
            refunded=0,
        )
        return self._ask("outcome", f"/v1/sessions/{self._session}/outcome", report, OutcomeRecorded)

    def _ask(self, step: str, path: str, message: Message, kind: type[M]) -> M:
        return decode(self._send(step, path, message), kind)

    def _send(self, step: str, path: str, message: Message) -> bytes:
        status, body = self._post(step, path, encode(message))
        if status != 200:
            try:
                code = read_problem(body)
            except WireError as error:
                raise WireError(f"{step}: HTTP {status} without a problem document") from error
            raise RefusedError(code)
        return body
