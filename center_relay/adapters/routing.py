"""The routing table: municipality code → base URL of its issuance server, from a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from certificates.domain.identifiers import MunicipalityCode, municipality_code
from certificates.errors import ConfigurationError, InvalidValueError


def load_routes(path: Path) -> Mapping[MunicipalityCode, str]:
    """Raises ConfigurationError naming the file and the entry."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError(str(path), f"is not TOML: {error}") from error
    table = data.get("municipalities")
    if set(data) != {"municipalities"} or not isinstance(table, dict) or not table:
        raise ConfigurationError(str(path), "must hold one table [municipalities] with code = base URL")
    return {_code(path, code): _base(f"{path}: {code}", url) for code, url in table.items()}


def _code(path: Path, code: str) -> MunicipalityCode:
    try:
        return municipality_code(code)
    except InvalidValueError as error:
        raise ConfigurationError(f"{path}: {code}", str(error)) from error


def _base(where: str, url: object) -> str:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme != "https" or not parts.hostname or parts.query or parts.username:
        raise ConfigurationError(where, "must be an https:// URL: the line is mutual TLS")
    return parts.geturl().rstrip("/")
