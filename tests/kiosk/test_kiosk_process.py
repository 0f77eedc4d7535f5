"""The kiosk as a process of its own: announced, killed without warning, started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from certificates.service.settings import show_settings
from certificates.wire.visit import OutcomeKind
from kiosk_client.settings import KioskSettings
from load_tests.authority.jpki import IssuedCard
from tests.kiosk.kiosk_centre import FakeCentre
from tests.kiosk.kiosk_line import STAFF_CODE, centre_line, kiosk_settings
from tests.kiosk.kiosk_paper import real_paper
from tests.kiosk.kiosk_screen import at_the_screen
from tests.kiosk.kiosk_world import eventually


@contextlib.asynccontextmanager
async def kiosk_process(settings: KioskSettings) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The process and the address that it announced; killed at the end if it still runs."""
    variables = dict(line.split("=", 1) for line in show_settings(settings).splitlines())
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "kiosk_client",
        "serve",
        env={**os.environ, **variables, "KOFU_KIOSK_STAFF_CODE": STAFF_CODE},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            announced = (await process.stdout.readline()).decode().split()
        assert announced[:2] == ["LISTENING", "screen"]
        yield process, announced[2]
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_a_kiosk_that_is_killed_while_it_is_paid_returns_the_money_at_its_next_start(
    tmp_path: Path, kiosk_cards: tuple[IssuedCard, ...]
) -> None:
    centre = FakeCentre(draw=real_paper)
    async with centre_line(centre, tmp_path) as (base, authority):
        settings = kiosk_settings(tmp_path, base, authority, kiosk_cards)
        async with kiosk_process(settings) as (process, screen), at_the_screen(screen) as customer:
            await customer.proves()
            await customer.applies()
            await customer.say(do="bench-money", yen=100)
            while customer.bench.get("held") != "100円":
                await customer.frame()
            process.send_signal(signal.SIGKILL)
            await process.wait()
        assert centre.reports == []
        async with kiosk_process(settings) as (process, screen), at_the_screen(screen) as customer:
            await customer.sees("welcome")
            while customer.bench.get("tray") != 100:
                await customer.frame()
            await eventually(lambda: [one.outcome for one in centre.reports] == [OutcomeKind.ABANDONED])
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(20):
                assert await process.wait() == 0
