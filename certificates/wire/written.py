"""Values as plain JSON: one writer for each type, made once.

A field at its default is left out, sets stand in order, days, moments and bytes have one text each.
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import cast

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]
Writer = Callable[[object], Json]


def written(value: object) -> Json:
    """Raises TypeError for a type that has no place in a message."""
    return _writer(cast(Hashable, type(value)))(value)


@cache
def _writer(kind: Hashable) -> Writer:
    assert isinstance(kind, type)
    if kind is type(None) or issubclass(kind, bool | int | str):
        return lambda value: cast(Json, value)
    if dataclasses.is_dataclass(kind):
        return _dataclass_writer(kind)
    for known, write in _WRITERS.items():
        if issubclass(kind, known):
            return write
    raise TypeError(f"{kind.__name__} has no place in a message")


def _dataclass_writer(kind: type) -> Writer:
    fields = tuple((field.name, field.default) for field in dataclasses.fields(kind))

    def write(value: object) -> Json:
        # a field that stands at its default is left out, so that adding one keeps old encodings valid
        form: dict[str, Json] = {}
        for name, default in fields:
            content = getattr(value, name)
            if content is not default and content != default:
                form[name] = content if type(content) is str else written(content)
        return form

    return write


def moment_text(value: object) -> str:
    assert isinstance(value, datetime)
    return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def octets_text(value: object) -> str:
    assert isinstance(value, bytes)
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


_WRITERS: Mapping[type, Writer] = {
    Enum: lambda value: written(cast(Enum, value).value),
    bytes: octets_text,
    datetime: moment_text,  # which is a date too
    date: lambda value: cast(date, value).isoformat(),
    frozenset: lambda value: cast(
        Json, sorted(cast("list[str]", [written(item) for item in cast("frozenset[object]", value)]))
    ),
    tuple: lambda value: [written(item) for item in cast("tuple[object, ...]", value)],
}
