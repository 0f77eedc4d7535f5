"""``python -m load_tests.bench_sync.size --residents 3770000 --out out/size``: a full load of a large city.

Yokohama has 3.77 million residents. On a private PostgreSQL that is set as a server would be: the file is written,
loaded, copied once more by bare COPY for comparison, and read as for an issue; every answer is compared with the
household that it must show. A file of the same seed and size is used again.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.errors import KofuError
from certificates.service.progress import progress_bar
from load_tests.bench_sync.size_database import SERVER, raw_copy, usage
from load_tests.bench_sync.size_reads import read_all, sample
from load_tests.bench_sync.size_report import Figure, peak_memory, write_report
from load_tests.bench_sync.size_town import LargeTown, town_file
from load_tests.servers.postgres import postgres_server
from sync.copy.database import open_database
from sync.copy.register import RegisterCopy
from sync.copy.tables import metadata
from sync.feed.full_load import load_full
from sync.town.numbers import MUNICIPALITY

_CONCURRENCY = (1, 16)
_MEBIBYTE = 1 << 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 an answer was wrong or the copy is not whole, 2 something is missing."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.bench_sync.size", description=__doc__)
    parser.add_argument("--residents", type=int, default=3_770_000, help="default: 3,770,000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reads", type=int, default=20_000, help="issue-time reads at each concurrency")
    parser.add_argument(
        "--plain", action="store_true", help="a file that is not compressed, six times as large"
    )
    parser.add_argument("--date", default="a day that nobody noted", help="the day, for the page")
    parser.add_argument("--docs", type=Path, help="the folder of sync.md, to which the figures go as well")
    parser.add_argument("--out", type=Path, default=Path("out/size"))
    given = parser.parse_args(arguments)
    out: Path = given.out
    out.mkdir(parents=True, exist_ok=True)
    command = f"python -m load_tests.bench_sync.size --residents {given.residents} --seed {given.seed}"
    try:
        figures = [Figure(label="residents", value=given.residents, unit="")]
        town = town_file(out, given.seed, given.residents, compressed=not given.plain, figures=figures)
        with postgres_server(durable=True, settings=SERVER) as server:
            whole = asyncio.run(measure(server.url("postgres"), town, given.reads, figures))
    except KofuError as error:
        print(f"size: {error}", file=sys.stderr)
        return 2
    # figures of a copy that answered wrongly are nobody's
    write_report(out, command, figures, date=given.date, docs=given.docs if whole else None)
    return 0 if whole else 1


async def measure(url: str, town: LargeTown, reads: int, figures: list[Figure]) -> bool:
    """Whether every answer was right; what was measured is added to ``figures``. ``url``: an empty database."""
    engine = open_database(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        records, seconds = await _load(engine, url, town, figures)
        wrong = await _read(RegisterCopy(engine), town, reads, figures)
    finally:
        await engine.dispose()
    rate = await raw_copy(url, progress_bar(sys.stderr, "COPY"))
    figures += [
        Figure(label="raw COPY of the same rows", value=rate, unit="records/s"),
        Figure(label="full load to raw COPY", value=records / seconds / rate, unit="ratio"),
        Figure(label="peak memory of the loading process", value=peak_memory(), unit="MiB"),
    ]
    return wrong == 0


async def _load(engine: AsyncEngine, url: str, town: LargeTown, figures: list[Figure]) -> tuple[int, float]:
    """Records and seconds."""
    before = await usage(url)
    begin = time.monotonic()
    report = await load_full(engine, town.file, town.trusted, MUNICIPALITY, progress_bar(sys.stderr, "load"))
    seconds = time.monotonic() - begin
    after = await usage(url)
    records = sum(report.records.values())
    figures += [
        Figure(label="records", value=records, unit=""),
        *(Figure(label=f"records: {kind.value}", value=n, unit="") for kind, n in report.records.items()),
        Figure(label="full load", value=seconds, unit="s"),
        Figure(label="full load", value=records / seconds, unit="records/s"),
        Figure(label="write-ahead log of the load", value=(after.log - before.log) / _MEBIBYTE, unit="MiB"),
        Figure(label="database", value=sum(after.tables.values()) / _MEBIBYTE, unit="MiB"),
        *(
            Figure(label=f"table {name}", value=size / _MEBIBYTE, unit="MiB")
            for name, size in after.tables.items()
        ),
    ]
    return records, seconds


async def _read(copy: RegisterCopy, town: LargeTown, reads: int, figures: list[Figure]) -> int:
    """How many answers were wrong."""
    chosen = await asyncio.to_thread(sample, town.seed, town.residents, reads)
    wrong = 0
    for at_once in _CONCURRENCY:
        result = await read_all(copy, chosen, at_once)
        wrong += result.wrong
        figures += result.figures()
    figures.append(Figure(label="wrong answers", value=wrong, unit=""))
    return wrong


if __name__ == "__main__":
    sys.exit(main())
