"""The rows of an answer as lines, as in a full load: written and signed by the registry, read by the copy's side."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import WireError
from sync.change.events import Record
from sync.copy.store import row_of
from sync.feed.full_load import FullLoadError, read_record, record_line
from sync.original.wire import RowsAnswer, SubjectRows
from sync.reconcile.leaves import subject_of


def write_rows(
    municipality: MunicipalityCode, position: int, subjects: Sequence[tuple[str, int, Sequence[Record]]]
) -> tuple[RowsAnswer, bytes]:
    """The statement to be signed, and the lines that it speaks of; ``subjects``: name, touched, rows."""
    lines = b"".join(record_line(record) for _, _, records in subjects for record in records)
    answer = RowsAnswer(
        municipality=municipality,
        position=position,
        subjects=tuple(
            SubjectRows(subject=name, touched=touched, count=len(records))
            for name, touched, records in subjects
        ),
        sha256=hashlib.sha256(lines).digest(),
    )
    return answer, lines


def open_rows(answer: RowsAnswer, lines: bytes) -> tuple[tuple[Record, ...], ...]:
    """The rows of each subject; raises WireError when a line is not a row of the subject that it is said to be of."""
    split = lines.splitlines(keepends=True)
    if any(each.count < 0 for each in answer.subjects) or sum(each.count for each in answer.subjects) != len(
        split
    ):
        raise WireError(f"{RowsAnswer.TAG}: another number of rows than was signed for")
    found: list[tuple[Record, ...]] = []
    number = 0
    for each in answer.subjects:
        records: list[Record] = []
        for line in split[number : number + each.count]:
            number += 1
            try:
                record = read_record(line.rstrip(b"\n"), number)
            except FullLoadError as error:
                raise WireError(f"{RowsAnswer.TAG}: {error}") from error
            if subject_of(row_of(record)) != each.subject:
                raise WireError(f"{RowsAnswer.TAG}: line {number} is about somebody else")
            records.append(record)
        found.append(tuple(records))
    return tuple(found)
