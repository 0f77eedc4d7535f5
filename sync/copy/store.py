"""The rows that a copy of the register keeps, what a delivery asks of it and what it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from certificates.domain.entitlement import Watermark
from certificates.domain.identifiers import CardSerial, HouseholdNumber, MunicipalityCode, ResidentNumber
from certificates.domain.resident import ResidencyStatus, Resident
from certificates.domain.seal import SealRegistration
from certificates.domain.suppression import Suppression
from sync.change.events import CardCertificate, Record
from sync.change.reasons import Stream
from sync.change.records import text_of
from sync.checks.faults import Fault, Sentence
from sync.checks.sentences import sentence_of
from sync.feed.wire import NO_CHAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Where a resident belongs: what the check of a household needs."""

    number: ResidentNumber
    household: HouseholdNumber
    status: ResidencyStatus
    head: bool

    @property
    def is_current(self) -> bool:
        return self.status in (ResidencyStatus.RESIDENT, ResidencyStatus.MOVING_OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentRow:
    """``form``: what ``record`` says, item by item, where somebody has read it already."""

    member: Member
    history: int
    record: str = field(repr=False)
    form: Mapping[str, object] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(
        cls, resident: Resident, record: str | None = None, form: Mapping[str, object] | None = None
    ) -> ResidentRow:
        """``record``: the canonical text, and ``form`` its items, when they are known already."""
        member = Member(
            number=resident.number,
            household=resident.household,
            status=resident.status,
            head=resident.is_head,
        )
        return cls(member=member, history=resident.history, record=record or text_of(resident), form=form)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRow:
    resident: ResidentNumber
    history: int
    valid: bool
    record: str = field(repr=False)

    @classmethod
    def of(cls, seal: SealRegistration, record: str | None = None) -> SealRow:
        return cls(
            resident=seal.resident,
            history=seal.history,
            valid=seal.is_valid,
            record=record or text_of(seal),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionRow:
    key: str
    resident: ResidentNumber | None
    household: HouseholdNumber | None
    released: bool
    record: str = field(repr=False)

    @classmethod
    def of(cls, suppression: Suppression, record: str | None = None) -> SuppressionRow:
        return cls(
            key=suppression.key,
            resident=suppression.resident,
            household=suppression.household,
            released=suppression.released,
            record=record or text_of(suppression),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    serial: CardSerial = field(repr=False)
    resident: ResidentNumber
    removed: bool
    record: str = field(repr=False)

    @classmethod
    def of(cls, card: CardCertificate, record: str | None = None) -> CardRow:
        return cls(
            serial=card.serial,
            resident=card.resident,
            removed=card.removed,
            record=record or text_of(card),
        )


Row = ResidentRow | SealRow | SuppressionRow | CardRow


def row_of(record: Record, text: str | None = None, form: Mapping[str, object] | None = None) -> Row:
    """``text``: the canonical text, and ``form`` its items, when they are known already."""
    match record:
        case Resident():
            return ResidentRow.of(record, text, form)
        case SealRegistration():
            return SealRow.of(record, text)
        case Suppression():
            return SuppressionRow.of(record, text)
        case CardCertificate():
            return CardRow.of(record, text)


class InboxState(Enum):
    APPLIED = "applied"
    QUARANTINED = "quarantined"
    CORRECTED = "corrected"  # was quarantined; later changes have set everybody right whom it named


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """One number of the feed. ``body`` is kept while quarantined; an applied change lives on in the histories."""

    sequence: int
    event: str
    digest: bytes
    state: InboxState
    fault: Fault | None = None
    where: str = ""
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A change in quarantine, as the operator reads it; ``where`` names the row and the items that are wrong."""

    sequence: int
    event: str
    fault: Fault
    where: str

    @property
    def sentence(self) -> Sentence:
        return sentence_of(self.fault, self.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Nothing is issued for whom a quarantined change names, until it is lifted.

    ``history`` is the 履歴番号 that the set-aside row carried.
    """

    sequence: int
    stream: Stream
    resident: ResidentNumber | None = None
    household: HouseholdNumber | None = None
    history: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """How far the copy has come.

    ``loaded``: the number of the last full load; lower numbers are in it. ``conflict``: the first number that
    arrived with two contents, or that the registry has forgotten and would give out again; while it stands nothing
    is issued and nothing applied, and only a full load ends it. ``heard_at`` is the registry's time of its last
    message, but never later than our clock; ``said_at`` the same unclipped, to be compared with the registry's clock
    alone. ``chain`` is over every change up to ``applied`` (``sync.feed.wire.link``).
    """

    municipality: MunicipalityCode
    applied: int
    known: int
    heard_at: datetime
    said_at: datetime | None = None
    loaded: int = 0
    conflict: int | None = None
    chain: bytes = NO_CHAIN

    @property
    def watermark(self) -> Watermark:
        """A conflict is shown as a gap: the copy cannot vouch for what it holds."""
        known = self.known if self.conflict is None else max(self.known, self.applied + 1)
        return Watermark(applied=self.applied, known=known, heard_at=self.heard_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose rows a batch needs to be judged."""

    residents: frozenset[ResidentNumber]
    households: frozenset[HouseholdNumber]
    seals: frozenset[ResidentNumber]
    suppressions: frozenset[str]
    cards: frozenset[CardSerial]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the copy holds of them: rows, those of everybody of the households touched, and the blocks in force.

    ``blocks`` holds all open blocks of every quarantined change that names one of them, ``bodies`` those changes by
    number, and ``cards`` also those whose serials stand in them.
    """

    residents: Mapping[ResidentNumber, ResidentRow]
    members: Sequence[Member]
    seals: Mapping[ResidentNumber, SealRow]
    suppressions: Mapping[str, SuppressionRow]
    cards: Mapping[CardSerial, CardRow]
    blocks: Sequence[Block]
    bodies: Mapping[int, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A row and the number of the change that brought it."""

    sequence: int
    row: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafMove:
    """How one delivery moves a leaf of the digest tree (``sync.reconcile.leaves``).

    ``digest`` is exclusive-ored into it; ``touched`` is the highest number.
    """

    leaf: str
    digest: int
    touched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """All that one delivery changes, to be written in one transaction."""

    state: FeedState
    inbox: Sequence[InboxRow] = ()
    rows: Sequence[Numbered] = ()
    leaves: Sequence[LeafMove] = ()
    blocks: Sequence[Block] = ()
    lifted: Sequence[Block] = ()
    corrected: Sequence[int] = ()
