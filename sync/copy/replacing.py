"""The clause that both databases share: a row that comes takes the place of the one with its key."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Table


@cache
def replacing(table: Table) -> str:
    """For an INSERT into ``table``."""
    key = ", ".join(column.name for column in table.primary_key)
    rest = ", ".join(
        f"{column.name} = excluded.{column.name}" for column in table.c if not column.primary_key
    )
    return f"ON CONFLICT ({key}) DO UPDATE SET {rest}"
