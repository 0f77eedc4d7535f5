"""Whether each row stands where it may: no key twice, nobody's seal or card before its resident."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from sync.change.records import Kind
from sync.feed.full_load.lines import FullLoadError
from sync.feed.full_load.portions import Checked, Keyed, Keys


class KeySet:
    """Keys in a few sorted arrays, each at least twice as long as the next: some bytes a key instead of a hundred."""

    def __init__(self) -> None:
        self._runs: list[Keys] = []

    def has(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Of each key, whether it was added before."""
        found = np.zeros(len(keys), np.bool_)
        ordered = np.sort(keys)
        for run in self._runs:
            if ordered[0] <= run[-1] and run[0] <= ordered[-1]:
                at = np.minimum(np.searchsorted(run, keys), len(run) - 1)
                found |= run[at] == keys
        return found

    def add(self, keys: Keys) -> None:
        run = _sorted(keys)
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = _sorted(self._runs.pop(), run)
        self._runs.append(run)


def _sorted(*parts: Keys) -> Keys:
    # all are of one type, which numpy's stubs forget; a stable sort of sorted parts only merges them
    return cast(Keys, np.sort(np.concatenate(parts), kind="stable"))


class Places:
    """What the portions before this one have brought."""

    def __init__(self) -> None:
        self._keys = {kind: KeySet() for kind in Kind}
        self.counts = dict.fromkeys(Kind, 0)

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def take(self, portion: Checked) -> None:
        """Raises FullLoadError naming a line that stands where it must not."""
        for kind, keyed in portion.kinds.items():
            self._require_new(kind, keyed)
            if len(keyed.residents):
                self._require_residents(kind, keyed, portion.kinds.get(Kind.RESIDENT))
        for kind, keyed in portion.kinds.items():
            self._keys[kind].add(keyed.keys)
            self.counts[kind] += len(keyed.keys)

    def _require_new(self, kind: Kind, keyed: Keyed) -> None:
        again = self._keys[kind].has(keyed.keys)
        _, first = np.unique(keyed.keys, return_index=True)
        again[np.setdiff1d(np.arange(len(again)), first)] = True
        if again.any():
            raise FullLoadError(_line(keyed, again), f"a second {kind.value} with this key")

    def _require_residents(self, kind: Kind, keyed: Keyed, here: Keyed | None) -> None:
        missing = ~self._keys[Kind.RESIDENT].has(keyed.residents)
        if here is not None and missing.any():
            lines = dict(zip(here.keys.tolist(), here.lines.tolist(), strict=True))
            for place in np.flatnonzero(missing):
                missing[place] = lines.get(keyed.residents[place], keyed.lines[place]) >= keyed.lines[place]
        if missing.any():
            raise FullLoadError(
                _line(keyed, missing), f"the {kind.value}'s resident is not in the lines before"
            )


def _line(keyed: Keyed, marked: npt.NDArray[np.bool_]) -> int:
    """The first line that is marked."""
    return int(keyed.lines[marked.argmax()])
