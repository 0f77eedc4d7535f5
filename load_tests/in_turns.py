"""Subjects of a bench measured in processes of their own, in turns, and what is written down of them."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Found = dict[str, Any]
"""What a process said of itself in JSON: ``times``, milliseconds of CPU each, and what its bench asks besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Milliseconds of CPU: the median, and the tenth and the ninetieth of a hundred."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3f} | {self.low:.3f}–{self.high:.3f}"


def spread(rounds: Sequence[Found]) -> Spread:
    """Of all times of all rounds of one subject."""
    times = sorted(time for found in rounds for time in found["times"])
    return Spread(
        median=statistics.median(times), low=times[len(times) // 10], high=times[len(times) * 9 // 10]
    )


def options_of(
    bench: str, about: str | None, subjects: Collection[str], seconds: float
) -> argparse.ArgumentParser:
    """The options that every bench of this kind has."""
    parser = argparse.ArgumentParser(prog=f"python -m {bench}", description=about)
    parser.add_argument("--out", type=Path, help="folder for the table as Markdown and as JSON")
    parser.add_argument("--seconds", type=float, default=seconds, help="of each subject in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", action="append", choices=sorted(subjects), help="only this subject; may be repeated"
    )
    return parser


def in_turns(
    bench: str, names: Sequence[str], seconds: float, rounds: int
) -> tuple[dict[str, list[Found]], dict[str, str]]:
    """What ``python -m <bench>.measure <name> <seconds>`` printed in each round, and why some were not run."""
    found: dict[str, list[Found]] = {name: [] for name in names}
    missing: dict[str, str] = {}
    for place in range(rounds):
        for name in names:
            if name in missing:
                continue
            print(f"\rround {place + 1} of {rounds}: {name:<45}", end="", file=sys.stderr, flush=True)
            measured = _measured(bench, name, seconds)
            if isinstance(measured, str):
                missing[name] = measured
            else:
                found[name].append(measured)
    print("\r" + " " * 65 + "\r", end="", file=sys.stderr)
    return {name: measured for name, measured in found.items() if measured}, missing


def _measured(bench: str, name: str, seconds: float) -> Found | str:
    """What the process printed, or why it did not."""
    command = [sys.executable, "-m", f"{bench}.measure", name, str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"
    found: Found = json.loads(done.stdout)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A bench's page in docs/benchmarks; ``how`` says what was measured, after the command and the machine."""

    name: str
    title: str
    how: str

    def write(
        self,
        folder: Path,
        rows: Sequence[DataclassInstance],
        report: Sequence[str],
        more: Mapping[str, object],
    ) -> None:
        """``name``.json with ``rows`` (their ``cpu`` as fields of the row) and ``more``, ``name``.md with ``report``."""
        folder.mkdir(parents=True, exist_ok=True)
        machine = f"{platform.processor() or platform.machine()}, Python {platform.python_version()}"
        command = f"make bench-{self.name}"
        document = {
            "name": self.name,
            "command": command,
            "machine": machine,
            "rows": [_flat(row) for row in rows],
            **more,
        }
        (folder / f"{self.name}.json").write_text(
            json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        text = [f"# {self.title}", "", f"`{command}`, {machine}. {self.how}", "", *report, ""]
        (folder / f"{self.name}.md").write_text("\n".join(text), encoding="utf-8")


def _flat(row: DataclassInstance) -> dict[str, Any]:
    values = asdict(row)
    values.update(values.pop("cpu"))
    return values
