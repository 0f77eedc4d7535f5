"""Counts how tests ended and why some were skipped, for the last lines of ``make test``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest


class Tally:
    """Written to a file when the run ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._collected = 0
        self._begun = 0
        self._ended: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected = len(session.items)

    def pytest_runtest_logstart(self) -> None:
        self._begun += 1

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self._ended[report.outcome] += 1
        if report.skipped and isinstance(report.longrepr, tuple):
            self._reasons[str(report.longrepr[2]).removeprefix("Skipped: ")] += 1

    def pytest_sessionfinish(self) -> None:
        lines = [f"skipped {count}: {reason}" for reason, count in sorted(self._reasons.items())]
        counts = [f"{self._ended[name]} {name}" for name in ("passed", "failed", "skipped")]
        lines += [", ".join(counts), f"begun {self._begun} of {self._collected}"]
        self._path.write_text("\n".join(lines) + "\n", encoding="utf-8")
