"""``python -m load_tests.reconciling``: damage rows of a large copy silently, and reconcile."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
from collections.abc import Sequence
from pathlib import Path

from load_tests.reconciling.measuring import Measured, measure
from load_tests.servers.postgres import postgres_server
from sync.reconcile.report import as_json, as_text, summary

_HEAD = (
    f"{'residents':>10} {'rows':>10} {'damaged':>8} {'found':>6} {'exact':>6} {'again':>6} {'seconds':>8} "
    f"{'questions':>10} {'bytes':>10} {'bytes/row':>10} {'/ log10 N':>10}"
)


async def _work(sizes: Sequence[int], rows: int, seed: int) -> list[Measured]:
    with postgres_server(settings={"shared_buffers": "512MB", "max_wal_size": "8GB"}) as server:
        measured = []
        for residents in sizes:
            measured.append(await measure(server, seed=seed, residents=residents, rows=rows))
            print(summary(measured[-1].found), flush=True)
        return measured


def _line(one: Measured) -> str:
    found = one.found
    return (
        f"{one.residents:>10,} {found.rows or 0:>10,} {one.damaged:>8} {found.differing_rows:>6} "
        f"{'yes' if one.exact else 'NO':>6} {len(one.again.findings):>6} {found.seconds:>8.1f} "
        f"{found.questions:>10} {found.exchanged:>10,} {one.bytes_per_row:>10,.0f} "
        f"{one.bytes_per_row / math.log10(one.residents):>10,.0f}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m load_tests.reconciling", description=__doc__)
    parser.add_argument("--residents", type=int, nargs="+", default=[5_000, 50_000, 500_000])
    parser.add_argument("--damage", type=int, default=50, help="rows damaged by plain SQL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("out/reconciling"))
    given = parser.parse_args()
    out: Path = given.out
    rows: int = given.damage
    measured = asyncio.run(_work(given.residents, rows, given.seed))
    out.mkdir(parents=True, exist_ok=True)
    table = "\n".join([_HEAD, *map(_line, measured)])
    last = measured[-1]
    looks = f"sound before: {summary(last.sound)}\nagain: {summary(last.again)}\nquick: {summary(last.quick)}"
    (out / "reconciling.txt").write_text(f"{table}\n\n{looks}\n\n{as_text(last.found)}\n", encoding="utf-8")
    figures = [
        {"residents": one.residents, "damaged": one.damaged, "exact": one.exact, "report": as_json(one.found)}
        for one in measured
    ]
    (out / "reconciling.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"\n{table}\n\n{looks}\nwritten: {out}")
    whole = all(one.exact and one.sound.is_equal and one.again.is_equal for one in measured)
    return 0 if whole else 1


if __name__ == "__main__":
    raise SystemExit(main())
