"""Rows of the copy as database values and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping, Table

from certificates.domain.identifiers import CardSerial, HouseholdNumber, MunicipalityCode, ResidentNumber
from certificates.domain.resident import ResidencyStatus
from sync.change.reasons import Stream
from sync.copy import tables
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

Values = dict[str, object]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00Z: exact in every database, where a time zone is not."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def member_of(row: RowMapping) -> Member:
    return Member(
        number=ResidentNumber(row["number"]),
        household=HouseholdNumber(row["household"]),
        status=ResidencyStatus(row["status"]),
        head=row["head"],
    )


def resident_of(row: RowMapping) -> ResidentRow:
    return ResidentRow(member=member_of(row), history=row["history"], record=row["record"])


def seal_of(row: RowMapping) -> SealRow:
    return SealRow(
        resident=ResidentNumber(row["resident"]),
        history=row["history"],
        valid=row["valid"],
        record=row["record"],
    )


def suppression_of(row: RowMapping) -> SuppressionRow:
    return SuppressionRow(
        key=row["key"],
        resident=row["resident"],
        household=row["household"],
        released=row["released"],
        record=row["record"],
    )


def card_of(row: RowMapping) -> CardRow:
    return CardRow(
        serial=CardSerial(row["serial"]),
        resident=ResidentNumber(row["resident"]),
        removed=row["removed"],
        record=row["record"],
    )


def block_of(row: RowMapping) -> Block:
    return Block(
        sequence=row["sequence"],
        stream=Stream(row["stream"]),
        resident=row["resident"],
        household=row["household"],
        history=row["history"],
    )


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


def row_values(row: Row) -> tuple[Table, str, Values]:
    """The table of a row, its key, and its columns."""
    match row:
        case ResidentRow():
            member = row.member
            return (
                tables.residents,
                member.number,
                {
                    "number": member.number,
                    "history": row.history,
                    "household": member.household,
                    "status": member.status.value,
                    "head": member.head,
                    "record": row.record,
                },
            )
        case SealRow():
            return (
                tables.seals,
                row.resident,
                {
                    "resident": row.resident,
                    "history": row.history,
                    "valid": row.valid,
                    "record": row.record,
                },
            )
        case SuppressionRow():
            return (
                tables.suppressions,
                row.key,
                {
                    "key": row.key,
                    "resident": row.resident,
                    "household": row.household,
                    "released": row.released,
                    "record": row.record,
                },
            )
        case CardRow():
            return (
                tables.cards,
                row.serial,
                {
                    "serial": row.serial,
                    "resident": row.resident,
                    "removed": row.removed,
                    "record": row.record,
                },
            )


def inbox_values(row: InboxRow) -> Values:
    return {
        "sequence": row.sequence,
        "event": row.event,
        "digest": row.digest,
        "state": row.state.value,
        "fault": row.fault.value if row.fault is not None else None,
        "location": row.where,
        "body": row.body,
    }


def block_values(block: Block) -> Values:
    return {
        "sequence": block.sequence,
        "stream": block.stream.value,
        "resident": block.resident,
        "household": block.household,
        "history": block.history,
    }


def state_values(state: FeedState) -> Values:
    return {
        "municipality": state.municipality,
        "applied": state.applied,
        "known": state.known,
        "heard_at": microseconds(state.heard_at),
        "said_at": microseconds(state.said_at or state.heard_at),
        "chain": state.chain,
        "loaded": state.loaded,
        "conflict": state.conflict,
    }
