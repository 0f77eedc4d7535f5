"""Typed settings from the environment: one frozen dataclass a service, and every error names the variable."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from certificates.errors import ConfigurationError, InvalidValueError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S = TypeVar("S", bound="DataclassInstance")

_MISSING = dataclasses.MISSING


def setting(variable: str, help_text: str, *, default: object = _MISSING, secret: bool = False) -> Any:
    """A dataclass field that is read from ``variable``. Returns Any because dataclasses.field must."""
    metadata = {"variable": variable, "help": help_text, "secret": secret}
    if default is _MISSING:
        return dataclasses.field(metadata=metadata, repr=not secret)
    return dataclasses.field(default=default, metadata=metadata, repr=not secret)


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 10**9:
        raise ValueError("must be a whole number")
    return number


def _flag(text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return text.lower() == "yes"


_PARSERS: dict[object, tuple[str, Callable[[str], object]]] = {
    str: ("text", str),
    int: ("whole number", _port),
    float: ("number", float),
    bool: ("yes or no", _flag),
    Path: ("path", _path),
}


def require_scheme(variable: str, url: str, schemes: Collection[str]) -> str:
    """The URL's scheme. Raises ConfigurationError when it is none of ``schemes``; the URL may hold a password and is not
    repeated."""
    scheme = url.partition("://")[0]
    if scheme not in schemes:
        choices = ", ".join(f"{name}://" for name in schemes)
        raise ConfigurationError(variable, f"the scheme must be one of {choices}")
    return scheme


def read_settings(kind: type[S], environment: Mapping[str, str], *, prefix: str) -> S:
    """Build ``kind`` from the environment.

    Every variable that begins with ``prefix`` must be known: a misspelt one is an error, not silence.
    Raises ConfigurationError naming the variable, what is wrong and what it is for.
    """
    hints = get_type_hints(kind)
    values: dict[str, object] = {}
    known: set[str] = set()
    for field in dataclasses.fields(kind):
        variable = field.metadata["variable"]
        known.add(variable)
        text = environment.get(variable)
        if text is None or text == "":
            if field.default is _MISSING:
                raise ConfigurationError(variable, f"is not set; {field.metadata['help']}")
            continue
        expected, parse = _PARSERS[hints[field.name]]
        try:
            values[field.name] = parse(text)
        except ValueError as error:
            shown = "" if field.metadata["secret"] else f" ({text!r})"
            raise ConfigurationError(
                variable, f"is not a {expected}{shown}; {field.metadata['help']}"
            ) from error
    unknown = sorted(name for name in environment if name.startswith(prefix) and name not in known)
    if unknown:
        raise ConfigurationError(unknown[0], f"is not a setting; known are {', '.join(sorted(known))}")
    try:
        return kind(**values)
    except InvalidValueError as error:
        raise ConfigurationError(error.field, error.reason) from error


def describe_settings(kind: type[S]) -> str:
    """A table for ``--help``: variable, default, meaning."""
    lines = []
    for field in dataclasses.fields(kind):
        default = "required" if field.default is _MISSING else f"default {field.default!s}"
        lines.append(f"  {field.metadata['variable']}\n      {field.metadata['help']} ({default})")
    return "\n".join(lines)


def show_settings(settings: DataclassInstance) -> str:
    """The values in force, secrets masked, for ``check-config``."""
    lines = []
    for field in dataclasses.fields(settings):
        value = "…" if field.metadata["secret"] else getattr(settings, field.name)
        lines.append(f"{field.metadata['variable']}={value}")
    return "\n".join(lines)
