"""A vendor's 異動事由コード: the numbers that a resident-record system writes for the reasons, by a table in TOML.

The standard's own numeric codes are not public, so every municipality brings the table of its vendor. The form::

    ["異動事由"]
    "01" = "国内転入"
    "02" = "国外転入等"
    "91" = "国内転入"

A code is 1 to 8 ASCII letters or digits and a text (leading zeros count). Several codes may mean one reason; the first of
them in the file is the one that is written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from certificates.errors import ConfigurationError, InvalidValueError
from sync.change.reasons import Reason

TABLE = "異動事由"
EXAMPLE = Path(__file__).with_name("example_codes.toml")
"""A whole table with invented codes."""

_CODE = re.compile(r"[0-9A-Za-z]{1,8}\Z")
_AT = re.compile(r"\s*\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCodes:
    """One vendor's codes. ``source``: where they were read, for messages."""

    source: str
    reasons: Mapping[str, Reason]

    @classmethod
    def from_toml(cls, text: str, *, source: str) -> ReasonCodes:
        """The table in ``text``; ``source`` is the file's name, for messages.

        Raises ConfigurationError, with the line: no TOML, no such table, something beside it, a code of a wrong form or
        given twice, a term that is none of the standard's.
        """
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _unreadable(source, str(error)) from error
        if set(tables) != {TABLE} or not isinstance(tables[TABLE], dict) or not tables[TABLE]:
            raise ConfigurationError(source, f'must hold one table, ["{TABLE}"], with at least one code')
        terms = {reason.value: reason for reason in Reason}
        reasons: dict[str, Reason] = {}
        for code, term in tables[TABLE].items():
            where = f"{source}, line {_line_of(text, code)}"
            if not _CODE.match(code):
                raise ConfigurationError(
                    where, "a code must be 1 to 8 ASCII letters or digits in quotation marks"
                )
            if not isinstance(term, str) or term not in terms:
                raise ConfigurationError(
                    where,
                    f"code {code} is not given a term of the standard (住民記録システム標準仕様書 異動事由)",
                )
            reasons[code] = terms[term]
        return cls(source=source, reasons=reasons)

    @classmethod
    def from_file(cls, path: Path) -> ReasonCodes:
        """Raises ConfigurationError as ``from_toml`` does, and when the file cannot be read."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(str(path), "cannot be read as a table of codes in UTF-8") from error
        return cls.from_toml(text, source=str(path))

    def reason(self, code: str) -> Reason:
        """Raises InvalidValueError for a code that the table does not have."""
        if code not in self.reasons:
            shown = code if _CODE.match(code) else "that is not one"
            raise InvalidValueError("異動事由コード", f"{shown} is not in {self.source}: add it there")
        return self.reasons[code]

    def code(self, reason: Reason) -> str:
        """The first code of the table that means ``reason``; raises InvalidValueError when none does."""
        for code, meant in self.reasons.items():
            if meant is reason:
                return code
        raise InvalidValueError("異動事由コード", f"{self.source} has none for {reason.value}: add one there")


def _unreadable(source: str, reason: str) -> ConfigurationError:
    """What the parser said, with its line before the reason."""
    at = _AT.search(reason)
    where = f"{source}, line {at[1]}" if at is not None else source
    told = _AT.sub("", reason)
    if told == "Cannot overwrite a value":
        told = "this code stands in the table twice: which reason it means cannot be known"
    return ConfigurationError(where, told)


def _line_of(text: str, code: str) -> int:
    """Where a code of a parsed table stands, from 1."""
    key = re.compile(rf"\s*[\"']?{re.escape(code)}[\"']?\s*[=.]")
    return next((number for number, line in enumerate(text.splitlines(), 1) if key.match(line)), 1)
