"""Messages between the centre and a municipality: inquiry, order, manifest, outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar

from certificates.domain.identifiers import CardSerial, MunicipalityCode, OrderId, SessionId
from certificates.wire.transcript import HolderTag, TranscriptHash
from certificates.wire.visit import Choice, OutcomeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The card certificate that was verified: SHA-256 of the issuer's DER name, and the serial number."""

    issuer: bytes
    serial: CardSerial = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquire:
    """Centre → municipality, signed: what may this holder have? Answered by ``visit.Menu``, signed."""

    TAG: ClassVar[str] = "inquire/1"
    municipality: MunicipalityCode
    session: SessionId
    transcript: TranscriptHash
    holder: Holder
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Centre → municipality, signed. The same order again is answered with the same numbers and the same bytes."""

    TAG: ClassVar[str] = "order/1"
    order: OrderId
    municipality: MunicipalityCode
    session: SessionId
    transcript: TranscriptHash
    holder: Holder
    choice: Choice
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStatement:
    """``sha256`` is over the decoded content stream of the page."""

    issue_number: str
    copy: int
    page: int
    pages: int
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Municipality → centre, signed, before the PDF in one frame.

    ``register_sequence`` is the last change applied to the copy, ``register_age_ms`` how long ago the registry was last
    heard when the snapshot was read, in milliseconds. ``fee`` is the whole fee in yen.
    """

    TAG: ClassVar[str] = "manifest/1"
    order: OrderId
    municipality: MunicipalityCode
    transcript: TranscriptHash
    holder: HolderTag
    issue_numbers: tuple[str, ...]
    pages: tuple[PageStatement, ...]
    sha256: bytes
    fee: int
    issued_at: datetime
    register_sequence: int
    register_age_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseOrder:
    """Centre → municipality, signed: how the order ended. Answered by ``visit.OutcomeRecorded``."""

    TAG: ClassVar[str] = "close-order/1"
    order: OrderId
    municipality: MunicipalityCode
    outcome: OutcomeKind
    sheets: int
    taken: int
    refunded: int
    reason: str = ""


class Standing(Enum):
    """What became of a numbered paper."""

    PRINTED = "printed"  # handed out and paid
    NOT_REPORTED = "not-reported"  # issued; how it ended has not been told yet
    UNCERTAIN = "uncertain"  # the printer was lost after it had accepted: staff must look
    WITHDRAWN = (
        "withdrawn"  # 無効: staff took it out of force, or the record changed before it was handed out
    )
    REPLACED = "replaced"  # 差替: staff took it out of force and handed out another number in its place
    NOT_HANDED_OUT = "not-handed-out"  # refunded or abandoned: no such paper may exist
    NO_RECORD = "no-record"  # the municipality has issued no paper of this order and number


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStanding:
    """Inquiry site → centre → municipality (there signed): what became of this paper?"""

    TAG: ClassVar[str] = "ask-standing/1"
    municipality: MunicipalityCode
    order: OrderId
    issue_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingTold:
    """Municipality → centre (signed) → inquiry site. Nothing personal: the number was on the paper.

    ``since`` and ``collected`` belong to what staff took out of force: since when, and whether they hold the paper
    (回収). The successor's number is not told: it stands on a paper that this receiver may have no business with.
    """

    TAG: ClassVar[str] = "standing-told/1"
    order: OrderId
    issue_number: str
    standing: Standing
    since: datetime | None = None
    collected: bool = False
