"""The feed's body: a CloudEvents 1.0 JSON batch, one event a change, in canonical JSON.

Envelope: ``id``, ``source`` (``urn:kofu:registry:<code>``), ``specversion`` 1.0, ``type`` (one for each stream),
``subject`` (the reason's symbolic name: nothing personal stands outside ``data``), ``time``, ``sequence`` (the extension,
15 digits so that text order is number order), ``datacontenttype``, ``data``. https://github.com/cloudevents/spec
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import orjson

from certificates.domain.identifiers import (
    MunicipalityCode,
)
from certificates.errors import InvalidValueError, WireError
from certificates.wire.codec import Json, canonical, exactly_canonical, from_json, to_json
from sync.change.events import Change, ChangeEvent, Subjects, is_event_id, source_of
from sync.change.naming import Named, check_identifiers, named_by, named_in
from sync.change.reasons import Reason, Stream
from sync.change.records import Kind, form_of, read_form

CONTENT_TYPE = "application/cloudevents-batch+json"

TYPES: Mapping[Stream, str] = {stream: f"kofu.register.{stream.value}.v1" for stream in Stream}

_ENVELOPE = {"data", "datacontenttype", "id", "sequence", "source", "specversion", "subject", "time", "type"}
_STREAMS = {name: stream for stream, name in TYPES.items()}
_SUBJECTS = {reason: reason.name.lower().replace("_", "-") for reason in Reason}
_KINDS: Mapping[Stream, Kind] = {
    Stream.RESIDENTS: Kind.RESIDENT,
    Stream.SEALS: Kind.SEAL,
    Stream.SUPPRESSIONS: Kind.SUPPRESSION,
    Stream.CARDS: Kind.CARD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """``texts`` are the canonical record texts of the rows, in the order of ``subjects.records()``, ``forms`` what they say,
    item by item."""

    event: ChangeEvent
    texts: tuple[str, ...] = field(repr=False)
    forms: tuple[Mapping[str, object], ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The envelope is sound and the data is not; ``where`` names the field, never its value."""

    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event as it came: its number, its digest (SHA-256 of ``body``, the canonical bytes) and what it holds."""

    sequence: int
    id: str
    digest: bytes
    body: bytes
    named: tuple[Named, ...]
    content: Readable | Unreadable


def write_batch(events: Sequence[ChangeEvent], municipality: MunicipalityCode) -> bytes:
    return b"[" + b",".join(write_event(event, municipality) for event in events) + b"]"


def write_event(event: ChangeEvent, municipality: MunicipalityCode) -> bytes:
    """The canonical bytes of one event."""
    change = event.change
    return canonical(
        {
            "data": data_of(change),
            "datacontenttype": "application/json",
            "id": change.id,
            "sequence": f"{event.sequence:015d}",
            "source": source_of(municipality),
            "specversion": "1.0",
            "subject": _SUBJECTS[change.reason],
            "time": to_json(change.time),
            "type": TYPES[change.reason.stream],
        }
    )


def data_of(change: Change) -> dict[str, Json]:
    """What ``data`` holds: reason, 異動日 and the full rows."""
    rows: list[Json] = [form_of(record) for record in change.subjects.records()]
    return {
        "reason": change.reason.value,
        "changed_on": change.changed_on.isoformat(),
        change.reason.stream.value: rows,
    }


def read_batch(body: bytes, municipality: MunicipalityCode) -> tuple[Delivery, ...]:
    """The events of a batch in their order.

    Raises WireError when the batch, an envelope, or whom an event is about cannot be read: then nobody knows whose
    record is out of date, and the whole feed has to wait.
    """
    try:
        deliveries = _deliveries(orjson.loads(body), municipality)
        if _joined(deliveries) == body:
            return deliveries
    except (orjson.JSONDecodeError, WireError):
        pass  # the slow way may read what it cannot (whole numbers beyond 64 bits), and says what is wrong
    try:
        events = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WireError("the feed's body is not JSON") from error
    deliveries = _deliveries(events, municipality)
    # one encoding for one value: this also finds a key that stood there twice
    if _joined(deliveries) != body:
        raise WireError("the feed's body is not in canonical form")
    return deliveries


def _deliveries(events: Json, municipality: MunicipalityCode) -> tuple[Delivery, ...]:
    if not isinstance(events, list):
        raise WireError("the feed's body is not a list of events")
    fixed = {
        "datacontenttype": "application/json",
        "source": source_of(municipality),
        "specversion": "1.0",
    }
    return tuple([_delivery(event, fixed, place) for place, event in enumerate(events)])


def _joined(deliveries: Sequence[Delivery]) -> bytes:
    return b"[" + b",".join(delivery.body for delivery in deliveries) + b"]"


def _delivery(envelope: Json, fixed: Mapping[str, str], place: int) -> Delivery:
    where = f"events[{place}]"
    if not isinstance(envelope, dict) or envelope.keys() != _ENVELOPE:
        raise WireError(f"{where}: not an event of this feed")
    for name, value in fixed.items():
        if envelope[name] != value:
            raise WireError(f"{where}.{name}: must be {value}")
    sequence, identity, kind = envelope["sequence"], envelope["id"], envelope["type"]
    if not (isinstance(sequence, str) and len(sequence) == 15 and sequence.isascii() and sequence.isdigit()):
        raise WireError(f"{where}.sequence: must be 15 digits")
    stream = _STREAMS.get(kind) if isinstance(kind, str) else None
    data = envelope["data"]
    if stream is None or not isinstance(data, dict):
        raise WireError(f"{where}: type or data is not of this feed")
    if not isinstance(identity, str) or not is_event_id(identity):
        raise WireError(f"{where}.id: must be 32 lower-case hexadecimal digits")
    content: Readable | Unreadable
    try:
        content = _readable(envelope, identity, data, stream, where)
        # each row is encoded once: the event is put together from the rows' texts
        rows = [orjson.Fragment(text) for text in content.texts]
        bytes_of = orjson.dumps(
            {**envelope, "data": {**data, stream.value: rows}}, option=orjson.OPT_SORT_KEYS
        )
        named = named_by(content.event.change.subjects)
    except WireError as error:
        content = Unreadable(where=str(error))
        # what is not of our types may be a number that only one of the encoders writes as it was sent
        bytes_of = _exactly(envelope, where)
        named = named_in(data, stream, where)
    return Delivery(
        sequence=int(sequence),
        id=identity,
        digest=hashlib.sha256(bytes_of).digest(),
        body=bytes_of,
        named=named,
        content=content,
    )


def _exactly(envelope: dict[str, Json], where: str) -> bytes:
    try:
        return exactly_canonical(envelope)
    except (ValueError, RecursionError) as error:
        raise WireError(f"{where}: holds text that is not Unicode") from error


def _readable(
    envelope: dict[str, Json], identity: str, data: dict[str, Json], stream: Stream, where: str
) -> Readable:
    forms = data.get(stream.value)
    if data.keys() != {"reason", "changed_on", stream.value} or not isinstance(forms, list):
        raise WireError(f"{where}.data: must hold reason, changed_on and {stream.value}")
    records = [
        read_form(form, _KINDS[stream], f"{where}.data.{stream.value}[{place}]")
        for place, form in enumerate(forms)
    ]
    try:
        for record in records:
            check_identifiers(record)
        change = Change(
            id=identity,
            time=from_json(envelope["time"], datetime, f"{where}.time"),
            reason=from_json(data["reason"], Reason, f"{where}.data.reason"),
            changed_on=from_json(data["changed_on"], date, f"{where}.data.changed_on"),
            subjects=Subjects(**{stream.value: tuple(records)}),  # type: ignore[arg-type]  # as read_form gave them
        )
        event = change.numbered(int(str(envelope["sequence"])))
    except InvalidValueError as error:
        raise WireError(f"{where}.data: {error}") from error
    if envelope["subject"] != _SUBJECTS[change.reason]:
        raise WireError(f"{where}.subject: contradicts the reason")
    return Readable(
        event=event,
        texts=tuple([canonical(form).decode() for form in forms]),
        forms=tuple([form for form in forms if isinstance(form, dict)]),  # as read_form took them
    )
