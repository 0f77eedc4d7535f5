"""What a screen may say: one JSON object a frame, read into an event by a closed table.

Every touch names the screen it was made on (``at``), so that a late or doubled one never reaches another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from certificates.domain.identifiers import municipality_code
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.errors import InvalidValueError, WireError
from certificates.wire.codec import Json, parse_object
from kiosk_client.session import events as on
from kiosk_client.session.screens import Language

MAX_FRAME: Final = 1024  # bytes; the longest command is far shorter


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    at: int
    event: on.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCode:
    at: int
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTestCard:
    card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTestCardOff:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertMoney:
    yen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyTray:
    pass


BenchCommand = PlaceTestCard | TakeTestCardOff | InsertMoney | EmptyTray
Command = Touch | StaffCode | BenchCommand


def read_command(frame: str) -> Command:
    """Raises WireError for anything that is not a command; the text of the frame is in no error."""
    if len(frame) > MAX_FRAME:
        raise WireError("the frame is too long")
    body = parse_object(frame.encode())
    verb = body.pop("do", None)
    if not isinstance(verb, str) or verb not in _VERBS:
        raise WireError("not a command of the screen")
    fields, build = _VERBS[verb]
    if set(body) != set(fields):
        raise WireError(f"{verb}: takes {', '.join(fields) or 'nothing'}")
    for name, kind in fields.items():
        value = body[name]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise WireError(f"{verb}: {name} is of the wrong type")
    try:
        return build(body)
    except (ValueError, InvalidValueError) as error:
        raise WireError(f"{verb}: not a value of this field") from error


Fields = dict[str, Json]


def _touch(
    event: Callable[[Fields], on.Event], **fields: type
) -> tuple[dict[str, type], Callable[[Fields], Command]]:
    def build(body: Fields) -> Command:
        at = body["at"]
        assert isinstance(at, int)  # read_command has looked
        return Touch(at=at, event=event(body))

    return {"at": int, **fields}, build


def _text(body: Fields, name: str) -> str:
    value = body[name]
    assert isinstance(value, str)  # read_command has looked
    return value


def _number(body: Fields, name: str) -> int:
    value = body[name]
    assert isinstance(value, int)  # read_command has looked
    return value


_VERBS: Final[dict[str, tuple[dict[str, type], Callable[[Fields], Command]]]] = {
    "start": _touch(lambda body: on.Start()),
    "language": _touch(lambda body: on.SpeakLanguage(language=Language(_text(body, "code"))), code=str),
    "service": _touch(lambda body: on.PickService()),
    "municipality": _touch(
        lambda body: on.PickMunicipality(code=municipality_code(_text(body, "code"))), code=str
    ),
    "digit": _touch(lambda body: on.PressDigit(digit=_number(body, "digit")), digit=int),
    "clear": _touch(lambda body: on.ClearDigits()),
    "kind": _touch(lambda body: on.PickKind(kind=CertificateKind(_text(body, "kind"))), kind=str),
    "household": _touch(lambda body: on.PickHousehold()),
    "member": _touch(lambda body: on.ToggleMember(index=_number(body, "member")), member=int),
    "item": _touch(lambda body: on.ToggleItem(item=OptionalItem(_text(body, "item"))), item=str),
    "copies": _touch(lambda body: on.SetCopies(copies=_number(body, "copies")), copies=int),
    "next": _touch(lambda body: on.Next()),
    "back": _touch(lambda body: on.Back()),
    "cancel": _touch(lambda body: on.Cancel()),
    "extend": _touch(lambda body: on.Extend()),
    "staff": (
        {"at": int, "code": str},
        lambda body: StaffCode(at=_number(body, "at"), code=_text(body, "code")),
    ),
    "bench-card": ({"card": str}, lambda body: PlaceTestCard(card=_text(body, "card"))),
    "bench-card-off": ({}, lambda body: TakeTestCardOff()),
    "bench-money": ({"yen": int}, lambda body: InsertMoney(yen=_number(body, "yen"))),
    "bench-tray": ({}, lambda body: EmptyTray()),
}
