"""The words of the site: one TOML table a language, both with the same keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import Enum
from html import escape
from pathlib import Path
from typing import Final

from certificates.errors import ConfigurationError

_FOLDER: Final = Path(__file__).parent / "texts"


class Language(Enum):
    JA = "ja"
    EN = "en"


class Texts:
    """One language. Keys are ``table.name``; one that is missing is a bug and raises KeyError."""

    def __init__(self, language: Language, table: Mapping[str, str]) -> None:
        self.language = language
        self._table = table

    def __call__(self, key: str, **facts: str | int) -> str:
        """Plain text."""
        return self._table[key].format(**facts)

    def html(self, key: str, **facts: str | int) -> str:
        """The same for a page: escaped as a whole."""
        return escape(self(key, **facts))

    def around(self, key: str, **parts: str) -> str:
        """The text for a page, escaped, around ``parts`` that are HTML already."""
        return escape(self._table[key]).format(**parts)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._table)


def load_texts() -> dict[Language, Texts]:
    """Every language. Raises ConfigurationError naming the file and the keys that only one language has."""
    texts = {language: Texts(language, _load(language)) for language in Language}
    if difference := texts[Language.JA].keys ^ texts[Language.EN].keys:
        raise ConfigurationError("texts", f"only one language has {', '.join(sorted(difference))}")
    return texts


def chosen(query: str | None, accepted: str) -> Language:
    """The language asked for in the address, else the first known one of Accept-Language, else Japanese."""
    for wanted in (
        query or "",
        *(part.partition(";")[0].strip()[:2].lower() for part in accepted.split(",")),
    ):
        if wanted in {language.value for language in Language}:
            return Language(wanted)
    return Language.JA


def _load(language: Language) -> dict[str, str]:
    path = _FOLDER / f"{language.value}.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return {f"{table}.{name}": text for table, entries in content.items() for name, text in entries.items()}
