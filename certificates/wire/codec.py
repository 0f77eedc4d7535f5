"""Messages as bytes: one value has one encoding, and the reader picks a type from a closed table.

Canonical JSON: UTF-8, keys in ascending order, no white space, no escapes beyond those that JSON requires
(the form of RFC 8785 for the types below, which hold no floating-point numbers). ``tag`` is ``name/version`` and
is never reused; fields are only added, with defaults.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import types
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import ClassVar, NewType, Protocol, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from certificates.errors import KofuError, WireError

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]


class Message(Protocol):
    """A frozen dataclass with a ``TAG`` such as ``order/1``."""

    TAG: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[object]]]


M = TypeVar("M", bound=Message)


def encode(message: Message) -> bytes:
    """The canonical bytes of a message."""
    body = _to_json(message)
    assert isinstance(body, dict)
    body["tag"] = message.TAG
    return canonical(body)


# made once: json.dumps with these options would make one for each message
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(value: Json) -> bytes:
    return _ENCODER.encode(value).encode()


def decode(data: bytes, kind: type[M]) -> M:
    """Parse and check; raises WireError for anything but the canonical encoding of a ``kind``."""
    body = parse_object(data)
    tag = body.pop("tag", None)
    if tag != kind.TAG:
        raise WireError(f"expected a {kind.TAG} message")
    message = cast(M, _from_json(body, kind, kind.TAG))
    if encode(message) != data:
        raise WireError(f"{kind.TAG}: not in canonical form")
    return message


def parse_object(data: bytes) -> dict[str, Json]:
    """A JSON object without duplicate keys; raises WireError."""
    try:
        body = json.loads(
            data, object_pairs_hook=_no_duplicates, parse_float=_no_float, parse_constant=_no_float
        )
    except (ValueError, RecursionError) as error:
        raise WireError("not a JSON message") from error
    if not isinstance(body, dict):
        raise WireError("not a JSON object")
    return body


def to_json(value: object) -> Json:
    """A value of our domain as plain JSON, for records that are stored in canonical form."""
    return _to_json(value)


T = TypeVar("T")


def from_json(body: Json, kind: type[T], where: str) -> T:
    """The reverse of ``to_json``; raises WireError naming the field."""
    return cast(T, _from_json(body, kind, where))


def _no_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise ValueError("duplicate key")
    return body


def _no_float(text: str) -> Json:
    raise ValueError("numbers are whole")


@cache
def _fields(kind: type) -> tuple[tuple[str, object], ...]:
    """Names and defaults of a dataclass's fields."""
    return tuple((field.name, field.default) for field in dataclasses.fields(kind))


def _to_json(value: object) -> Json:
    if value is None or isinstance(value, bool | int | str):
        return value
    kind = type(value)
    if dataclasses.is_dataclass(kind):
        # a field that stands at its default is left out, so that adding one keeps old encodings valid
        return {
            name: _to_json(content)
            for name, default in _fields(kind)
            if (content := getattr(value, name)) != default
        }
    if isinstance(value, Enum):
        return _to_json(value.value)
    if isinstance(value, bytes):
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return cast(Json, sorted(cast("list[str]", [_to_json(item) for item in value])))
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in a message")


def _from_json(body: object, kind: object, where: str) -> object:
    return _read(_reader(kind), body, where)


def _read(reader: Callable[[object, str], object], body: object, where: str) -> object:
    try:
        return reader(body, where)
    except WireError:
        raise
    except KofuError as error:
        raise WireError(f"{where}: {error}") from error
    except (ValueError, TypeError, OverflowError) as error:
        raise WireError(f"{where}: not a value of this field") from error


@cache
def _reader(kind: object) -> Callable[[object, str], object]:
    """How to read one type; built once for each."""
    if isinstance(kind, NewType):
        return _reader(kind.__supertype__)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        (inner,) = [arg for arg in get_args(kind) if arg is not types.NoneType]
        read = _reader(inner)
        return lambda body, where: None if body is None else read(body, where)
    if origin in (tuple, frozenset):
        item = _reader(get_args(kind)[0])
        build: Callable[[list[object]], object] = tuple if origin is tuple else frozenset
        return lambda body, where: build([item(entry, where) for entry in _list(body, where)])
    if isinstance(kind, type):
        if dataclasses.is_dataclass(kind):
            return _dataclass_reader(kind)
        if issubclass(kind, Enum):
            return lambda body, where: kind(body)
        if kind in _SCALARS:
            return _SCALARS[kind]
    raise TypeError(f"{kind!r} has no place in a message")


def _list(body: object, where: str) -> list[object]:
    if not isinstance(body, list):
        raise WireError(f"{where}: must be a list")
    return body


def _dataclass_reader(kind: type) -> Callable[[object, str], object]:
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    readers = {name: _reader(hints[name]) for name in fields}
    required = {
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }

    def read(body: object, where: str) -> object:
        if not isinstance(body, dict):
            raise WireError(f"{where}: must be an object")
        if unknown := body.keys() - readers.keys():
            raise WireError(f"{where}: unknown field {min(unknown)[:40]!r}")
        if missing := required - body.keys():
            raise WireError(f"{where}.{min(missing)}: missing")
        return kind(
            **{name: _read(readers[name], content, f"{where}.{name}") for name, content in body.items()}
        )

    return read


def _text(body: object, where: str) -> object:
    if not isinstance(body, str):
        raise WireError(f"{where}: must be text")
    body.encode()  # a lone surrogate is not text
    return body


def _whole(body: object, where: str) -> object:
    if not isinstance(body, int) or isinstance(body, bool):
        raise WireError(f"{where}: must be a whole number")
    return body


def _truth(body: object, where: str) -> object:
    if not isinstance(body, bool):
        raise WireError(f"{where}: must be true or false")
    return body


def _octets(body: object, where: str) -> object:
    text = str(_text(body, where))
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _moment(body: object, where: str) -> object:
    moment = datetime.fromisoformat(str(_text(body, where)))
    if moment.tzinfo is not UTC:
        raise ValueError("must end in Z")
    return moment


def _day(body: object, where: str) -> object:
    return date.fromisoformat(str(_text(body, where)))


_SCALARS: dict[object, Callable[[object, str], object]] = {
    str: _text,
    int: _whole,
    bool: _truth,
    bytes: _octets,
    datetime: _moment,
    date: _day,
}
