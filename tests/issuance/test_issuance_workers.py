"""Several worker processes behind one port: one is killed, another answers, and it is replaced."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import psutil
import pytest

from certificates.errors import ConfigurationError, InvalidValueError
from certificates.service.settings import read_settings
from certificates.service.tls import client_context
from issuance_server.__main__ import SERVICE
from issuance_server.compose import check
from issuance_server.settings import PREFIX, Settings
from load_tests.town import settings as town_settings
from load_tests.town.folder import TownFolder
from load_tests.town.process import service_process
from sync.town import invent
from tests.certificates.paper import mincho


@pytest.fixture(autouse=True)
def _font() -> None:
    mincho()


@pytest.fixture
def folder(tmp_path: Path) -> TownFolder:
    return TownFolder(tmp_path, municipality=invent(1, 20).municipality, kiosks=1, now=datetime.now(UTC))


async def test_a_killed_worker_is_replaced_and_meanwhile_another_answers(folder: TownFolder) -> None:
    tls = client_context(folder.parties.centre.tls)

    async def answered(address: str) -> bool:
        """Whether an order that cannot be read is answered as such; each on a connection of its own."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as session:
            headers = {"Content-Type": "application/jose"}
            async with session.post(f"{address}/v1/orders", data=b"?", headers=headers) as answer:
                return answer.status < 500 and answer.content_type == "application/problem+json"

    settings = town_settings.issuance(folder, workers=2)
    log = folder.log("issuance")
    async with service_process("issuance_server", settings=settings, listeners=1, log=log) as service:
        address = service.address("issuance-server")
        parent = psutil.Process(service.pid)
        before = {worker.pid for worker in parent.children()}
        assert len(before) == 2
        assert await answered(address)
        os.kill(min(before), signal.SIGKILL)
        assert all(await asyncio.gather(*[answered(address) for _ in range(4)]))
        for _ in range(500):
            now = {worker.pid for worker in parent.children()}
            if len(now) == 2 and now != before:
                break
            await asyncio.sleep(0.02)
        assert now & before == {max(before)}
        assert all(await asyncio.gather(*[answered(address) for _ in range(4)]))
    assert not any(psutil.pid_exists(pid) for pid in now)


def test_workers_with_a_store_of_their_own_each_are_refused_with_the_reason(folder: TownFolder) -> None:
    environment = {**town_settings.issuance(folder, workers=3), f"{PREFIX}DATABASE": "sqlite+aiosqlite://"}
    settings = read_settings(Settings, environment, prefix=SERVICE.prefix)
    with pytest.raises(ConfigurationError, match=r"3 processes .* cannot be shared"):
        check(settings)


def test_a_number_of_workers_out_of_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match="WORKERS"):
        Settings(
            workers=0,
            tls_certificate=tmp_path,
            tls_key=tmp_path,
            tls_authority=tmp_path,
            signing_key=tmp_path,
            trusted_keys=tmp_path,
        )
