"""旧氏 of Japanese and 通称 of foreign residents, after they were first entered (住民基本台帳法施行令30条の14–17)."""

from __future__ import annotations

from certificates.domain.identifiers import ResidentNumber
from certificates.domain.resident import AliasEvent, AliasRecord
from certificates.errors import InvalidValueError
from sync.change.events import Change
from sync.change.reasons import Reason
from sync.registry.state import Entry, RegisterState, revised


def change_former_surname(
    state: RegisterState, number: ResidentNumber, surname: str, entry: Entry, *, kana: str | None = None
) -> Change:
    """旧氏の変更. Raises InvalidValueError when none is recorded."""
    row = state.resident(number)
    if row.former_surname is None:
        raise InvalidValueError("旧氏", "there is none to change")
    changed = revised(row, former_surname=surname, former_surname_kana=kana)
    return entry.of_residents(Reason.FORMER_SURNAME_CHANGED, [changed])


def delete_former_surname(state: RegisterState, number: ResidentNumber, entry: Entry) -> Change:
    """旧氏の削除. Raises InvalidValueError when none is recorded."""
    row = state.resident(number)
    if row.former_surname is None:
        raise InvalidValueError("旧氏", "there is none to delete")
    deleted = revised(row, former_surname=None, former_surname_kana=None)
    return entry.of_residents(Reason.FORMER_SURNAME_DELETED, [deleted])


def enter_alias(
    state: RegisterState,
    number: ResidentNumber,
    alias: str,
    municipality: str,
    entry: Entry,
    *,
    kana: str | None = None,
) -> Change:
    """通称の記載, and with it the record of it. Raises InvalidValueError when one is recorded already."""
    row = state.resident(number)
    if row.alias is not None:
        raise InvalidValueError("通称", "one is recorded: it has to be deleted first")
    record = AliasRecord(alias=alias, event=AliasEvent.ENTERED, day=entry.on, municipality=municipality)
    entered = revised(row, alias=alias, alias_kana=kana, alias_history=(*row.alias_history, record))
    return entry.of_residents(Reason.ALIAS_ENTERED, [entered])


def delete_alias(state: RegisterState, number: ResidentNumber, municipality: str, entry: Entry) -> Change:
    """通称の削除; the record of it stays. Raises InvalidValueError when none is recorded."""
    row = state.resident(number)
    if row.alias is None:
        raise InvalidValueError("通称", "there is none to delete")
    record = AliasRecord(alias=row.alias, event=AliasEvent.DELETED, day=entry.on, municipality=municipality)
    deleted = revised(row, alias=None, alias_kana=None, alias_history=(*row.alias_history, record))
    return entry.of_residents(Reason.ALIAS_DELETED, [deleted])
