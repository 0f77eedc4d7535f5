"""Asking the registry for the present rows of subjects, and taking only what answers the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import InvalidValueError, WireError
from sync.change.events import Record
from sync.change.naming import check_identifiers
from sync.copy.store import row_of
from sync.original.ports import Original
from sync.original.wire import RowsAnswer
from sync.reconcile.leaves import subject_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The registry's word at ``position``: by subject, the highest number that names it and its rows."""

    position: int
    rows: Mapping[str, tuple[int, Sequence[Record]]] = field(repr=False)


async def ask_rows(original: Original, municipality: MunicipalityCode, subjects: Sequence[str]) -> Told:
    """Raises UnavailableError, WireError, RefusedError, SignatureError."""
    answer, records = await original.rows(subjects)
    require_ours(municipality, answer.municipality)
    _require_answered(subjects, answer, records)
    told = {}
    for one, rows in zip(answer.subjects, records, strict=True):
        for record in rows:
            _require_sound(record, one.subject)
        told[one.subject] = one.touched, rows
    return Told(position=answer.position, rows=told)


def require_ours(ours: MunicipalityCode, municipality: MunicipalityCode) -> None:
    """Raises WireError when another municipality's registry answered."""
    if municipality != ours:
        raise WireError(f"the registry of {municipality} answered")


def _require_answered(
    subjects: Sequence[str], answer: RowsAnswer, records: Sequence[Sequence[Record]]
) -> None:
    if [one.subject for one in answer.subjects] != list(subjects):
        raise WireError("the registry did not answer about everybody asked for")
    if [one.count for one in answer.subjects] != [len(rows) for rows in records]:
        raise WireError("the registry's count of rows is not that of the rows it sent")


def _require_sound(record: Record, name: str) -> None:
    """The registry's rows pass the same check as in a full load; another's row is never taken for this one's."""
    try:
        check_identifiers(record)
    except InvalidValueError as error:
        raise WireError(f"the registry sent a row with a bad identifier: {error}") from error
    if subject_of(row_of(record)) != name:
        raise WireError("the registry sent a row of somebody else")
