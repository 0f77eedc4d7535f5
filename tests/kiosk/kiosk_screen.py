"""A customer in front of the whole kiosk: speaks the screen's WebSocket as the page does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.kiosk.kiosk_world import PIN

Frame = dict[str, Any]  # what the page reads: JSON from outside


@dataclass(slots=True)
class ScreenCustomer:
    socket: aiohttp.ClientWebSocketResponse
    view: Frame = field(default_factory=dict)
    bench: Frame = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)

    async def frame(self) -> Frame:
        async with asyncio.timeout(20):
            frame: Frame = json.loads(await self.socket.receive_str())
        self.frames.append(frame)
        if frame["kind"] == "screen":
            self.view = frame
        if frame["kind"] == "bench":
            self.bench = frame
        return frame

    async def sees(self, screen: str) -> Frame:
        while self.view.get("screen") != screen:
            await self.frame()
        return self.view

    async def say(self, **command: object) -> None:
        await self.socket.send_str(json.dumps(command))

    async def touch(self, do: str, **fields: object) -> None:
        await self.say(do=do, at=self.view["at"], **fields)

    async def goes_to_pin(self, card: str = "card-1") -> None:
        await self.sees("welcome")
        await self.touch("start")
        await self.sees("choose-service")
        await self.touch("service")
        await self.sees("choose-municipality")
        await self.say(**self.view["choices"][0]["send"], at=self.view["at"])
        await self.sees("place-card")
        await self.say(do="bench-card", card=card)
        await self.sees("enter-pin")

    async def proves(self, card: str = "card-1", pin: str = PIN) -> None:
        await self.goes_to_pin(card)
        for digit in pin:
            await self.touch("digit", digit=int(digit))
        await self.touch("next")
        await self.sees("take-card-off")
        await self.say(do="bench-card-off")
        await self.sees("choose-kind")

    async def applies(self, kind: str = "seal-registration") -> None:
        await self.touch("kind", kind=kind)
        await self.sees("choose-copies")
        await self.touch("next")
        await self.sees("confirm")
        await self.touch("next")
        await self.sees("paying")


@asynccontextmanager
async def at_the_screen(base: str) -> AsyncIterator[ScreenCustomer]:
    async with aiohttp.ClientSession() as client, client.ws_connect(base + "/v1/screen") as socket:
        yield ScreenCustomer(socket)
