"""``make chaos``: everything between registry and copy is killed and spoilt at random, and nothing may be lost."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from certificates.errors import KofuError
from certificates.service.progress import progress_bar
from load_tests.chaos.report import text_of, write_json
from load_tests.chaos.run import Plan, play
from load_tests.logs import keep_logs


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 the copy equals the registry, 1 it does not (or a control that loses nothing), 2 it could not run."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.chaos", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same changes and faults")
    parser.add_argument("--residents", type=int, default=5_000, help="of the town in which it happens")
    parser.add_argument("--consumers", type=int, default=2, help="issuance servers on the one database")
    parser.add_argument("--https", action="store_true", help="HTTPS alone, no Redis Streams")
    parser.add_argument("--naive", action="store_true", help="the control: acknowledge before applying")
    parser.add_argument("--out", type=Path, default=Path("out/chaos"))
    given = parser.parse_args(arguments)
    plan = Plan(
        events=given.events,
        faults=given.faults,
        seed=given.seed,
        residents=given.residents,
        consumers=1 if given.naive else given.consumers,
        lossy=given.naive,
        redis=not given.https,
    )
    print(f"  seed {plan.seed}, {plan.events:,} events, {plan.faults} faults", flush=True)
    root = Path(tempfile.mkdtemp(prefix="kofu-chaos-"))
    try:
        outcome = asyncio.run(play(root, plan, progress_bar(sys.stderr, "chaos")))
    except KofuError as error:
        print(f"error: {error}", file=sys.stderr)
        print(f"the services' logs are in {keep_logs(root, given.out)}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(text_of(outcome))
    write_json(outcome, given.out / ("naive.json" if plan.lossy else "chaos.json"))
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
