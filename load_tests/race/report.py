"""The race's result as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from load_tests.race.run import Result


def text_of(results: Sequence[Result]) -> str:
    """One block a run."""
    return "\n".join(_block(result) for result in results)


def _block(result: Result) -> str:
    took = sorted(result.milliseconds)
    asked = "asks the registry" if result.asking else "control: never asks the registry"
    background = sum(result.served.values())
    return (
        f"{result.database}, {asked}\n"
        f"  registrations ended and ordered at once  {result.times}\n"
        f"  ISSUED                                   {result.issued}\n"
        f"  refused                                  {_counts(result.refused)}\n"
        f"  order, ms                                p50 {_at(took, 50):.1f}  p99 {_at(took, 99):.1f}\n"
        f"  meanwhile                                {background} other orders ({_counts(result.served)}), "
        f"{result.changes} other changes, {result.seconds:.0f} s\n"
    )


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"


def _at(ordered: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
