"""A kiosk for the centre's tests: its own key for each visit, and every check that a kiosk makes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from certificates.domain.identifiers import KioskId, MunicipalityCode, OrderId, SessionId
from certificates.domain.kinds import CertificateKind
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from certificates.wire import frame, problem
from certificates.wire.codec import Message, decode, encode
from certificates.wire.jose import Role, TrustedKeys
from certificates.wire.order import Manifest
from certificates.wire.sealing import Sealed, unseal
from certificates.wire.transcript import TranscriptHash, card_message, seal_info, transcript_hash
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
from tests.centre.centre_cards import Card
from tests.centre.centre_values import MUNICIPALITY


async def refused(asking: Awaitable[object]) -> ProblemCode:
    """The code with which this is refused; it must be."""
    with pytest.raises(RefusedError) as caught:
        await asking
    return caught.value.code


def new_order() -> OrderId:
    return OrderId(secrets.token_hex(16))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    delivery: Delivery
    pdf: bytes = field(repr=False)


class Visit:
    """One visit at one kiosk; raises RefusedError with the code of the centre's problem document."""

    def __init__(self, kiosk: Kiosk, card: Card) -> None:
        self.kiosk = kiosk
        self.card = card
        self.key = X25519PrivateKey.generate()
        self.challenge: Challenge | None = None
        self.transcript: TranscriptHash | None = None
        self.order = new_order()

    @property
    def session(self) -> SessionId:
        assert self.challenge is not None
        return self.challenge.session

    async def open(self, municipality: MunicipalityCode = MUNICIPALITY) -> Challenge:
        message = OpenSession(
            kiosk=self.kiosk.id,
            municipality=municipality,
            ephemeral_key=self.key.public_key().public_bytes_raw(),
        )
        self.challenge = decode(await self.kiosk.post("/v1/sessions", message), Challenge)
        return self.challenge

    def proof(self) -> CardProof:
        assert self.challenge is not None
        message = card_message(
            session=self.session,
            challenge=self.challenge.challenge,
            kiosk=self.kiosk.id,
            ephemeral_key=self.key.public_key().public_bytes_raw(),
        )
        certificate, signature = self.card.der, self.card.sign(message)
        self.transcript = transcript_hash(message, card_certificate=certificate, signature=signature)
        return CardProof(
            session=self.session, card_certificate=certificate, algorithm="RS256", signature=signature
        )

    async def prove(self, proof: CardProof | None = None) -> Menu:
        body = await self.kiosk.post(f"/v1/sessions/{self.session}/proof", proof or self.proof())
        menu = decode(body, Menu)
        assert menu.transcript == self.transcript
        return menu

    async def begin(self) -> Visit:
        await self.open()
        await self.prove()
        return self

    def application(self, *, copies: int = 1, order: OrderId | None = None) -> Apply:
        choice = Choice(kind=CertificateKind.RESIDENT_RECORD, copies=copies)
        return Apply(session=self.session, order=order or self.order, choice=choice)

    async def apply(self, application: Apply | None = None) -> Delivered:
        body = await self.kiosk.post(
            f"/v1/sessions/{self.session}/application", application or self.application()
        )
        token, sealed = frame.unpack(body)
        delivery, signer = self.kiosk.trusted.open(token, Delivery, Role.CENTRE)
        assert signer.role is Role.CENTRE
        assert (delivery.session, delivery.transcript) == (self.session, self.transcript)
        manifest, issuer = self.kiosk.trusted.open(delivery.manifest, Manifest, Role.ISSUER)
        assert issuer.name == MUNICIPALITY
        assert (manifest.order, manifest.transcript, manifest.holder, manifest.issue_numbers) == (
            delivery.order,
            delivery.transcript,
            delivery.holder,
            delivery.issue_numbers,
        )
        frame.require_digest(sealed, delivery.ciphertext_sha256, "sealed certificate")
        pdf = unseal(
            Sealed(ephemeral_key=delivery.ephemeral_key, nonce=delivery.nonce, ciphertext=bytes(sealed)),
            key=self.key,
            info=seal_info(delivery.transcript),
            aad=delivery_aad(
                session=self.session,
                order=delivery.order,
                transcript=delivery.transcript,
                holder=delivery.holder,
            ),
        )
        assert hashlib.sha256(pdf).digest() == delivery.sha256
        return Delivered(delivery=delivery, pdf=pdf)

    def outcome(self, outcome: OutcomeKind = OutcomeKind.PRINTED) -> ReportOutcome:
        paid = outcome is not OutcomeKind.ABANDONED
        return ReportOutcome(
            session=self.session,
            order=self.order,
            outcome=outcome,
            sheets=1 if paid else 0,
            taken=200 if paid else 0,
            refunded=200 if outcome is OutcomeKind.REFUNDED else 0,
        )

    async def report(self, report: ReportOutcome | None = None) -> OutcomeRecorded:
        body = await self.kiosk.post(f"/v1/sessions/{self.session}/outcome", report or self.outcome())
        return decode(body, OutcomeRecorded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    id: KioskId
    url: str
    client: aiohttp.ClientSession
    trusted: TrustedKeys

    def visit(self, card: Card) -> Visit:
        return Visit(self, card)

    async def post(self, path: str, message: Message) -> bytes:
        return await self.send(path, encode(message))

    async def send(self, path: str, body: bytes, *, content_type: str = "application/json") -> bytes:
        headers = {"Content-Type": content_type}
        async with self.client.post(self.url + path, data=body, headers=headers) as response:
            answer = await response.read()
        if response.status != 200:
            assert response.content_type == problem.CONTENT_TYPE
            raise problem.read_refusal(answer)
        return answer
