"""The canonical record form: one row of the register as one text, the same in the feed, the copy and a full load.

A record is the canonical JSON of the row (``certificates.wire.codec``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

import orjson

from certificates.domain.dates import RecordedDate
from certificates.domain.resident import Resident
from certificates.domain.seal import SealRegistration
from certificates.domain.suppression import Suppression
from certificates.errors import WireError
from certificates.wire.codec import Json, canonical, from_json, to_json
from sync.change.events import CardCertificate, Record


class Kind(Enum):
    """Which kind of row a record is."""

    RESIDENT = "resident"
    SEAL = "seal"
    SUPPRESSION = "suppression"
    CARD = "card"


def kind_of(record: Record) -> Kind:
    match record:
        case Resident():
            return Kind.RESIDENT
        case SealRegistration():
            return Kind.SEAL
        case Suppression():
            return Kind.SUPPRESSION
        case CardCertificate():
            return Kind.CARD


def form_of(record: Record) -> Json:
    """The record as plain JSON."""
    return to_json(record)


def text_of(record: Record) -> str:
    """The canonical record text that the copy stores."""
    return canonical(form_of(record)).decode()


def read_form(form: Json, kind: Kind, where: str) -> Record:
    """The reverse of ``form_of``; raises WireError naming the field, also where it is not in canonical form."""
    return _READERS[kind](form, where)


_READERS: Mapping[Kind, Callable[[Json, str], Record]] = {
    Kind.RESIDENT: lambda form, where: from_json(form, Resident, where),
    Kind.SEAL: lambda form, where: from_json(form, SealRegistration, where),
    Kind.SUPPRESSION: lambda form, where: from_json(form, Suppression, where),
    Kind.CARD: lambda form, where: from_json(form, CardCertificate, where),
}


def read_resident(text: str) -> Resident:
    """A stored resident; raises WireError when the copy's own text is damaged."""
    return from_json(_stored(text), Resident, "resident")


def read_birth(text: str) -> RecordedDate:
    """A stored resident's day of birth alone; raises WireError."""
    form = _stored(text)
    return from_json(form.get("birth") if isinstance(form, dict) else None, RecordedDate, "resident.birth")


def read_seal(text: str) -> SealRegistration:
    return from_json(_stored(text), SealRegistration, "seal")


def read_suppression(text: str) -> Suppression:
    return from_json(_stored(text), Suppression, "suppression")


def read_card(text: str) -> CardCertificate:
    return from_json(_stored(text), CardCertificate, "card")


def _stored(text: str) -> Json:
    try:
        form: Json = orjson.loads(text)
    except ValueError as error:
        raise WireError("a stored record is damaged") from error
    return form
