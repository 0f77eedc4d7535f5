"""Rows of the copy as database values and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping, Table

from certificates.domain.identifiers import CardSerial, HouseholdNumber, MunicipalityCode, ResidentNumber
from certificates.domain.resident import ResidencyStatus
from sync.change.reasons import Stream
from sync.copy import tables
from sync.copy.parts import Values
from sync.copy.store import (
    Block,
    CardRow,
    FeedState,
    InboxRow,
    Member,
    ResidentRow,
    Row,
    SealRow,
    SuppressionRow,
)

_STATUSES = {status.value: status for status in ResidencyStatus}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00Z: exact in every database, where a time zone is not."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def resident_of(row: Sequence[object]) -> ResidentRow:
    number, history, household, status, head, record = row
    assert isinstance(history, int)
    member = Member(
        number=ResidentNumber(str(number)),
        household=HouseholdNumber(str(household)),
        status=_STATUSES[str(status)],
        head=bool(head),
    )
    return ResidentRow(member=member, history=history, record=str(record))


def seal_of(row: Sequence[object]) -> SealRow:
    resident, history, valid, record = row
    assert isinstance(history, int)
    return SealRow(
        resident=ResidentNumber(str(resident)), history=history, valid=bool(valid), record=str(record)
    )


def suppression_of(row: Sequence[object]) -> SuppressionRow:
    key, resident, household, released, record = row
    return SuppressionRow(
        key=str(key),
        resident=_resident(resident),
        household=_household(household),
        released=bool(released),
        record=str(record),
    )


def card_of(row: Sequence[object]) -> CardRow:
    serial, resident, removed, record = row
    return CardRow(
        serial=CardSerial(str(serial)),
        resident=ResidentNumber(str(resident)),
        removed=bool(removed),
        record=str(record),
    )


def block_of(row: Sequence[object]) -> Block:
    sequence, stream, resident, household, history = row
    assert isinstance(sequence, int)
    assert history is None or isinstance(history, int)
    return Block(
        sequence=sequence,
        stream=Stream(stream),
        resident=_resident(resident),
        household=_household(household),
        history=history,
    )


def _resident(value: object) -> ResidentNumber | None:
    return ResidentNumber(str(value)) if value is not None else None


def _household(value: object) -> HouseholdNumber | None:
    return HouseholdNumber(str(value)) if value is not None else None


def feed_state_of(row: RowMapping) -> FeedState:
    return FeedState(
        municipality=MunicipalityCode(row["municipality"]),
        applied=row["applied"],
        known=row["known"],
        heard_at=moment_of(row["heard_at"]),
        said_at=moment_of(row["said_at"]),
        loaded=row["loaded"],
        conflict=row["conflict"],
        chain=bytes(row["chain"]),
    )


def row_values(row: Row) -> tuple[Table, Values]:
    """The table of a row, and its columns in the table's order; the first is the key."""
    match row:
        case ResidentRow():
            member = row.member
            return tables.residents, (
                member.number,
                row.history,
                member.household,
                member.status.value,
                member.head,
                row.record,
            )
        case SealRow():
            return tables.seals, (row.resident, row.history, row.valid, row.record)
        case SuppressionRow():
            return tables.suppressions, (row.key, row.resident, row.household, row.released, row.record)
        case CardRow():
            return tables.cards, (row.serial, row.resident, row.removed, row.record)


def history_values(sequence: int, row: ResidentRow) -> Values:
    return row.member.number, row.history, sequence, row.record


def inbox_values(row: InboxRow) -> Values:
    fault = row.fault.value if row.fault is not None else None
    return row.sequence, row.event, row.digest, row.state.value, fault, row.where, row.body


def block_values(block: Block) -> Values:
    return block.sequence, block.stream.value, block.resident, block.household, block.history


def state_values(state: FeedState) -> Values:
    return (
        state.municipality,
        state.applied,
        state.known,
        microseconds(state.heard_at),
        microseconds(state.said_at or state.heard_at),
        state.loaded,
        state.conflict,
        state.chain,
    )
