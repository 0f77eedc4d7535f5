"""A customer at the touch screen: reads each view as the browser does and touches what a person would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from certificates.domain.kinds import CertificateKind, OptionalItem

VISIT_SECONDS = 120.0
View = dict[str, Any]  # JSON as the kiosk's view describes it in docs/kiosk.md
Act = Callable[[View], Awaitable[list[View]]]


class Reader(Protocol):
    """The hand that lays a card on the kiosk's reader; leaving the context takes it off."""

    def __call__(self, card: str) -> AbstractContextManager[None]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a customer came for. ``members`` None is the whole household, else places in the menu."""

    card: str
    pins: tuple[str, ...]
    kind: CertificateKind = CertificateKind.RESIDENT_RECORD
    members: tuple[int, ...] | None = None
    items: frozenset[OptionalItem] = frozenset(
        {OptionalItem.RELATION, OptionalItem.HONSEKI}
    )  # of those offered
    copies: int = 1
    yen: int = 1000


@dataclass(slots=True, kw_only=True)
class Experience:
    """What happened, as the customer saw it: names of screens in order, and the words of a refusal."""

    screens: list[str] = field(default_factory=list)
    refusal: str | None = None
    notes: list[str] = field(default_factory=list)
    issued: bool = False
    seconds: float = 0.0


class Customer:
    """One visit over the screen's WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, wish: Wish, reader: Reader) -> None:
        self._socket = socket
        self._wish = wish
        self._reader = reader
        self._pins = list(wish.pins)
        self._on_reader: AbstractContextManager[None] | None = None
        self._paid = False
        self.experience = Experience()
        self._acts: dict[str, Act] = {
            "welcome": self._press("start"),
            "choose-service": self._first_choice,
            "choose-municipality": self._first_choice,
            "place-card": self._place_card,
            "enter-pin": self._enter_pin,
            "confirm-last-try": self._press("cancel"),
            "take-card-off": self._take_card_off,
            "take-card-away": self._take_card_off,
            "choose-kind": self._choose_kind,
            "choose-members": self._choose_members,
            "choose-items": self._choose_items,
            "choose-copies": self._choose_copies,
            "confirm": self._press("next"),
            "paying": self._pay,
            "take-certificate": self._take_certificate,
            "finished": self._press("next"),
            "refused": self._read_refusal,
            "call-staff": self._call_staff,
        }

    async def visit(self) -> Experience:
        """From the first touch until the kiosk stands ready for the next customer."""
        started = asyncio.get_running_loop().time()
        begun = ended = False
        try:
            async with asyncio.timeout(VISIT_SECONDS):
                while not ended:
                    view = await self._next_view()
                    name = str(view["screen"])
                    if not begun and name != "welcome":
                        # the last customer left without touching the screen again
                        await self._send({"do": "next", "at": view["at"]})
                        continue
                    ended = begun and name == "welcome"
                    begun = True
                    self._note(name)
                    if not ended and name in self._acts:
                        for command in await self._acts[name](view):
                            await self._send(command)
                    ended = ended or name == "call-staff"
        finally:
            await self._off()
        self.experience.seconds = asyncio.get_running_loop().time() - started
        return self.experience

    def _note(self, name: str) -> None:
        if not self.experience.screens or self.experience.screens[-1] != name:
            self.experience.screens.append(name)

    async def _next_view(self) -> View:
        while True:
            frame: View = json.loads(await self._socket.receive_str())
            if frame["kind"] == "screen":
                return frame

    async def _send(self, command: View) -> None:
        await self._socket.send_str(json.dumps(command))

    def _press(self, button: str) -> Act:
        async def act(view: View) -> list[View]:
            return [{"do": button, "at": view["at"]}]

        return act

    async def _first_choice(self, view: View) -> list[View]:
        return [{**view["choices"][0]["send"], "at": view["at"]}]

    async def _place_card(self, view: View) -> list[View]:
        if self._on_reader is None:
            self._on_reader = self._reader(self._wish.card)
            await asyncio.to_thread(self._on_reader.__enter__)
        return []

    async def _off(self) -> None:
        if self._on_reader is not None:
            holding, self._on_reader = self._on_reader, None
            await asyncio.to_thread(holding.__exit__, None, None, None)

    async def _take_card_off(self, view: View) -> list[View]:
        await self._off()
        return []

    async def _enter_pin(self, view: View) -> list[View]:
        """One touch a view: the next digit, OK when all stand there, cancel when no PIN is left to try."""
        digits = view["pad"]["digits"]
        if digits == 0 and not self._pins:
            self.experience.notes += [note["text"] for note in view["notes"]]
            return [{"do": "cancel", "at": view["at"]}]
        if digits < len(self._pins[0]):
            return [{"do": "digit", "digit": int(self._pins[0][digits]), "at": view["at"]}]
        self._pins.pop(0)
        return [{"do": "next", "at": view["at"]}]

    async def _choose_kind(self, view: View) -> list[View]:
        for choice in view["choices"]:
            if choice["send"]["kind"] == self._wish.kind.value:
                return [{**choice["send"], "at": view["at"]}]
        self.experience.refusal = "not offered"
        return [{"do": "cancel", "at": view["at"]}]

    async def _choose_members(self, view: View) -> list[View]:
        """One touch a view, until the choices stand as wished."""
        people = view["choices"][1:]
        wished = self._wish.members
        if wished is None:
            if not view["choices"][0]["on"]:
                return [{"do": "household", "at": view["at"]}]
        else:
            for index, person in enumerate(people):
                if person["on"] != (index in wished):
                    return [{"do": "member", "member": index, "at": view["at"]}]
        return [{"do": "next", "at": view["at"]}]

    async def _choose_items(self, view: View) -> list[View]:
        wished = {item.value for item in self._wish.items}
        for choice in view["choices"]:
            if choice["on"] != (choice["send"]["item"] in wished):
                return [{**choice["send"], "at": view["at"]}]
        return [{"do": "next", "at": view["at"]}]

    async def _choose_copies(self, view: View) -> list[View]:
        if view["copies"]["value"] != self._wish.copies:
            return [{"do": "copies", "copies": self._wish.copies, "at": view["at"]}]
        return [{"do": "next", "at": view["at"]}]

    async def _pay(self, view: View) -> list[View]:
        if self._paid:
            return []
        self._paid = True
        return [{"do": "bench-money", "yen": self._wish.yen}]

    async def _take_certificate(self, view: View) -> list[View]:
        self.experience.issued = True
        return [{"do": "bench-tray"}, {"do": "next", "at": view["at"]}]

    async def _read_refusal(self, view: View) -> list[View]:
        self.experience.refusal = str(view["lead"])
        self.experience.notes += [note["text"] for note in view["notes"]]
        await self._off()
        return [{"do": "next", "at": view["at"]}]

    async def _call_staff(self, view: View) -> list[View]:
        self.experience.refusal = str(view["title"])
        self.experience.notes += [note["text"] for note in view["notes"]]
        return []


@asynccontextmanager
async def customer(screen: str, wish: Wish, reader: Reader) -> AsyncIterator[Customer]:
    """``screen`` is the base address of a kiosk's screen."""
    # no compression: the PIN's digits pass here
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(screen + "/v1/screen", compress=0) as socket,
    ):
        yield Customer(socket, wish, reader)
