"""The command line: what an operator types, and what it says."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import ssl
import sys
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import text

from certificates.errors import ConfigurationError, UnavailableError
from certificates.profiles.faults import ProfileError
from certificates.profiles.reading import shipped_profile
from certificates.service.command import run
from certificates.service.progress import progress_bar
from certificates.service.settings import read_settings
from issuance_server.__main__ import SERVICE
from issuance_server.commands import COMMANDS
from issuance_server.compose import check, compose, open_books
from issuance_server.records import AuditEvent
from issuance_server.settings import PREFIX, Settings
from sync.change.events import CardCertificate
from sync.copy.database import open_database, writing
from sync.copy.register import RegisterCopy
from sync.feed.full_load import write_full_load
from tests.issuance.issuance_line import Parties, serving
from tests.issuance.issuance_world import CENTRE, CODE, ISSUER, NOON, REGISTRY, an_entry, resident, serial_of

ROOT = Path(__file__).parents[2]


def settings(parties: Parties, url: str, **environment: str) -> Settings:
    return read_settings(Settings, {**parties.environment(url), **environment}, prefix=PREFIX)


def act(verb: str, given: Settings, *arguments: str) -> int:
    return COMMANDS[verb].action(given, arguments)


def test_migrate_says_where_the_schema_is(
    parties: Parties, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert act("migrate", settings(parties, sqlite_url)) == 0
    assert act("migrate", settings(parties, sqlite_url)) == 0
    assert capsys.readouterr().out == "schema at 0006\nschema at 0006\n"


async def test_serving_refuses_a_schema_that_is_not_at_head(parties: Parties, database_url: str) -> None:
    by_default = {"sqlite": "no", "postgresql": ""}[database_url.partition("+")[0]]
    given = settings(parties, database_url, KOFU_ISSUANCE_AUTO_MIGRATE=by_default)
    with pytest.raises(ConfigurationError, match="python -m issuance_server migrate"):
        async with serving(given):
            raise AssertionError


async def test_sqlite_is_migrated_when_the_server_starts(parties: Parties, sqlite_url: str) -> None:
    async with serving(settings(parties, sqlite_url, KOFU_ISSUANCE_AUTO_MIGRATE="")) as base:
        assert base.startswith("https://127.0.0.1:")


def test_a_full_load_fills_the_copy_and_is_written_down(
    parties: Parties, sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "full.load"
    write_full_load(
        path,
        [resident(1), CardCertificate(serial=serial_of(1), resident=resident(1).number)],
        municipality=CODE,
        sequence=12,
        chain=bytes(32),
        taken_at=NOON,
        key=parties.key(REGISTRY),
    )
    given = settings(parties, sqlite_url)
    assert act("load-full", given, str(path)) == 0
    shown = capsys.readouterr()
    assert "loaded to number 12: 1 resident" in shown.out
    assert "100 % 2/2" in shown.err

    async def look() -> str:
        engine = open_database(sqlite_url)
        try:
            found = await RegisterCopy(engine).view(serial_of(1))
        finally:
            await engine.dispose()
        assert found is not None
        return found.rows[0].name

    assert asyncio.run(look()) == resident(1).name
    assert act("verify-audit", given) == 0
    assert capsys.readouterr().out == "intact: 2 rows in 1 chains\n"


def test_verify_audit_names_the_first_broken_row(
    parties: Parties, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = settings(parties, sqlite_url)

    async def write_and_forge() -> None:
        async with open_books(given) as books:
            await books.ledger.note(an_entry())
            await books.ledger.note(an_entry(AuditEvent.REFUSED, code="suppressed"))
            async with writing(books.engine) as connection:
                await connection.execute(text("DROP TRIGGER audit_rows_no_update"))
                await connection.execute(text("UPDATE audit_rows SET code = NULL WHERE sequence = 3"))

    asyncio.run(write_and_forge())
    assert act("verify-audit", given) == 1
    assert capsys.readouterr().out == "BROKEN: row 1:3 was changed; 2 rows before it hold\n"


def test_seals_of_a_retired_key_are_still_accepted(
    sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parties = Parties(tmp_path / "parties")

    async def write() -> None:
        async with open_books(settings(parties, sqlite_url)) as books:
            await books.ledger.note(an_entry())

    asyncio.run(write())
    parties.files[ISSUER] = parties.authority.enrol(ISSUER)  # a successor; the first key stays trusted
    assert act("verify-audit", settings(parties, sqlite_url)) == 0
    for path in parties.trusted_folder.glob("issuer--*"):
        path.unlink()
    assert act("verify-audit", settings(parties, sqlite_url)) == 1
    assert "is not this server's" in capsys.readouterr().out


def test_two_people_release_a_stopped_line(
    parties: Parties, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = settings(parties, sqlite_url)

    async def stop() -> None:
        async with open_books(given) as books:
            await books.line.stop("page 1 is of another order", an_entry(AuditEvent.LINE_STOPPED))

    asyncio.run(stop())
    with pytest.raises(ConfigurationError, match="another one"):
        act("release-line", given, "--by", "架空花子", "--and", "架空花子")
    assert act("release-line", given, "--by", "架空花子", "--and", "見本太郎") == 0
    assert act("release-line", given, "--by", "架空花子", "--and", "見本太郎") == 0
    assert capsys.readouterr().out == "released, 1 stop(s)\nthe line was running\n"


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"KOFU_ISSUANCE_DATABASE": "sqlite+aiosqlite:///:memory:"}, "forgets issued numbers"),
        (
            {"KOFU_ISSUANCE_DATABASE": "sqlite+aiosqlite://", "KOFU_ISSUANCE_PROCESSES": "4"},
            "4 processes are declared",
        ),
        ({"KOFU_ISSUANCE_DATABASE": "nonsense"}, "not a database URL"),
        ({"KOFU_ISSUANCE_PROFILE": "/nowhere.toml"}, "/nowhere.toml"),
        ({"KOFU_ISSUANCE_FONT": "/nowhere.ttf"}, "/nowhere.ttf"),
        ({"KOFU_ISSUANCE_SIGNING_KEY": "/nowhere.key.pem"}, "/nowhere.key.pem"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_opened(
    parties: Parties, sqlite_url: str, environment: dict[str, str], reason: str
) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        check(settings(parties, sqlite_url, **environment))


def faulty_profile(folder: Path, *changes: tuple[str, str]) -> Path:
    text = shipped_profile("992011").read_text("utf-8")
    for old, new in changes:
        text = text.replace(old, new)
    path = folder / "faulty.toml"
    path.write_text(text, "utf-8")
    return path


def test_every_fault_of_the_profile_is_said_before_anything_is_opened(
    parties: Parties, sqlite_url: str, tmp_path: Path
) -> None:
    path = faulty_profile(tmp_path, ("= 200", "= -200"), ('"person"', '"nobody"'))
    with pytest.raises(ProfileError) as refused:
        check(settings(parties, sqlite_url, KOFU_ISSUANCE_PROFILE=str(path)))
    assert [fault.key for fault in refused.value.faults] == [
        "fees.resident-record",
        "fees.resident-items",
        "fees.seal-registration",
        "policy.moving_out",
    ]


async def test_a_mayor_whose_name_cannot_be_drawn_signs_nothing(
    parties: Parties, sqlite_url: str, tmp_path: Path
) -> None:
    path = faulty_profile(tmp_path, ("架空　花子", "架空　花😀"))
    with pytest.raises(ProfileError, match=r"U\+1F600"):
        async with compose(settings(parties, sqlite_url, KOFU_ISSUANCE_PROFILE=str(path))):
            pytest.fail("serves with a profile that cannot be printed")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PORT", "70000"), ("PROCESSES", "0"), ("IN_FLIGHT", "0"), ("AUTO_MIGRATE", "maybe")],
)
def test_a_setting_out_of_range_is_named(
    parties: Parties, sqlite_url: str, variable: str, value: str
) -> None:
    with pytest.raises(ConfigurationError, match=PREFIX + variable):
        settings(parties, sqlite_url, **{PREFIX + variable: value})


async def test_a_database_of_no_known_kind_is_refused(parties: Parties) -> None:
    with pytest.raises(ConfigurationError, match="KOFU_ISSUANCE_DATABASE: mysql"):
        async with open_books(settings(parties, "mysql://x/y")):
            raise AssertionError


async def test_a_database_out_of_reach_is_named_without_its_password(parties: Parties) -> None:
    url = "postgresql+asyncpg://u:geheim@/none?host=/nowhere"
    with pytest.raises(UnavailableError) as caught:
        async with open_books(settings(parties, url)):
            raise AssertionError
    assert "geheim" not in str(caught.value)


def test_check_config_shows_the_settings_without_the_database_password(
    parties: Parties, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in parties.environment(sqlite_url).items():
        monkeypatch.setenv(name, value)
    assert run(SERVICE, ["check-config"]) == 0
    shown = capsys.readouterr().out
    assert "KOFU_ISSUANCE_PROCESSES=1" in shown
    assert sqlite_url not in shown


def test_the_progress_bar_moves_on_a_terminal_and_is_one_line_elsewhere() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    plain = io.StringIO()
    quiet = progress_bar(plain, "load")
    quiet(1, 4)
    assert plain.getvalue() == ""
    quiet(0, 0)
    assert plain.getvalue().endswith("100 % 0/0\n")
    output = Terminal()
    show = progress_bar(output, "load")
    show(1, 4)
    show(4, 4)
    assert output.getvalue().endswith("100 % 4/4\n")
    assert output.getvalue().count("\r") == 2


def test_a_served_process_announces_itself_answers_and_ends_when_asked(
    parties: Parties, sqlite_url: str, tmp_path: Path
) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KOFU_")}
    environment = {**inherited, **parties.environment(sqlite_url)}

    async def serve() -> tuple[bytes, int]:
        with (tmp_path / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "issuance_server",
                "serve",
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=environment,
                cwd=ROOT,
            )
        try:
            assert process.stdout is not None
            async with asyncio.timeout(30):
                line = (await process.stdout.readline()).decode().split()
            assert line[:2] == ["LISTENING", "issuance-server"]
            context = ssl.create_default_context(cafile=parties.files[CENTRE].tls.authority)

            def ask() -> bytes:
                with urllib.request.urlopen(line[2] + "/v1/health", context=context, timeout=10) as answer:
                    return bytes(answer.read())

            body = await asyncio.to_thread(ask)
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(20):
                return body, await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    body, code = asyncio.run(serve())
    assert b'"line":"running"' in body
    assert code == 0
