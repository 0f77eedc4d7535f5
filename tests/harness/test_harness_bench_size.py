"""The bench at a large city's size, run tiny: it loads, reads, compares, and says what it measured."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from load_tests.bench_sync.report import read_sized, sized_section
from load_tests.bench_sync.size import measure
from load_tests.bench_sync.size_reads import read_all, sample
from load_tests.bench_sync.size_report import DOCS_JSON, Figure, write_report
from load_tests.bench_sync.size_town import LargeTown, town_file
from load_tests.servers.postgres import PostgresServer
from sync.copy.database import open_database
from sync.copy.register import RegisterCopy
from sync.copy.tables import metadata
from sync.feed.full_load import load_full
from sync.town.numbers import MUNICIPALITY

RESIDENTS = 150


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("size")


@pytest.fixture(scope="module")
def town(folder: Path) -> LargeTown:
    return town_file(folder, 5, RESIDENTS, compressed=True, figures=[])


async def test_a_tiny_run_answers_right_and_writes_its_report(
    postgres: PostgresServer, town: LargeTown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures: list[Figure] = []
    async with postgres.database() as url:
        assert await measure(url, town, 20, figures)
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "sync.md").write_text("# Measured\n\n## Full load at the size of a large city\n\nlong ago\n")
    write_report(tmp_path, "the command", figures, date="2026-11-21", docs=docs)
    report = json.loads((tmp_path / "size.json").read_text(encoding="utf-8"))
    assert set(report) == {"name", "command", "machine", "date", "rows"}
    sized = read_sized(docs / DOCS_JSON)
    assert sized is not None
    assert f"| records: resident | {RESIDENTS} |" in sized_section(sized)
    section = "\n".join(sized_section(sized))
    assert (docs / "sync.md").read_text(encoding="utf-8") == f"# Measured\n\n{section}\n"
    values = {(row["label"], row["unit"]): row["value"] for row in report["rows"]}
    assert values["records: resident", ""] == RESIDENTS
    assert values["wrong answers", ""] == 0
    assert values["full load to raw COPY", "ratio"] > 0
    printed = capsys.readouterr().out
    assert "issue-time read, 16 at once, p99" in printed
    assert (tmp_path / "size.svg").exists() is ("no picture" not in printed)


async def test_a_wrong_answer_is_counted(town: LargeTown, tmp_path: Path) -> None:
    async with copy_of(town, tmp_path / "copy.db") as copy:
        chosen = sample(town.seed, RESIDENTS, 30)
        assert len(chosen) > 10
        assert (await read_all(copy, chosen, 4)).wrong == 0
        incomplete = [
            replace(one, home=replace(one.home, residents=one.home.residents[1:])) for one in chosen[:5]
        ]
        assert (await read_all(copy, incomplete, 1)).wrong == 5


@asynccontextmanager
async def copy_of(town: LargeTown, path: Path) -> AsyncIterator[RegisterCopy]:
    engine = open_database(f"sqlite+aiosqlite:///{path}")
    try:
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await load_full(engine, town.file, town.trusted, MUNICIPALITY)
        yield RegisterCopy(engine)
    finally:
        await engine.dispose()


def test_a_file_of_the_same_seed_and_size_is_used_again(folder: Path, town: LargeTown) -> None:
    figures: list[Figure] = []
    before = town.file.stat().st_mtime_ns
    again = town_file(folder, 5, RESIDENTS, compressed=True, figures=figures)
    assert again.file.stat().st_mtime_ns == before
    assert [figure.unit for figure in figures] == ["s", "residents/s", "MiB"]
    town_file(folder, 5, RESIDENTS - 1, compressed=True, figures=[])
    assert town.file.stat().st_mtime_ns > before
