"""What one transaction writes, a table a part: both databases' bulk writers take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy import Table

Values = tuple[object, ...]
"""One row of a table, its columns in the table's order."""


class Way(Enum):
    """What happens to a row whose key is there already."""

    ADD = "add"  # it is an error
    LOAD = "load"  # the same, of a whole register's rows
    PUT = "put"  # the new row takes its place
    MOVE = "move"  # of the leaves' table: exclusive or of the halves, the larger of the numbers


@dataclass(frozen=True, slots=True)
class Part:
    """Rows for one table; none means nothing. No key stands in ``rows`` twice."""

    table: Table
    way: Way
    rows: Sequence[Values] = field(repr=False)
