"""``python -m load_tests.fuzz_marks``: mutated files in child processes; any but a marked or refused one is a failure."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict

_PART = 500
"""Files a process; a process that dies costs the rest of its part no more than a new start."""
SECONDS, MEGABYTES = 5.0, 512


class Found(TypedDict):
    number: int
    state: str
    why: str
    seconds: float


def run(count: int, seconds: float, megabytes: int) -> Iterator[Found]:
    """What became of each file, in order; one that ended its process is "died"."""
    first = 0
    while first < count:
        part = min(_PART, count - first)
        command = [sys.executable, "-m", "load_tests.fuzz_marks.worker"]
        command += [str(value) for value in (first, part, seconds, megabytes)]
        begun = first - 1
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                found: Found = json.loads(line)
                begun = found["number"]
                if found["state"] != "begun":
                    yield found
                    first = begun + 1
        if process.returncode:
            if begun < first:
                raise RuntimeError("the process that marks did not start; run it by hand to see why")
            yield Found(number=begun, state="died", why=f"exit {process.returncode}", seconds=seconds)
            first = begun + 1


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m load_tests.fuzz_marks", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of CPU that one file may take")
    parser.add_argument(
        "--megabytes", type=int, default=MEGABYTES, help="that one file may take beside the program"
    )
    parser.add_argument("--out", type=Path, help="file for the report")
    options = parser.parse_args(arguments)
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    slowest, failures = 0.0, []
    for found in run(options.files, options.seconds, options.megabytes):
        states[found["state"]] += 1
        slowest = max(slowest, found["seconds"])
        if found["state"] == "refused":
            reasons[found["why"]] += 1
        elif found["state"] != "marked":
            failures.append(found)
        if found["number"] % 50 == 0:
            print(f"\r{found['number'] + 1:,} of {options.files:,}", end="", file=sys.stderr, flush=True)
    print("\r" + " " * 30 + "\r", end="", file=sys.stderr)
    report = [
        f"{options.files:,} files, limits {options.seconds:g} s of CPU and {options.megabytes} MB a file",
        f"marked {states['marked']:,}, refused {states['refused']:,}; the slowest took {slowest:.2f} s",
        ", ".join(f"{state} {states[state]}" for state in ("crashed", "hung", "slow", "died", "wrong")),
        *(f"  file {found['number']}: {found['state']}: {found['why']}" for found in failures[:50]),
        "reasons of refusal:",
        *(f"  {times:6,}  {why}" for why, times in reasons.most_common(30)),
    ]
    print("\n".join(report))
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text("\n".join(report) + "\n", encoding="utf-8")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
