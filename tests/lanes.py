"""Several pytest processes share one run: each takes the next file that no other has taken."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path

import pytest

# Taken whole and first: its files share a town and keep both cores busy, so beside each other they would only wait, and
# begun last, one process would wait for the other.
_SYSTEM = "tests/system/"


class Lane:
    """One of the processes; ``claims`` is the folder in which all of them mark what they have taken."""

    def __init__(self, claims: Path) -> None:
        self._claims = claims
        self._taken: dict[str, bool] = {}

    def _takes(self, item: pytest.Item) -> bool:
        name = "system" if item.nodeid.startswith(_SYSTEM) else item.path.name
        if name not in self._taken:
            try:
                (self._claims / name).touch(exist_ok=False)
                self._taken[name] = True
            except FileExistsError:
                self._taken[name] = False
        return self._taken[name]

    def _taken_of(self, items: list[pytest.Item]) -> Iterator[pytest.Item]:
        return (item for item in items if self._takes(item))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: not item.nodeid.startswith(_SYSTEM))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed or session.config.option.collectonly:
            return None  # pytest's own loop says what is wrong, and runs nothing
        for item, following in pairwise(chain(self._taken_of(session.items), [None])):
            assert item is not None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return True
