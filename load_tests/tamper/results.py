"""Results of a run as lines of a file, each written when it is known: a run that was cut short still has its table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from load_tests.scans.qualities import Family
from load_tests.tamper.trial import Answer, Result, Trial


def kept(path: Path) -> Iterator[Result]:
    """What the file holds; a last line that was cut off is left out."""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else ():
        if line.endswith("\n"):
            held = json.loads(line)
            trial = held["trial"] | {"family": Family(held["trial"]["family"])}
            answers = tuple((kind, Answer(answer)) for kind, answer in held["answers"])
            yield Result(Trial(**trial), answers, tuple(held["seconds"]))


def line(result: Result) -> str:
    trial = asdict(result.trial) | {"family": result.trial.family.value}
    answers = [(kind, answer.value) for kind, answer in result.answers]
    return json.dumps({"trial": trial, "answers": answers, "seconds": result.seconds}) + "\n"
