"""What both ends say of one subject's rows: which there are, and the digest of each."""

from __future__ import annotations

import re
from collections.abc import Iterable

from certificates.domain.identifiers import household_number, resident_number
from certificates.errors import InvalidValueError
from sync.change.records import Kind
from sync.copy.store import CardRow, ResidentRow, Row, SealRow, SuppressionRow
from sync.original.wire import RowDigest, SubjectDigest
from sync.reconcile.leaves import DIGEST_BYTES, row_digest

_LEAF = re.compile(r"[rh][0-9]{13}\Z", re.ASCII)


def is_leaf(name: str) -> bool:
    """Whether a registry can hold such a leaf; the key columns of a damaged copy may say anything."""
    return _LEAF.match(name) is not None


def is_subject(name: str) -> bool:
    """Whether a registry can know such a subject: its number has the right form and check digit."""
    try:
        if name[:1] == "r":
            resident_number(name[1:])
        elif name[:1] == "h":
            household_number(name[1:])
        else:
            return False
    except InvalidValueError:
        return False
    return True


def subject_digest(subject: str, touched: int, rows: Iterable[Row]) -> SubjectDigest:
    """The registry's word on one subject; ``touched`` is the highest number that names it."""
    digests = [
        RowDigest(kind=kind.value, key=key, digest=row_digest(row).to_bytes(DIGEST_BYTES, "big"))
        for row in rows
        for kind, key in (row_key(row),)
    ]
    digests.sort(key=lambda row: (row.kind, row.key))
    return SubjectDigest(subject=subject, touched=touched, rows=tuple(digests))


def row_key(row: Row) -> tuple[Kind, str]:
    """What tells a row from every other of the copy."""
    match row:
        case ResidentRow():
            return Kind.RESIDENT, row.member.number
        case SealRow():
            return Kind.SEAL, row.resident
        case SuppressionRow():
            return Kind.SUPPRESSION, row.key
        case CardRow():
            return Kind.CARD, row.serial
