"""The registry as a service: over mutual TLS to an issuance server's reception, and its desk for operators."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from certificates.errors import ConfigurationError, RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.service.command import Listener, listening, run
from certificates.service.keyring import load_trusted_keys
from certificates.service.settings import read_settings
from certificates.service.tls import client_context, server_context
from certificates.wire.codec import decode
from certificates.wire.problem import read_problem
from load_tests.authority.transport import PartyFiles
from sync.copy.memory import MemoryCopy
from sync.feed.full_load import load_full
from sync.feed.reception import Reception
from sync.registry.__main__ import SERVICE
from sync.registry.adapters.http import open_receiver
from sync.registry.commands import COMMANDS
from sync.registry.compose import compose, pushing
from sync.registry.settings import PREFIX, Settings
from sync.registry.usecases.push import Push
from sync.registry.wire import ChangeAccepted, FeedPosition, write_change
from sync.town.day import day_of_changes
from sync.town.files import write_town
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_feeds import Parties, feed_over_https, registry_environment
from tests.sync.sync_world import NOW, Held, TestRegistry, require_equal, small_town


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties.enrolled(tmp_path / "keys")


def issuance_server(parties: Parties, held: Held) -> AbstractAsyncContextManager[str]:
    trusted = load_trusted_keys(parties.authority.trusted)
    reception = Reception(held.store, trusted, MUNICIPALITY, lambda: datetime.now(UTC))
    return feed_over_https(parties, reception)


def environment(parties: Parties, **more: str) -> dict[str, str]:
    given = {"HEARTBEAT_SECONDS": "0.05", "LONGEST_WAIT_SECONDS": "0.1", "BATCH": "10", **more}
    return registry_environment(parties.registry, **given)


def settings(variables: Mapping[str, str]) -> Settings:
    return read_settings(Settings, variables, prefix=PREFIX)


async def position(session: aiohttp.ClientSession, address: str) -> FeedPosition:
    async with session.get(f"{address}/v1/position") as answer:
        return decode(await answer.read(), FeedPosition)


async def until_acknowledged(session: aiohttp.ClientSession, address: str, number: int) -> None:
    async with asyncio.timeout(30):
        while (await position(session, address)).acknowledged != number:  # noqa: ASYNC110 - asked over HTTP
            await asyncio.sleep(0.02)


def operator_session(files: PartyFiles) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=client_context(files.tls)),
        headers={"Content-Type": "application/json"},
    )


async def test_changes_entered_at_the_desk_reach_the_copy_also_after_a_restart(
    parties: Parties, tmp_path: Path
) -> None:
    town = small_town()
    changes = day_of_changes(town, 30)
    write_town(town, changes, tmp_path / "town")
    registry = TestRegistry()
    copy = registry.ideal()
    held = Held(store=copy, reader=copy)
    async with issuance_server(parties, held) as target, operator_session(parties.operator) as session:
        variables = environment(
            parties,
            STORE=f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}",
            TOWN=str(tmp_path / "town"),
            TARGET=target,
        )
        for portion in (changes[:5], changes[5:]):
            async with compose(settings(variables)) as listeners, listening(listeners) as addresses:
                address = addresses["registry"]
                for change in portion:
                    number = registry.enter(change)
                    async with session.post(f"{address}/v1/changes", data=write_change(change)) as answer:
                        accepted = decode(await answer.read(), ChangeAccepted)
                    assert (accepted.id, accepted.sequence) == (change.id, number)
                await until_acknowledged(session, address, registry.position)
    await require_equal(held, registry)


async def test_the_desk_is_for_operators_and_health_for_everybody(parties: Parties, tmp_path: Path) -> None:
    variables = environment(parties, STORE="memory:")
    change = day_of_changes(small_town(), 1)[0]
    async with compose(settings(variables)) as listeners, listening(listeners) as addresses:
        address = addresses["registry"]
        async with operator_session(parties.issuer) as stranger:
            for method, path in (("POST", "/v1/changes"), ("GET", "/v1/position")):
                async with stranger.request(method, address + path, data=write_change(change)) as answer:
                    assert read_problem(await answer.read()) is ProblemCode.NOT_PERMITTED
            async with stranger.get(f"{address}/v1/health") as answer:
                assert (await answer.json())["service"] == "sync.registry"
        async with operator_session(parties.operator) as session:
            async with session.post(f"{address}/v1/changes", data=b"{}") as answer:
                assert read_problem(await answer.read()) is ProblemCode.MALFORMED_MESSAGE
            async with session.post(f"{address}/v1/changes", data=write_change(change)) as answer:
                assert answer.status == 200
            assert await position(session, address) == FeedPosition(
                municipality=MUNICIPALITY, first=1, position=1, acknowledged=None
            )


async def test_what_the_issuance_server_says_becomes_our_own_errors(parties: Parties) -> None:
    copy = MemoryCopy()
    held = Held(store=copy, reader=copy)
    async with issuance_server(parties, held) as target:
        async with open_receiver(target, parties.registry.tls, seconds=10) as receiver:
            with pytest.raises(RefusedError) as refused:
                await receiver.send(b"no frame")
            assert refused.value.code is ProblemCode.MALFORMED_MESSAGE
        async with open_receiver(target + "/elsewhere", parties.registry.tls, seconds=10) as receiver:
            with pytest.raises(RefusedError):
                await receiver.send(b"")
        async with open_receiver(target, parties.registry.tls, seconds=0.00001) as receiver:
            with pytest.raises(UnavailableError) as unavailable:
                await receiver.send(b"")
            assert not unavailable.value.outcome_known
    async with open_receiver(target, parties.registry.tls, seconds=10) as receiver:
        with pytest.raises(UnavailableError) as unavailable:
            await receiver.send(b"")
        assert unavailable.value.outcome_known


async def test_an_answer_that_is_no_receipt_is_not_believed(parties: Parties) -> None:
    async def feed(request: web.Request) -> web.StreamResponse:
        return web.Response(text="fine")

    app = web.Application()
    app.router.add_post("/v1/feed", feed)
    listener = Listener(
        name="issuer", application=app, host="127.0.0.1", port=0, tls=server_context(parties.issuer.tls)
    )
    async with (
        listening([listener]) as addresses,
        open_receiver(addresses["issuer"], parties.registry.tls, seconds=10) as receiver,
    ):
        with pytest.raises(WireError, match="text/plain"):
            await receiver.send(b"")


async def test_a_fault_in_the_push_ends_the_service_instead_of_leaving_it_silent() -> None:
    class Broken(Push):
        def __init__(self) -> None:
            """Nothing of the push works."""

        async def run(self) -> None:
            raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as error:
        async with pushing(Broken()):
            await asyncio.sleep(10)
    assert error.group_contains(ZeroDivisionError)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MUNICIPALITY", "992012"),
        ("STORE", "mysql://somewhere"),
        ("TOWN", "/nowhere/at/all"),
        ("TARGET", "http://127.0.0.1:1"),
        ("BATCH", "0"),
        ("PORT", "70000"),
        ("HEARTBEAT_SECONDS", "0"),
        ("TIMEOUT_SECONDS", "99999"),
        ("SIGNING_KEY", "/nowhere/x.key.pem"),
        ("COLOUR", "red"),
    ],
)
def test_a_wrong_setting_is_named(
    parties: Parties,
    name: str,
    value: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for variable, text in environment(parties, **{name: value}).items():
        monkeypatch.setenv(variable, text)
    assert run(SERVICE, ["check-config"]) == 2
    shown = capsys.readouterr().err
    assert (value if name == "SIGNING_KEY" else PREFIX + name) in shown


async def test_books_of_another_municipality_are_not_opened(parties: Parties, tmp_path: Path) -> None:
    store = f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}"
    async with compose(settings(environment(parties, STORE=store))):
        pass
    write_town(small_town(), (), tmp_path / "town")
    async with compose(settings(environment(parties, STORE=store, TOWN=str(tmp_path / "town")))):
        pass
    with pytest.raises(ConfigurationError):
        async with compose(settings(environment(parties, STORE=store, MUNICIPALITY="992020"))):
            pass


def test_files_of_changes_are_entered_and_the_register_exported_by_command(
    parties: Parties, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = small_town()
    changes = day_of_changes(town, 20)
    write_town(town, changes, tmp_path / "town")
    given = settings(
        environment(
            parties, STORE=f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}", TOWN=str(tmp_path / "town")
        )
    )
    assert COMMANDS["enter"].action(given, [str(tmp_path / "town" / "changes.jsonl")]) == 0
    assert COMMANDS["export"].action(given, [str(tmp_path / "full.jsonl")]) == 0
    said = capsys.readouterr().out
    assert f"entered to number {len(changes)}" in said
    assert f"at number {len(changes)}" in said
    registry = TestRegistry.having(changes)

    async def compare() -> None:
        copy = MemoryCopy()
        trusted = load_trusted_keys(parties.authority.trusted)
        await load_full(copy, tmp_path / "full.jsonl", trusted, MUNICIPALITY, clock=lambda: NOW)
        await require_equal(Held(store=copy, reader=copy), registry)

    asyncio.run(compare())
