"""``python -m load_tests.race --times 1000 --out out/race``: on SQLite and PostgreSQL, and a control that never asks."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from load_tests.race.line import running_line
from load_tests.race.report import text_of
from load_tests.race.run import Result, race
from load_tests.servers.postgres import postgres_server
from sync.town import Town, invent


async def _one(
    root: Path, town: Town, *, times: int, name: str, database: str | None, asking: bool
) -> Result:
    await asyncio.to_thread(_emptied, root)
    async with running_line(root, town, database=database, asking=asking) as line:
        return await race(line, town, times=times, database=name, asking=asking)


def _emptied(root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)


async def _all(out: Path, town: Town, *, times: int, control: int) -> list[Result]:
    results = []
    async with AsyncExitStack() as stack:
        server = stack.enter_context(postgres_server())
        for name in ("PostgreSQL", "SQLite"):
            for asking, count in ((True, times), (False, control)):
                database = (
                    await stack.enter_async_context(server.database()) if name == "PostgreSQL" else None
                )
                root = out / f"{name.lower()}-{'asking' if asking else 'control'}"
                result = await _one(root, town, times=count, name=name, database=database, asking=asking)
                print(text_of([result]), flush=True)
                results.append(result)
    return results


def main() -> int:
    """0 when nothing was issued where the registry is asked, and something was where it is not."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.race", description=__doc__)
    parser.add_argument("--times", type=int, default=1000, help="registrations that are ended")
    parser.add_argument("--control", type=int, default=100, help="the same without asking the registry")
    parser.add_argument("--out", type=Path, default=Path("out/race"))
    given = parser.parse_args()
    times: int = given.times
    control: int = given.control
    out: Path = given.out
    town = invent(1, max(400, 5 * max(times, control)))
    results = asyncio.run(_all(out, town, times=times, control=control))
    (out / "race.txt").write_text(text_of(results), encoding="utf-8")
    issued = sum(result.issued for result in results if result.asking)
    seen = sum(result.issued for result in results if not result.asking)
    if not seen:
        print("the control issued nothing: this race could not have been lost", file=sys.stderr)
    return 1 if issued or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
