"""Working through a batch: what each change does to the copy, or why it is set aside; pure, nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from certificates.domain.identifiers import CardSerial
from sync.change.cloud_events import Delivery, Readable, Unreadable
from sync.change.naming import UNKNOWN_HOUSEHOLD, Named, hides_household, serials_in
from sync.change.reasons import CORRECTIONS, Stream
from sync.checks.faults import Finding
from sync.checks.picture import Picture
from sync.checks.rules import finding_of
from sync.checks.unreadable import unreadable
from sync.copy.store import (
    Block,
    CardRow,
    FeedState,
    InboxRow,
    InboxState,
    Numbered,
    ResidentRow,
    Row,
    SealRow,
    SuppressionRow,
    Wanted,
    Writing,
    row_of,
)
from sync.reconcile.leaves import LeafSums, row_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A change with all that can be made of it before the copy is locked: its rows and their digests, in its order."""

    delivery: Delivery
    rows: tuple[Row, ...] = field(default=(), repr=False)
    digests: tuple[int, ...] = field(default=(), repr=False)


def make_ready(deliveries: Iterable[Delivery]) -> tuple[Ready, ...]:
    return tuple([_ready(delivery) for delivery in deliveries])


def _ready(delivery: Delivery) -> Ready:
    content = delivery.content
    if isinstance(content, Unreadable):
        return Ready(delivery=delivery)
    records = content.event.change.subjects.records()
    rows = tuple([row_of(*each) for each in zip(records, content.texts, content.forms, strict=True)])
    return Ready(delivery=delivery, rows=rows, digests=tuple([row_digest(row) for row in rows]))


def wanted_by(deliveries: Iterable[Delivery]) -> Wanted:
    """Whose rows have to be looked up before the batch can be judged."""
    deliveries = tuple(deliveries)
    named = [name for delivery in deliveries for name in delivery.named]
    changes = [d.content.event.change for d in deliveries if isinstance(d.content, Readable)]
    return Wanted(
        residents=frozenset(name.resident for name in named if name.resident is not None),
        households=frozenset(name.household for name in named if name.household is not None),
        seals=frozenset(seal.resident for change in changes for seal in change.subjects.seals),
        suppressions=frozenset(row.key for change in changes for row in change.subjects.suppressions),
        cards=frozenset(card.serial for change in changes for card in change.subjects.cards).union(
            *(serials_in(d.body) for d in deliveries if isinstance(d.content, Unreadable))
        ),
    )


def in_order_of_effect(changes: Iterable[Ready]) -> list[Ready]:
    """Suppressions take effect before anything else of a delivery, so that no fault of another change can hold one up."""
    return sorted(changes, key=_suppressions_first)


def _suppressions_first(change: Ready) -> tuple[bool, int]:
    delivery = change.delivery
    return not any(name.stream is Stream.SUPPRESSIONS for name in delivery.named), delivery.sequence


class Work:
    """All that the new changes of one delivery do to the copy, of which ``picture`` is what it holds."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.inbox: dict[int, InboxRow] = {}
        self.rows: list[Numbered] = []
        self.leaves = LeafSums()
        self.blocks: dict[Block, None] = {}  # in the order in which they came
        self.lifted: set[Block] = set()
        self.corrected: set[int] = set()

    def judge(self, changes: Iterable[Ready]) -> None:
        """Each change after those before it: see ``in_order_of_effect``."""
        for change in changes:
            self.take(change)

    def drain(self) -> Sequence[Numbered]:
        """The rows that were accepted since the last time."""
        rows, self.rows = self.rows, []
        return rows

    def finish(self, state: FeedState) -> Writing:
        """What is left to write; ``state`` is the state after the delivery."""
        return Writing(
            state=state,
            inbox=[row for _, row in sorted(self.inbox.items())],
            rows=self.drain(),
            leaves=self.leaves.moves(),
            # what was set aside and set right within this very batch leaves no block behind
            blocks=[block for block in self.blocks if block not in self.lifted],
            lifted=[block for block in self.lifted if block not in self.blocks],
            corrected=sorted(self.corrected),
        )

    def take(self, ready: Ready) -> None:
        delivery = ready.delivery
        match delivery.content:
            case Unreadable(where=where):
                self._set_aside(
                    delivery,
                    unreadable(delivery.body, where),
                    owners=(*self._holders(serials_in(delivery.body)), *self._homes(delivery)),
                )
            case Readable(event=event):
                finding = finding_of(event.change, ready.rows, self.picture)
                if finding is None:
                    self._accept(ready, correction=event.change.reason in CORRECTIONS)
                else:
                    self._set_aside(delivery, finding, owners=self._owners(ready.rows))

    def _accept(self, ready: Ready, *, correction: bool) -> None:
        delivery = ready.delivery
        for row, digest in zip(ready.rows, ready.digests, strict=True):
            self.leaves.add(delivery.sequence, self._before(row), row, digest)
            self.picture.take(row)
            self.rows.append(Numbered(sequence=delivery.sequence, row=row))
        if self.picture.quarantine:
            self._lift(ready.rows, correction=correction)
        self.inbox[delivery.sequence] = InboxRow(
            sequence=delivery.sequence,
            event=delivery.id,
            digest=delivery.digest,
            state=InboxState.APPLIED,
        )

    def _before(self, row: Row) -> Row | None:
        match row:
            case ResidentRow():
                return self.picture.residents.get(row.member.number)
            case SealRow():
                return self.picture.seals.get(row.resident)
            case SuppressionRow():
                return self.picture.suppressions.get(row.key)
            case CardRow():
                return self.picture.cards.get(row.serial)

    def _lift(self, rows: Sequence[Row], *, correction: bool) -> None:
        quarantine = self.picture.quarantine
        gone = quarantine.set_right(rows, correction=correction)
        self.lifted |= gone
        for sequence in {block.sequence for block in gone}:
            if quarantine.is_open(sequence):
                continue
            if sequence in self.inbox:
                self.inbox[sequence] = replace(self.inbox[sequence], state=InboxState.CORRECTED)
            else:
                self.corrected.add(sequence)

    def _set_aside(self, delivery: Delivery, finding: Finding, *, owners: Iterable[Named] = ()) -> None:
        blocks = [
            Block(
                sequence=delivery.sequence,
                stream=name.stream,
                resident=name.resident,
                household=name.household,
                history=name.history,
            )
            for name in dict.fromkeys((*delivery.named, *owners))
        ]
        self.picture.quarantine.add(blocks, {delivery.sequence: delivery.body})
        self.blocks |= dict.fromkeys(blocks)
        self.inbox[delivery.sequence] = InboxRow(
            sequence=delivery.sequence,
            event=delivery.id,
            digest=delivery.digest,
            state=InboxState.QUARANTINED,
            fault=finding.fault,
            where=finding.where,
            body=delivery.body,
        )

    def _homes(self, delivery: Delivery) -> Iterable[Named]:
        """The households in which people stand whose change cannot be read, and that it hides one where it does."""
        people = [name.resident for name in delivery.named if name.stream is Stream.RESIDENTS]
        for number in people:
            if number is not None and (row := self.picture.residents.get(number)) is not None:
                yield Named(stream=Stream.RESIDENTS, household=row.member.household)
        if people and hides_household(delivery.body):
            yield Named(stream=Stream.RESIDENTS, household=UNKNOWN_HOUSEHOLD)

    def _owners(self, rows: Iterable[Row]) -> list[Named]:
        return self._holders(row.serial for row in rows if isinstance(row, CardRow))

    def _holders(self, serials: Iterable[CardSerial]) -> list[Named]:
        """Who holds a serial number that a card change claims for somebody else: one of the two is wrong."""
        return [
            Named(stream=Stream.CARDS, resident=before.resident)
            for serial in serials
            if (before := self.picture.cards.get(serial)) is not None
        ]
