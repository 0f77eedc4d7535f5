"""The mark keys of a running centre: a rotation and a retirement while orders flow, and no restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest

from anti_forgery import key_watch
from anti_forgery.key_watch import KeyWatch
from anti_forgery.reading import read_back
from anti_forgery.rotation import retire, rotate
from anti_forgery.sealed import take_apart
from anti_forgery.verification import Reason, verify_back
from tests.anti_forgery.marks_world import picture
from tests.centre.conftest import World

DAY = timedelta(days=1)


class Flow:
    """Kiosks that place one order after another."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ended = False
        self._papers: asyncio.Queue[bytes] = asyncio.Queue()

    async def kiosk(self, name: str) -> None:
        while not self._ended:
            visit = await self._world.begun(name)
            self._papers.put_nowait((await visit.apply()).pdf)

    async def more(self) -> bytes:
        """A paper that was asked for and handed out after this call."""
        late = self._papers.qsize() + 3  # of two kiosks: two papers may be on their way
        return [await self._papers.get() for _ in range(late)][-1]

    def end(self) -> None:
        self._ended = True


async def test_a_rotation_while_orders_flow_loses_none_and_every_back_opens(
    opened_world: Callable[[], AbstractAsyncContextManager[World]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_watch, "EVERY_SECONDS", 0.0)
    async with opened_world() as world:
        await world.start()
        keys = world.settings.mark_keys
        site = KeyWatch(keys)
        (old,) = site.current().centre_private
        flow = Flow(world)
        async with asyncio.TaskGroup() as kiosks:
            for name in ("kiosk-1", "kiosk-2"):
                kiosks.create_task(flow.kiosk(name))
            papers = [await flow.more()]
            now = datetime.now(UTC)
            await asyncio.to_thread(rotate, keys, begins=now, valid_for=30 * DAY, overlap=DAY, now=now)
            papers.append(await flow.more())
            await asyncio.to_thread(retire, keys, old.id, now=datetime.now(UTC))
            papers.append(await flow.more())
            (keys / "centre-new.private.json").write_text("half of a k")
            papers.append(await flow.more())
            flow.end()
        (keys / "centre-new.private.json").unlink()
    (new,) = {key.id for key in site.look().centre_private} - {old.id}
    payloads = [read_back(picture(paper, 1, 200)) for paper in papers]
    assert [take_apart(payload).centre_key for payload in payloads] == [old.id, new, new, new]
    opened = [
        verify_back(payload, site.current().site_private, site.current().centre_public)
        for payload in payloads
    ]
    assert [verdict.reason for verdict in opened] == [Reason.GENUINE] * 4
