"""How many applications a municipality is asked to build at once; beyond that the kiosk reads "busy"."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import RefusedError
from certificates.problems import ProblemCode


class InFlight:
    """Counts within this process; ``limit`` is this process's share."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._counts: Counter[MunicipalityCode] = Counter()

    @contextlib.contextmanager
    def place(self, municipality: MunicipalityCode) -> Iterator[None]:
        """Raises RefusedError (BUSY) at once rather than let applicants wait in a queue that nobody sees."""
        if self._counts[municipality] >= self._limit:
            raise RefusedError(ProblemCode.BUSY, municipality)
        self._counts[municipality] += 1
        try:
            yield
        finally:
            self._counts[municipality] -= 1
            if not self._counts[municipality]:
                del self._counts[municipality]
