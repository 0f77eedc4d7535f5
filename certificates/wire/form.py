"""Values back from plain JSON: one reader for each type, made once (``certificates.wire.written`` is the other way).

A reader takes only what the writer writes, so that one value has one form: a field at its default is left out, sets
stand in order, days, moments and bytes have one text each.
"""

from __future__ import annotations

import base64
import dataclasses
import types
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from itertools import pairwise
from typing import NewType, Union, cast, get_args, get_origin, get_type_hints

import orjson

from certificates.errors import KofuError
from certificates.wire.written import moment_text, octets_text

Reader = Callable[[object], object]

_NOT_CANONICAL = "not in canonical form"
_MOST_SHARED = 100_000


class MisfitError(Exception):
    """A part of a body is no value of its field; ``path`` leads to it from where reading began."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(f"{path}: {reason}")
        self.reason = reason
        self.path = path


@cache
def reader(kind: Hashable) -> Reader:
    """How to read one type. It raises MisfitError, another KofuError, or the ValueError or the like of the type."""
    if isinstance(kind, NewType):
        return reader(kind.__supertype__)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _optional_reader(reader(_inner(kind)))
    if origin is tuple:
        return _tuple_reader(reader(get_args(kind)[0]))
    if origin is frozenset:
        return _set_reader(reader(get_args(kind)[0]))
    if isinstance(kind, type):
        if dataclasses.is_dataclass(kind):
            read = _dataclass_reader(kind)
            return _shared_reader(read) if getattr(kind, "SHARED", False) else read
        if issubclass(kind, Enum):
            return _enum_reader(kind)
        if kind in _SCALARS:
            return _SCALARS[kind]
    raise TypeError(f"{kind!r} has no place in a message")


def _inner(kind: Hashable) -> Hashable:
    (inner,) = [arg for arg in get_args(kind) if arg is not types.NoneType]
    return cast(Hashable, inner)


def _optional_reader(read: Reader) -> Reader:
    return lambda body: None if body is None else read(body)


def _tuple_reader(item: Reader) -> Reader:
    return lambda body: tuple([item(entry) for entry in _list(body)])


def _set_reader(item: Reader) -> Reader:
    def read(body: object) -> object:
        entries = _list(body)
        items = [item(entry) for entry in entries]
        if not all(one < next_one for one, next_one in pairwise(cast("list[str]", entries))):
            raise MisfitError(_NOT_CANONICAL)
        return frozenset(items)

    return read


def _list(body: object) -> list[object]:
    if not isinstance(body, list):
        raise MisfitError("must be a list")
    return body


def _enum_reader(kind: type[Enum]) -> Reader:
    members = {member.value: member for member in kind}

    def read(body: object) -> object:
        member = members[body]
        if type(body) is not type(member.value):
            raise MisfitError(_NOT_CANONICAL)
        return member

    return read


def _dataclass_reader(kind: type) -> Reader:
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    readers = {
        name: _field_reader(_reader_of(hints[name], field), field.default) for name, field in fields.items()
    }
    # most items are text that is there as it is: for those no call is worth its while
    texts = {
        name
        for name, field in fields.items()
        if _reader_of(hints[name], field) is _text and field.default in (None, dataclasses.MISSING)
    }
    required = {
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }

    def require_fields(body: dict[str, object]) -> None:
        if unknown := body.keys() - readers.keys():
            raise MisfitError(f"unknown field {min(unknown)[:40]!r}")
        if missing := required - body.keys():
            raise MisfitError("missing", f".{min(missing)}")

    def read(body: object) -> object:
        if not isinstance(body, dict):
            raise MisfitError("must be an object")
        values: dict[str, object] = {}
        name = ""
        try:
            for name, content in body.items():
                if name in texts and type(content) is str:
                    if not content.isascii():
                        content.encode()  # a lone surrogate is not text
                    values[name] = content
                else:
                    values[name] = readers[name](content)
        except (KofuError, MisfitError, ValueError, TypeError, OverflowError, LookupError) as error:
            require_fields(body)
            raise _within(name, error) from error
        if not required <= values.keys():
            require_fields(body)
        return kind(**values)

    return read


def _reader_of(hint: Hashable, field: dataclasses.Field[object]) -> Reader:
    """An optional field at None is left out, so its reader need not look for it."""
    optional = field.default is None and get_origin(hint) in (Union, types.UnionType)
    return reader(_inner(hint) if optional else hint)


def _shared_reader(read: Reader) -> Reader:
    """One object for each form, for values that many records have in common (a dataclass with ``SHARED``)."""
    known: dict[bytes, object] = {}

    def look(body: object) -> object:
        try:
            form = orjson.dumps(body)  # bytes: 1 and true are equal as keys of a dict, and not as forms
        except TypeError:
            return read(body)
        value = known.get(form)
        if value is None:
            value = read(body)
            if len(known) >= _MOST_SHARED:
                known.clear()
            known[form] = value
        return value

    return look


def _within(name: str, error: Exception) -> MisfitError:
    if isinstance(error, MisfitError):
        return MisfitError(error.reason, f".{name}{error.path}")
    return MisfitError(
        str(error) if isinstance(error, KofuError) else "not a value of this field", f".{name}"
    )


def _field_reader(read: Reader, default: object) -> Reader:
    """Refuses the default, which the writer leaves out."""
    if default is dataclasses.MISSING:
        return read
    if default is None:

        def something(body: object) -> object:
            if body is None:
                raise MisfitError(_NOT_CANONICAL)
            return read(body)

        return something

    def other(body: object) -> object:
        value = read(body)
        if value is default or value == default:
            raise MisfitError(_NOT_CANONICAL)
        return value

    return other


def _text(body: object) -> str:
    if not isinstance(body, str):
        raise MisfitError("must be text")
    if not body.isascii():
        body.encode()  # a lone surrogate is not text
    return body


def _whole(body: object) -> object:
    if not isinstance(body, int) or isinstance(body, bool):
        raise MisfitError("must be a whole number")
    return body


def _truth(body: object) -> object:
    if not isinstance(body, bool):
        raise MisfitError("must be true or false")
    return body


def _octets(body: object) -> object:
    text = _text(body)
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # What is no base64 is passed over by the decoder, so that too few octets come out; what is base64 of another kind
    # is known by its signs; and only the last three octets can be written in several ways.
    if len(octets) != len(text) * 3 // 4 or "+" in text or "/" in text:
        raise MisfitError(_NOT_CANONICAL)
    ends = len(octets) // 3 * 3
    _same(octets, octets_text(octets[ends:]), text[ends // 3 * 4 :])
    return octets


def _moment(body: object) -> object:
    text = _text(body)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not UTC:
        raise ValueError("must end in Z")
    return _same(moment, moment_text(moment), text)


def _day(body: object) -> object:
    text = _text(body)
    day = date.fromisoformat(text)
    return _same(day, day.isoformat(), text)


def _same(value: object, text: str, body: str) -> object:
    if text != body:
        raise MisfitError(_NOT_CANONICAL)
    return value


_SCALARS: Mapping[object, Reader] = {
    str: _text,
    int: _whole,
    bool: _truth,
    bytes: _octets,
    datetime: _moment,
    date: _day,
}
