"""Messages as bytes: one value has one encoding, and the reader picks a type from a closed table.

Canonical JSON: UTF-8, keys in ascending order, no white space, no escapes beyond those that JSON requires
(the form of RFC 8785 for the types below, which hold no floating-point numbers). ``tag`` is ``name/version`` and
is never reused; fields are only added, with defaults.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Hashable
from typing import ClassVar, Protocol, TypeVar, cast

import orjson

from certificates.errors import KofuError, WireError
from certificates.wire.form import MisfitError, reader
from certificates.wire.written import Json, written

__all__ = ["Json"]


class Message(Protocol):
    """A frozen dataclass with a ``TAG`` such as ``order/1``."""

    TAG: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[object]]]


M = TypeVar("M", bound=Message)


def encode(message: Message) -> bytes:
    """The canonical bytes of a message."""
    body = written(message)
    assert isinstance(body, dict)
    body["tag"] = message.TAG
    return canonical(body)


# made once: json.dumps with these options would make one for each message
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_STRICT = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def canonical(value: Json) -> bytes:
    try:
        return orjson.dumps(value, option=_STRICT)
    except TypeError:
        # whole numbers beyond 64 bits; for anything else this says what is wrong
        return exactly_canonical(value)


def exactly_canonical(value: Json) -> bytes:
    """The same by the standard library, which also shows a number that is no whole one as it was read."""
    return _ENCODER.encode(value).encode()


def decode(data: bytes, kind: type[M]) -> M:
    """Parse and check; raises WireError for anything but the canonical encoding of a ``kind``."""
    body = parse_object(data)
    tag = body.get("tag")
    if tag != kind.TAG:
        raise WireError(f"expected a {kind.TAG} message")
    message = from_json({name: content for name, content in body.items() if name != "tag"}, kind, kind.TAG)
    if canonical(body) != data:
        raise WireError(f"{kind.TAG}: not in canonical form")
    return message


def parse_object(data: bytes) -> dict[str, Json]:
    """A JSON object without duplicate keys; raises WireError."""
    body = _parsed(data)
    if not isinstance(body, dict):
        raise WireError("not a JSON object")
    return body


def _parsed(data: bytes) -> Json:
    try:
        body: Json = orjson.loads(data)
        # what comes out as it went in had no key twice
        if canonical(body) == data and not _holds_float(body):
            return body
    except (ValueError, RecursionError):
        pass  # the slow way may read it, and says what is wrong
    try:
        read: Json = json.loads(
            data, object_pairs_hook=_no_duplicates, parse_float=_no_float, parse_constant=_no_float
        )
    except (ValueError, RecursionError) as error:
        raise WireError("not a JSON message") from error
    return read


def _holds_float(body: object) -> bool:
    if isinstance(body, dict):
        return any(_holds_float(content) for content in body.values())
    if isinstance(body, list):
        return any(_holds_float(entry) for entry in body)
    return isinstance(body, float)


def to_json(value: object) -> Json:
    """A value of our domain as plain JSON, for records that are stored in canonical form."""
    return written(value)


T = TypeVar("T")


def from_json(body: Json, kind: type[T], where: str) -> T:
    """The reverse of ``to_json``; raises WireError naming the field, also for what ``to_json`` would write otherwise."""
    read = reader(cast(Hashable, kind))
    try:
        return cast(T, read(body))
    except MisfitError as misfit:
        raise WireError(f"{where}{misfit.path}: {misfit.reason}") from misfit
    except KofuError as error:
        raise WireError(f"{where}: {error}") from error
    except (ValueError, TypeError, OverflowError, LookupError) as error:
        raise WireError(f"{where}: not a value of this field") from error


def _no_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise ValueError("duplicate key")
    return body


def _no_float(text: str) -> Json:
    raise ValueError("numbers are whole")
