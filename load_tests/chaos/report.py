"""What a run has shown, for people and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from load_tests.chaos.run import Outcome


def text_of(outcome: Outcome) -> str:
    """The summary; a number to be 0 stands where it can be seen."""
    plan, verdict = outcome.plan, outcome.verdict
    who = "naive consumers (control)" if plan.lossy else "issuance servers"
    ways = "HTTPS and Redis Streams" if outcome.redis else "HTTPS"
    entered = f"{sum(outcome.slips.values()):,} entered to be set aside and set right later"
    numbers = (
        f"seed {plan.seed}: {verdict.numbers:,} changes in the inbox, {entered}, of {len(outcome.slips)} kinds; "
        f"{plan.consumers} {who} on PostgreSQL, {ways}, {outcome.seconds:.0f} s"
    )
    compared = (
        f"compared byte for byte: {verdict.rows:,} rows, {verdict.histories:,} history rows, "
        f"{verdict.numbers:,} numbers"
    )
    found = (
        f"lost {verdict.lost:,}  double {verdict.doubled:,}  different {verdict.different:,}  "
        f"wrong leaves {verdict.leaves:,}  wrong in quarantine {verdict.still_aside:,}"
    )
    faults = [f"  {count:5d}  {fault.value}" for fault, count in outcome.faults.items()]
    slips = "to be set aside: " + ", ".join(f"{count} {kind}" for kind, count in outcome.slips.items())
    struck = f"{sum(outcome.faults.values())} faults:"
    lines = [numbers, struck, *faults, slips, compared, found, *verdict.examples]
    return "\n".join("  " + line for line in lines)


def write_json(outcome: Outcome, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = {
        "name": "chaos",
        "plan": asdict(outcome.plan),
        "seconds": round(outcome.seconds, 1),
        "faults": {fault.value: count for fault, count in outcome.faults.items()},
        "set_aside": dict(outcome.slips),
        "redis": outcome.redis,
        "verdict": asdict(outcome.verdict),
        "good": outcome.good,
    }
    path.write_text(json.dumps(entry, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
