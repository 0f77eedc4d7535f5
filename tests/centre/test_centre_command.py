"""The command line: the real process, the release of a line, the journal's verification."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import fields
from pathlib import Path

import aiohttp
import pytest

from center_relay.commands import release_line, verify_journal
from center_relay.settings import CentreSettings
from certificates.errors import ConfigurationError, RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.service.tls import TlsFiles, client_context
from certificates.wire.codec import parse_object
from certificates.wire.jose import Party, Role
from tests.centre.centre_twists import MISBEHAVIOURS
from tests.centre.centre_values import MUNICIPALITY
from tests.centre.conftest import World


def environment(settings: CentreSettings) -> dict[str, str]:
    known = {field.metadata["variable"]: getattr(settings, field.name) for field in fields(settings)}
    told = {
        name: ("yes" if value else "no") if isinstance(value, bool) else str(value)
        for name, value in known.items()
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("KOFU_")} | told


async def test_the_process_announces_its_address_answers_and_ends_when_told(world: World) -> None:
    await world.stop()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "center_relay",
        "serve",
        env=environment(world.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            announced = (await process.stdout.readline()).decode().split()
        assert announced[:2] == ["LISTENING", "centre"]
        tls = client_context(world.authority.tls_files(Party(role=Role.KIOSK, name="k1")))
        async with (
            aiohttp.ClientSession() as client,
            client.get(announced[2] + "/v1/health", ssl=tls) as response,
        ):
            assert parse_object(await response.read())["service"] == "center_relay"
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_wrong_setting_ends_the_process_with_2_and_names_it(world: World) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "center_relay",
        "check-config",
        env=environment(world.settings) | {"KOFU_CENTRE_PROCESSES": "2"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()
    assert process.returncode == 2
    assert b"KOFU_CENTRE_STORE" in told


def operator(world: World, name: str) -> TlsFiles:
    return world.authority.tls_files(Party(role=Role.OPERATOR, name=name))


async def release(world: World, files: TlsFiles, code: str = MUNICIPALITY) -> int:
    arguments = [
        code,
        "--centre",
        world.url,
        "--certificate",
        str(files.certificate),
        "--key",
        str(files.key),
    ]
    return await asyncio.to_thread(release_line, world.settings, arguments)


async def test_two_people_release_a_line_by_the_command(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    visit = await world.begun()
    world.municipality.twist = MISBEHAVIOURS["wrong holder tag"]
    with pytest.raises(RefusedError):
        await visit.apply()
    for name in ("suzuki", "tanaka"):
        assert await release(world, operator(world, name)) == 0
    assert capsys.readouterr().out.split() == ["awaiting-second", "released"]
    with pytest.raises(RefusedError) as caught:
        await release(world, operator(world, "suzuki"))
    assert caught.value.code is ProblemCode.OUT_OF_TURN


async def test_a_centre_that_is_not_there_is_unavailable(world: World) -> None:
    world.url = "https://127.0.0.1:1"
    with pytest.raises(UnavailableError):
        await release(world, operator(world, "suzuki"))


async def test_the_journal_of_a_visit_verifies_by_the_command(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    visit = await world.begun()
    assert verify_journal(world.settings, []) == 0
    head = capsys.readouterr().out.strip()
    assert head.startswith("1:")
    await visit.apply()
    assert verify_journal(world.settings, ["--head", head]) == 0
    await asyncio.to_thread(forge, world.settings.journal)
    with pytest.raises(WireError):
        verify_journal(world.settings, ["--head", head])


def forge(journal: Path) -> None:
    journal.write_bytes(journal.read_bytes().replace(b'"sheets":1', b'"sheets":9'))


@pytest.mark.parametrize("head", ["1", "x:" + "0" * 64, "0:" + "0" * 64, "1:00"])
async def test_a_head_of_the_wrong_form_is_named(world: World, head: str) -> None:
    with pytest.raises(ConfigurationError, match="must look like"):
        verify_journal(world.settings, ["--head", head])
