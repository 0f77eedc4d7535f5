"""``make load``: a town, kiosks by the dozen, every PDF's text held against who asked; fails on zero requests."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from certificates.domain.entitlement import RecordView, Watermark, standing
from certificates.errors import KofuError, RefusedError
from certificates.pdf.fonts import Typeface, find_mincho
from load_tests.people import People, profile
from load_tests.scene import VISIT, HolderOf
from load_tests.town.process import ROOT, environment_for
from load_tests.town.running import RunningTown, running_town
from sync.town import Town


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """``kiosks`` at once for ``seconds``; ``rate`` of them start each second."""

    kiosks: int
    rate: int
    seconds: int
    out: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Counts of whole visits; times in milliseconds."""

    visits: int
    failures: int
    requests: int
    p50: float
    p95: float
    p99: float
    per_second: float

    @property
    def good(self) -> bool:
        """Zero requests are a failure: nothing was shown."""
        return self.visits > 0 and self.requests > 0 and self.failures == 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 every visit ended with the asker's own paper, 1 one did not or none was made, 2 no font."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.run", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/load"))
    parser.add_argument("--residents", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kiosks", type=int, default=16, help="kiosks at once")
    parser.add_argument("--rate", type=int, default=8, help="kiosks started each second")
    parser.add_argument("--seconds", type=int, default=30)
    given = parser.parse_args(arguments)
    load = Load(kiosks=given.kiosks, rate=given.rate, seconds=given.seconds, out=given.out)
    root = Path(tempfile.mkdtemp(prefix="kofu-load-"))
    try:
        face = Typeface.load(find_mincho())
    except KofuError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    try:
        result = asyncio.run(_run(root, load, residents=given.residents, seed=given.seed, face=face))
    except KofuError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(root, ignore_errors=True)
    report(result, load)
    return 0 if result.good else 1


def report(result: Result, load: Load) -> None:
    print(
        f"\n  {result.visits} visits by {load.kiosks} kiosks, {result.per_second:.1f} a second, "
        f"{result.failures} with anything but the asker's own paper\n"
        f"  a whole visit (open, prove, apply, text checked, report): "
        f"p50 {result.p50:.0f} ms, p95 {result.p95:.0f} ms, p99 {result.p99:.0f} ms\n"
        f"  report: {load.out}/report.html"
    )
    if not result.visits:
        print("  NOTHING WAS ASKED: a load test without requests shows nothing")


async def _run(root: Path, load: Load, *, residents: int, seed: int, face: Typeface) -> Result:
    async with running_town(
        root,
        residents=residents,
        seed=seed,
        face=face,
        kiosks=0,
        enrolled=load.kiosks,
        real_parts=False,
        say=lambda line: print(f"  {line}", flush=True),
    ) as town:
        return await play(town, load)


async def play(town: RunningTown, load: Load) -> Result:
    """Let locust play the kiosks against a running town, in a process of its own (it patches sockets)."""
    load.out.mkdir(parents=True, exist_ok=True)
    scene = town.folder.path("scene.json")
    town.scene(entitled(town.town)).write(scene)
    arguments = [
        *("-m", "locust", "-f", str(ROOT / "load_tests" / "locustfile.py"), "--headless", "--only-summary"),
        *("-u", str(load.kiosks), "-r", str(load.rate), "-t", f"{load.seconds}s", "--stop-timeout", "20"),
        *("--html", str(load.out / "report.html"), "--json-file", str(load.out / "report")),
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=environment_for({"KOFU_LOAD_SCENE": str(scene)}),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(load.seconds + 120):
        await process.wait()
    return read_result(load.out / "report.json")


def entitled(town: Town) -> tuple[HolderOf, ...]:
    """Cards whose visit must end with a certificate, by the register's own facts and the rules alone."""
    now = datetime.now(UTC)
    rules = profile(town.municipality)
    people = People.of(town.residents, {card.serial: card.resident for card in town.cards}, rules)
    holders = []
    for card in town.cards:
        members = people.rows_with(card.resident)
        view = RecordView(
            holder=card.resident,
            rows=members,
            seal=None,
            suppressions=tuple(
                one
                for one in town.suppressions
                if one.household == members[0].household or one.resident in {row.number for row in members}
            ),
            pending=False,
            watermark=Watermark(applied=0, known=0, heard_at=now),
        )
        try:
            stand = standing(view, rules, now)
        except RefusedError:
            continue
        drawable = all("\ue000" not in row.name for row in members)
        staying = all(row.removed_on is None for row in stand.household.members)
        if drawable and staying:
            holders.append(HolderOf(serial=card.serial, resident=card.resident))
    return tuple(holders)


def read_result(path: Path) -> Result:
    """From locust's own statistics (a list with one entry a request name)."""
    entries = json.loads(path.read_text("utf-8"))
    visits = [entry for entry in entries if entry["name"] == VISIT]
    times: dict[int, int] = {}
    for entry in visits:
        for value, count in entry["response_times"].items():
            times[round(float(value))] = times.get(round(float(value)), 0) + count
    count = sum(entry["num_requests"] for entry in visits)
    span = max((entry["last_request_timestamp"] - entry["start_time"] for entry in visits), default=0.0)
    return Result(
        visits=count,
        failures=sum(entry["num_failures"] for entry in visits),
        requests=sum(entry["num_requests"] for entry in entries if entry["name"] != VISIT),
        p50=_percentile(times, 0.50),
        p95=_percentile(times, 0.95),
        p99=_percentile(times, 0.99),
        per_second=count / span if span else 0.0,
    )


def _percentile(times: dict[int, int], share: float) -> float:
    wanted = share * sum(times.values())
    seen = 0
    for value in sorted(times):
        seen += times[value]
        if seen >= wanted:
            return float(value)
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
