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

from certificates.errors import ConfigurationError
from certificates.service.progress import progress_bar
from issuance_server.commands import COMMANDS
from issuance_server.compose import open_books
from issuance_server.records import AuditEvent
from issuance_server.settings import Settings
from sync.change.events import CardCertificate
from sync.copy.database import open_database, writing
from sync.copy.register import RegisterCopy
from sync.feed.full_load import write_full_load
from tests.issuance.issuance_line import Parties, serving, settings
from tests.issuance.issuance_world import CENTRE, CODE, ISSUER, NOON, REGISTRY, an_entry, resident, serial_of

ROOT = Path(__file__).parents[2]


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
