"""The municipalities that this kiosk's screen offers, in the file's order."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from certificates.domain.identifiers import MunicipalityCode, municipality_code
from certificates.errors import ConfigurationError, InvalidValueError


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedMunicipality:
    """``name`` with its prefecture, as the certificate names it; ``name_en`` for screens that are not Japanese."""

    code: MunicipalityCode
    name: str
    name_en: str


def load_municipalities(path: Path) -> tuple[OfferedMunicipality, ...]:
    """Read ``[[municipality]]`` tables of code, name and name_en. Raises ConfigurationError naming the entry."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(str(path), str(error)) from error
    entries = content.get("municipality")
    if not isinstance(entries, list) or not entries or set(content) != {"municipality"}:
        raise ConfigurationError(str(path), "must hold [[municipality]] tables and nothing else")
    offered = tuple(
        _entry(entry, f"{path}: municipality {number}") for number, entry in enumerate(entries, 1)
    )
    if len({one.code for one in offered}) != len(offered):
        raise ConfigurationError(str(path), "names one municipality twice")
    return offered


def _entry(entry: object, where: str) -> OfferedMunicipality:
    fields = entry if isinstance(entry, dict) else {}
    values: dict[str, str] = {
        name: value for name, value in fields.items() if isinstance(value, str) and value.strip()
    }
    if set(fields) != {"code", "name", "name_en"} or set(values) != set(fields):
        raise ConfigurationError(where, "needs code, name and name_en, each as text, and nothing else")
    try:
        code = municipality_code(values["code"])
    except InvalidValueError as error:
        raise ConfigurationError(where, f"{error.field} {error.reason}") from error
    return OfferedMunicipality(code=code, name=values["name"], name_en=values["name_en"])
