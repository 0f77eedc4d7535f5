"""A centre for the kiosk's tests: every sum done in earnest, and every answer can be tampered with."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from certificates.domain.identifiers import (
    MunicipalityCode,
    OrderId,
    ResidentNumber,
    SessionId,
    card_serial,
    numbered,
    session_id,
)
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from certificates.wire import frame
from certificates.wire.jose import Party, Role, SigningKey, TrustedKey, TrustedKeys
from certificates.wire.order import Manifest, PageStatement
from certificates.wire.sealing import seal
from certificates.wire.transcript import (
    HolderTag,
    TranscriptHash,
    card_message,
    holder_tag,
    seal_info,
    transcript_hash,
)
from certificates.wire.visit import (
    Apply,
    CardProof,
    Challenge,
    Delivery,
    Menu,
    OfferedKind,
    OfferedMember,
    OpenSession,
    OutcomeRecorded,
    ReportOutcome,
    delivery_aad,
)

MIHON = MunicipalityCode("992011")
KAKU = MunicipalityCode("992020")
ISSUER = Party(role=Role.ISSUER, name=MIHON)
FEE = 200
HOUSEHOLD = (("見本　太郎", "世帯主"), ("見本　花子", "妻"), ("見本　一郎", "子"), ("見本　さくら", "子"))


@dataclass(slots=True, kw_only=True)
class Sitting:
    """What the centre knows of one session."""

    opened: OpenSession
    challenge: Challenge
    transcript: TranscriptHash | None = None
    holder: bytes = b""
    order: OrderId | None = None
    answer: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What the municipality drew and the centre marked, and what is promised of its front pages."""

    pdf: bytes
    pages: tuple[PageStatement, ...]


Draw = Callable[[OrderId, tuple[str, ...]], Paper]


def plain_paper(order: OrderId, numbers: tuple[str, ...]) -> Paper:
    """Bytes that only a vault of these tests takes for a certificate: a page for each copy."""
    pages = tuple(
        PageStatement(issue_number=number, copy=copy, page=1, pages=1, sha256=bytes(32))
        for copy, number in enumerate(numbers, start=1)
    )
    return Paper(pdf=b"%PDF-1.7 " + order.encode() * 100, pages=pages)


def no_change(delivery: Delivery) -> Delivery:
    return delivery


@dataclass(slots=True, kw_only=True)
class FakeCentre:
    """A `Centre` in this process.

    ``tamper`` changes a delivery before it is signed, ``swap`` answers an application with another frame,
    ``failures`` are raised, oldest first, by the methods they name (before the work, or after it).
    """

    key: SigningKey = field(default_factory=lambda: SigningKey.generate("centre-key"))
    issuer: SigningKey = field(default_factory=lambda: SigningKey.generate("issuer-key"))
    kinds: tuple[OfferedKind, ...] = (
        OfferedKind(kind=CertificateKind.RESIDENT_RECORD, fee=FEE),
        OfferedKind(kind=CertificateKind.SEAL_REGISTRATION, fee=FEE),
    )
    household: tuple[tuple[str, str], ...] = HOUSEHOLD
    items: frozenset[OptionalItem] = frozenset(OptionalItem)
    draw: Draw = plain_paper
    tamper: Callable[[Delivery], Delivery] = no_change
    tamper_manifest: Callable[[Manifest], Manifest] = lambda manifest: manifest
    tamper_menu: Callable[[Menu], Menu] = lambda menu: menu
    tamper_challenge: Callable[[Challenge], Challenge] = lambda challenge: challenge
    swap: Callable[[bytes], bytes] = bytes
    failures: list[tuple[str, Exception]] = field(default_factory=list)
    failures_after: list[tuple[str, Exception]] = field(default_factory=list)
    sittings: dict[SessionId, Sitting] = field(default_factory=dict)
    applications: list[Apply] = field(default_factory=list)
    reports: list[ReportOutcome] = field(default_factory=list)
    papers: list[bytes] = field(default_factory=list)
    drawn: int = 0

    @property
    def trusted(self) -> TrustedKeys:
        return TrustedKeys(
            [
                TrustedKey.from_pem(self.key.kid, self.party, self.key.public_pem),
                TrustedKey.from_pem(self.issuer.kid, ISSUER, self.issuer.public_pem),
            ]
        )

    @property
    def party(self) -> Party:
        return Party(role=Role.CENTRE, name="test")

    async def open_session(self, message: OpenSession) -> Challenge:
        self._fail("open_session", self.failures)
        challenge = self.tamper_challenge(
            Challenge(
                session=session_id(secrets.token_hex(16)),
                challenge=secrets.token_bytes(32),
                expires=datetime.now(UTC) + timedelta(seconds=120),
            )
        )
        self.sittings[challenge.session] = Sitting(opened=message, challenge=challenge)
        return challenge

    async def prove(self, message: CardProof) -> Menu:
        self._fail("prove", self.failures)
        sitting = self.sittings[message.session]
        opened, challenge = sitting.opened, sitting.challenge
        signed = card_message(
            session=message.session,
            challenge=challenge.challenge,
            kiosk=opened.kiosk,
            ephemeral_key=opened.ephemeral_key,
        )
        certificate = x509.load_der_x509_certificate(message.card_certificate)
        key = certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        assert message.algorithm == "RS256"
        key.verify(message.signature, signed, padding.PKCS1v15(), SHA256())
        transcript = transcript_hash(
            signed, card_certificate=message.card_certificate, signature=message.signature
        )
        issuer = hashlib.sha256(certificate.issuer.public_bytes()).digest()
        sitting.transcript = transcript
        sitting.holder = holder_tag(transcript, issuer=issuer, serial=card_serial(certificate.serial_number))
        return self.tamper_menu(
            Menu(
                transcript=transcript,
                municipality=opened.municipality,
                municipality_name="見本県みほん市",
                kinds=self.kinds,
                items=self.items,
                members=tuple(
                    OfferedMember(resident=ResidentNumber(numbered(index)), name=name, relation=relation)
                    for index, (name, relation) in enumerate(self.household, start=1)
                ),
            )
        )

    async def apply(self, message: Apply) -> bytes:
        self._fail("apply", self.failures)
        self.applications.append(message)
        sitting = self.sittings[message.session]
        if sitting.order not in (None, message.order):
            raise RefusedError(ProblemCode.OUT_OF_TURN)
        if not sitting.answer:
            sitting.order = message.order
            sitting.answer = self.frame_for(sitting, message)
        self._fail("apply", self.failures_after)
        return self.swap(sitting.answer)

    async def report(self, message: ReportOutcome) -> OutcomeRecorded:
        self._fail("report", self.failures)
        self.reports.append(message)
        self._fail("report", self.failures_after)
        return OutcomeRecorded(order=message.order, outcome=message.outcome)

    def frame_for(self, sitting: Sitting, message: Apply) -> bytes:
        assert sitting.transcript is not None
        holder = HolderTag(sitting.holder)
        aad = delivery_aad(
            session=message.session,
            order=message.order,
            transcript=sitting.transcript,
            holder=holder,
        )
        copies = message.choice.copies
        numbers = tuple(self._number(sitting.opened.municipality) for _ in range(copies))
        paper = self.draw(message.order, numbers)
        self.papers.append(paper.pdf)
        sealed = seal(
            paper.pdf,
            to=sitting.opened.ephemeral_key,
            info=seal_info(sitting.transcript),
            aad=aad,
            ephemeral=X25519PrivateKey.generate(),
            nonce=secrets.token_bytes(12),
        )
        fee = next(one.fee for one in self.kinds if one.kind is message.choice.kind)
        manifest = Manifest(
            order=message.order,
            municipality=sitting.opened.municipality,
            transcript=sitting.transcript,
            holder=holder,
            issue_numbers=numbers,
            pages=paper.pages,
            sha256=bytes(32),
            fee=fee * copies,
            issued_at=datetime.now(UTC),
            register_sequence=1,
            register_age_ms=0,
        )
        delivery = Delivery(
            session=message.session,
            order=message.order,
            transcript=sitting.transcript,
            holder=holder,
            issue_numbers=numbers,
            sheets=len(paper.pages),
            fee=fee * copies,
            sha256=hashlib.sha256(paper.pdf).digest(),
            ciphertext_sha256=hashlib.sha256(sealed.ciphertext).digest(),
            ephemeral_key=sealed.ephemeral_key,
            nonce=sealed.nonce,
            manifest=self.issuer.sign(self.tamper_manifest(manifest)),
        )
        return frame.pack(self.key.sign(self.tamper(delivery)), sealed.ciphertext)

    def _number(self, municipality: MunicipalityCode) -> str:
        self.drawn += 1
        return str(IssueNumber(municipality=municipality, serial=self.drawn))

    def _fail(self, method: str, failures: list[tuple[str, Exception]]) -> None:
        if failures and failures[0][0] == method:
            raise failures.pop(0)[1]


def changed(**fields: object) -> Callable[[Delivery], Delivery]:
    """A tampering that replaces fields of the delivery."""

    def tamper(delivery: Delivery) -> Delivery:
        return replace(delivery, **fields)  # type: ignore[arg-type] # the test names the fields

    return tamper
