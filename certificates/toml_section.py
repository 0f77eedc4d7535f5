"""Reading a TOML file that ships or is configured: what is missing, wrong or unknown is named with file and key."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from certificates.errors import ConfigurationError

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


class Section:
    """A table, from which every key is taken once; ``close`` refuses what is left over.

    All methods raise ConfigurationError naming file, key and reason.
    """

    def __init__(self, data: Mapping[str, object], source: str, path: str = "") -> None:
        self._data = data
        self._source = source
        self._path = path
        self._left = set(data)

    def error(self, key: str, reason: str) -> ConfigurationError:
        return ConfigurationError(f"{self._source}: {self._path}{key}", reason)

    def has(self, key: str) -> bool:
        return key in self._data

    def names(self) -> list[str]:
        return list(self._data)

    def close(self) -> None:
        if self._left:
            raise self.error(min(self._left), "is no key that is known here")

    def take(self, key: str, kind: type[T], called: str) -> T:
        value = self._data.get(key)
        self._left.discard(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(key, f"must be given as {called}")
        return value

    def section(self, key: str) -> Section:
        return Section(self.take(key, dict, "a table"), self._source, f"{self._path}{key}.")

    def flag(self, key: str) -> bool:
        value = self._data.get(key)
        self._left.discard(key)
        if not isinstance(value, bool):
            raise self.error(key, "must be true or false")
        return value

    def number(self, key: str, least: float, most: float) -> float:
        value = self.take(key, float, "a number with a decimal point")
        if not least <= value <= most:
            raise self.error(key, f"must be {least:g} to {most:g}")
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        value = self.take(key, int, "a whole number")
        if not least <= value <= most:
            raise self.error(key, f"must be {least} to {most}")
        return value

    def numbers(self, key: str) -> tuple[float, ...]:
        values = self.take(key, list, "a list of numbers")
        if not values or not all(isinstance(value, float) for value in values):
            raise self.error(key, "must be a list of numbers with a decimal point")
        return tuple(values)

    def text(self, key: str) -> str:
        return self.take(key, str, "text")

    def choice(self, key: str, kind: type[E]) -> E:
        text = self.text(key)
        try:
            return kind(text)
        except ValueError as error:
            raise self.error(key, f"must be one of {', '.join(one.value for one in kind)}") from error
