"""What the centre delivers, checked against this kiosk's own visit: whatever does not fit is nobody's certificate."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from certificates.domain.identifiers import MunicipalityCode, OrderId, SessionId
from certificates.domain.issue_number import IssueNumber
from certificates.errors import BindingError, InvalidValueError, WireError
from certificates.wire import frame
from certificates.wire.jose import Role, TrustedKeys
from certificates.wire.order import Manifest
from certificates.wire.transcript import HolderTag, TranscriptHash, seal_info
from certificates.wire.visit import Delivery, delivery_aad
from kiosk_client.vault.pages import Promise, PromisedPage
from kiosk_client.vault.sealed import Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What this visit is bound to, computed here from what this kiosk itself sent and read."""

    session: SessionId
    municipality: MunicipalityCode
    transcript: TranscriptHash
    holder: HolderTag


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The one delivery that may follow: this visit's, for this order, these copies and this fee in yen."""

    proof: Proof
    order: OrderId
    copies: int
    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedDelivery:
    """Made by ``verify_delivery`` alone. ``sealed`` opens with the vault of this visit."""

    expected: Expected
    sheets: int
    sealed: Sealed = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidDelivery:
    """A verified delivery with its whole fee in escrow: the only thing that can be printed."""

    verified: VerifiedDelivery
    paid: int

    def __post_init__(self) -> None:
        if self.paid != self.verified.expected.fee:
            raise BindingError("what was paid is not the fee of this order")


def verify_delivery(body: bytes, expected: Expected, trusted: TrustedKeys) -> VerifiedDelivery:
    """Open a frame and compare every binding; raises BindingError naming the first that does not hold.

    A statement that cannot be read or whose signature is not the centre's is a broken binding as well: somebody
    answered in the centre's place.
    """
    try:
        token, ciphertext = frame.unpack(body)
        delivery, _ = trusted.open(token, Delivery, Role.CENTRE)
    except WireError as error:
        raise BindingError(f"the delivery is not the centre's: {error}") from error
    proof = expected.proof
    _require(delivery.session.encode(), proof.session.encode(), "session")
    _require(delivery.order.encode(), expected.order.encode(), "order")
    _require(delivery.transcript, proof.transcript, "transcript")
    _require(delivery.holder, proof.holder, "holder tag")
    frame.require_digest(ciphertext, delivery.ciphertext_sha256, "delivery")
    _require_numbers(delivery, expected)
    if delivery.fee != expected.fee:
        raise BindingError("delivery: the fee is not the one that the customer agreed to")
    promise = _promise(delivery, expected, trusted)
    if delivery.sheets != len(promise.pages):
        raise BindingError("delivery: not one sheet for each page of the manifest")
    return VerifiedDelivery(
        expected=expected, sheets=delivery.sheets, sealed=_sealed(delivery, bytes(ciphertext), promise)
    )


def _require(found: bytes, own: bytes, what: str) -> None:
    if not hmac.compare_digest(found, own):
        raise BindingError(f"delivery: the {what} is not this visit's")


def _require_numbers(delivery: Delivery, expected: Expected) -> None:
    """Every copy has a number of its own, of the municipality that was applied to."""
    numbers = delivery.issue_numbers
    if len(numbers) != expected.copies or len(set(numbers)) != len(numbers):
        raise BindingError("delivery: not one issue number for each copy")
    try:
        municipalities = {IssueNumber.parse(number).municipality for number in numbers}
    except InvalidValueError as error:
        raise BindingError("delivery: what should be an issue number is none") from error
    if municipalities != {expected.proof.municipality}:
        raise BindingError("delivery: an issue number of another municipality")


def _promise(delivery: Delivery, expected: Expected, trusted: TrustedKeys) -> Promise:
    """What the municipality itself signed of this visit's pages: a centre that exchanged two files cannot change it."""
    proof = expected.proof
    try:
        manifest, signer = trusted.open(delivery.manifest, Manifest, Role.ISSUER)
    except WireError as error:
        raise BindingError(f"the manifest is not the municipality's: {error}") from error
    if not signer.name == manifest.municipality == proof.municipality:
        raise BindingError("manifest: of another municipality")
    _require(manifest.order.encode(), expected.order.encode(), "manifest's order")
    _require(manifest.transcript, proof.transcript, "manifest's transcript")
    _require(manifest.holder, proof.holder, "manifest's holder tag")
    if manifest.issue_numbers != delivery.issue_numbers or manifest.fee != delivery.fee:
        raise BindingError("manifest: its numbers or its fee are not those of the delivery")
    if {page.issue_number for page in manifest.pages} != set(manifest.issue_numbers):
        raise BindingError("manifest: its pages are not those of its copies")
    try:
        pages = tuple(
            PromisedPage(issue_number=page.issue_number, page=page.page, pages=page.pages, sha256=page.sha256)
            for page in manifest.pages
        )
        return Promise(order=expected.order, pages=pages)
    except InvalidValueError as error:
        raise BindingError(f"manifest: {error}") from error


def _sealed(delivery: Delivery, ciphertext: bytes, promise: Promise) -> Sealed:
    try:
        return Sealed(
            ephemeral_public=delivery.ephemeral_key,
            nonce=delivery.nonce,
            ciphertext=ciphertext,
            info=seal_info(delivery.transcript),
            aad=delivery_aad(
                session=delivery.session,
                order=delivery.order,
                transcript=delivery.transcript,
                holder=delivery.holder,
            ),
            plaintext_sha256=delivery.sha256,
            promise=promise,
        )
    except InvalidValueError as error:
        raise BindingError(f"delivery: {error.field} {error.reason}") from error
