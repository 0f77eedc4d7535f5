"""JSON Schema of our messages and records, read from the same dataclasses as the codec reads."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import NewType, Union, get_args, get_origin, get_type_hints

from certificates.wire.codec import Json

_SCALARS: Mapping[object, Mapping[str, Json]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    bytes: {"type": "string", "contentEncoding": "base64url", "pattern": "^[A-Za-z0-9_-]*$"},
    date: {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    datetime: {
        "type": "string",
        "format": "date-time",
        "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$",
    },
}


class Schemas:
    """``named`` collects every dataclass that was met, under its name; they refer to one another there."""

    def __init__(self) -> None:
        self.named: dict[str, Json] = {}

    def of(self, kind: object) -> dict[str, Json]:
        """The schema of one type of the codec; raises TypeError for a type that has no place in a message."""
        if isinstance(kind, NewType):
            return self.of(kind.__supertype__) | {"title": kind.__name__}
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            # what is None stands at its default, and that is left out
            (inner,) = [arg for arg in get_args(kind) if arg is not types.NoneType]
            return self.of(inner)
        if origin is tuple:
            return {"type": "array", "items": self.of(get_args(kind)[0])}
        if origin is frozenset:
            return {"type": "array", "uniqueItems": True, "items": self.of(get_args(kind)[0])}
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            if kind.__name__ not in self.named:
                self.named[kind.__name__] = {}  # met: one that holds itself refers to itself
                self.named[kind.__name__] = self._dataclass(kind)
            return reference(kind)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return {"enum": [member.value for member in kind]}
        if kind in _SCALARS:
            return dict(_SCALARS[kind])
        raise TypeError(f"{kind!r} has no place in a message")

    def _dataclass(self, kind: type) -> dict[str, Json]:
        hints = get_type_hints(kind)
        properties: dict[str, Json] = {}
        required: list[Json] = []
        tag = getattr(kind, "TAG", None)
        if isinstance(tag, str):
            properties["tag"] = {"const": tag}
            required.append("tag")
        for field in dataclasses.fields(kind):
            properties[field.name] = self.of(hints[field.name])
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                required.append(field.name)
        return closed(properties, required) | {"description": _description(kind)}


def reference(kind: type) -> dict[str, Json]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def closed(properties: Mapping[str, Json], required: list[Json] | None = None) -> dict[str, Json]:
    """An object that holds these properties and no others; all of them unless ``required`` says less."""
    names: list[Json] = list(properties) if required is None else required
    return {
        "type": "object",
        "properties": dict(properties),
        "required": names,
        "additionalProperties": False,
    }


def _description(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())
