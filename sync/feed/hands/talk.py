"""What a service and a hand say to each other over their pair of sockets: a kind, a length, and so many bytes."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import (
    ConfigurationError,
    KofuError,
    RefusedError,
    SignatureError,
    UnavailableError,
    WireError,
)
from certificates.problems import ProblemCode

_HEAD = struct.Struct(">cI")
BUFFER = 4 * 1024 * 1024
"""Bytes that a reader of this talk takes in before the other side has to wait."""


class Word(Enum):
    """Service: BEGIN (``Beginning``), FRAME, TAKE. Hand: READ (a frame is the registry's and can be read), BEGUN (whatever is
    written now comes after it), RECEIPT, ERROR."""

    BEGIN = b"b"
    FRAME = b"f"
    TAKE = b"t"
    READ = b"r"
    BEGUN = b"g"
    RECEIPT = b"p"
    ERROR = b"e"


async def hear(reader: asyncio.StreamReader) -> tuple[Word, bytes]:
    """The next word; raises EOFError when the other side is gone."""
    try:
        kind, length = _HEAD.unpack(await reader.readexactly(_HEAD.size))
        return Word(kind), await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise EOFError from error


async def say(writer: asyncio.StreamWriter, word: Word, content: bytes = b"") -> None:
    """Raises EOFError when the other side is gone."""
    try:
        say_soon(writer, word, content)
        await writer.drain()
    except ConnectionError as error:
        raise EOFError from error


def say_soon(writer: asyncio.StreamWriter, word: Word, content: bytes = b"") -> None:
    """``say`` without waiting until the other side has taken it."""
    writer.write(_HEAD.pack(word.value, len(content)))
    if content:
        writer.write(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a hand works with: the copy's database, the folder of trusted keys, whose register it is, and the seconds
    between looks for what comes before a delivery (``Reception``)."""

    database: str = field(repr=False)
    trusted_keys: Path
    municipality: MunicipalityCode
    patience: tuple[float, ...] = ()

    def to_bytes(self) -> bytes:
        body = {
            "database": self.database,
            "trusted_keys": str(self.trusted_keys),
            "municipality": self.municipality,
            "patience": self.patience,
        }
        return json.dumps(body).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Beginning:
        body = json.loads(content)
        return cls(
            database=body["database"],
            trusted_keys=Path(body["trusted_keys"]),
            municipality=MunicipalityCode(body["municipality"]),
            patience=tuple(body["patience"]),
        )


def error_to_bytes(error: Exception) -> bytes:
    """A bug becomes its type's name: its text may quote a resident."""
    match error:
        case RefusedError():
            said = ["refused", error.code.value, error.detail]
        case SignatureError():
            said = ["signature", "", str(error)]
        case WireError():
            said = ["wire", error.code.value, str(error)]
        case UnavailableError():
            said = [
                "known" if error.outcome_known else "unknown",
                error.part,
                str(error).removeprefix(f"{error.part}: "),
            ]
        case ConfigurationError():
            said = ["configuration", error.setting, error.reason]
        case _:
            said = ["bug", "", type(error).__name__]
    return json.dumps(said).encode()


def error_from_bytes(content: bytes) -> Exception:
    kind, first, second = json.loads(content)
    return _ERRORS[kind](first, second) if kind in _ERRORS else RuntimeError(second)


_ERRORS: Mapping[str, Callable[[str, str], KofuError]] = {
    "refused": lambda code, detail: RefusedError(ProblemCode(code), detail),
    "signature": lambda _, reason: SignatureError(reason),
    "wire": lambda code, reason: WireError(reason, code=ProblemCode(code)),
    "known": lambda part, reason: UnavailableError(part, reason, outcome_known=True),
    "unknown": lambda part, reason: UnavailableError(part, reason, outcome_known=False),
    "configuration": ConfigurationError,
}
