"""Messages between a kiosk and the centre: one visit, from the session to the outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar

from certificates.domain.identifiers import KioskId, MunicipalityCode, OrderId, ResidentNumber, SessionId
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.wire.transcript import HolderTag, TranscriptHash


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """Kiosk → centre. ``ephemeral_key``: X25519 public key, 32 bytes, made for this visit."""

    TAG: ClassVar[str] = "open-session/1"
    kiosk: KioskId
    municipality: MunicipalityCode
    ephemeral_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """Centre → kiosk. ``challenge``: 32 random bytes, good until ``expires``."""

    TAG: ClassVar[str] = "challenge/1"
    session: SessionId
    challenge: bytes
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardProof:
    """Kiosk → centre. The card's signature over ``transcript.card_message``; ``algorithm`` is RS256."""

    TAG: ClassVar[str] = "card-proof/1"
    session: SessionId
    card_certificate: bytes = field(repr=False)
    algorithm: str
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedKind:
    """``fee`` in yen a copy."""

    kind: CertificateKind
    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedMember:
    """A member of the household as the screen shows them; ``lacks``: items that their record cannot have."""

    resident: ResidentNumber = field(repr=False)
    name: str = field(repr=False)
    relation: str = field(repr=False)
    lacks: frozenset[OptionalItem] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Municipality → centre → kiosk: what this holder may have."""

    TAG: ClassVar[str] = "menu/1"
    transcript: TranscriptHash
    municipality: MunicipalityCode
    municipality_name: str
    kinds: tuple[OfferedKind, ...]
    items: frozenset[OptionalItem]
    members: tuple[OfferedMember, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen on the screen; checked into a domain ``Application`` by whoever decides."""

    kind: CertificateKind
    members: tuple[ResidentNumber, ...] | None = field(default=None, repr=False)
    items: frozenset[OptionalItem] = frozenset()
    copies: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Kiosk → centre: 交付申請. The kiosk draws ``order``, so that asking again is the same application."""

    TAG: ClassVar[str] = "apply/1"
    session: SessionId
    order: OrderId
    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Centre → kiosk, signed, before the ciphertext in one frame.

    ``sha256`` is over the marked PDF (the plaintext), ``ciphertext_sha256`` over the bytes that follow; ``fee`` is the
    whole fee in yen, ``sheets`` counts sheets of paper, each printed on both sides. ``manifest`` is the municipality's own
    signed ``order.Manifest`` (compact JWS): the kiosk need not take the centre's word for whose pages these are.
    """

    TAG: ClassVar[str] = "delivery/1"
    session: SessionId
    order: OrderId
    transcript: TranscriptHash
    holder: HolderTag
    issue_numbers: tuple[str, ...]
    sheets: int
    fee: int
    sha256: bytes
    ciphertext_sha256: bytes
    ephemeral_key: bytes
    nonce: bytes
    manifest: bytes = field(repr=False)


def delivery_aad(
    *, session: SessionId, order: OrderId, transcript: TranscriptHash, holder: HolderTag
) -> bytes:
    """Associated data of the sealed certificate: what it is bound to."""
    return b"|".join(
        (
            b"kofu delivery 1",
            session.encode(),
            order.encode(),
            transcript.hex().encode(),
            holder.hex().encode(),
        )
    )


class OutcomeKind(Enum):
    """How an order ended at the kiosk."""

    PRINTED = "printed"  # printed and paid
    REFUNDED = "refunded"  # paid, not printed, the fee given back
    ABANDONED = "abandoned"  # never paid, never printed
    UNKNOWN = "unknown"  # contact with the printer lost after it had accepted: staff must look


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOutcome:
    """Kiosk → centre → municipality. ``sheets`` printed; the fee taken and the fee given back, in yen."""

    TAG: ClassVar[str] = "report-outcome/1"
    session: SessionId
    order: OrderId
    outcome: OutcomeKind
    sheets: int
    taken: int
    refunded: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRecorded:
    """The receipt for a ReportOutcome; asking again gets the same one."""

    TAG: ClassVar[str] = "outcome-recorded/1"
    order: OrderId
    outcome: OutcomeKind
