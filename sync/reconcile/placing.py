"""Changes in quarantine whose 世帯番号 cannot be read: the registry is asked where their people live, to block that too.

The change blocks its people, and with them everybody with whom they live in the copy. The household that they have
joined is not among those: its certificates would lack somebody. The registry's own rows name it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from certificates.domain.resident import Resident
from sync.change.naming import UNKNOWN_HOUSEHOLD
from sync.change.reasons import Stream
from sync.copy.database import reading, writing_alone
from sync.copy.tables import blocks
from sync.original.ports import Original
from sync.original.wire import MAX_SUBJECTS
from sync.reconcile.asking import ask_rows
from sync.reconcile.search import portions

_PLACELESS = blocks.c.household == UNKNOWN_HOUSEHOLD


async def place(engine: AsyncEngine, original: Original, municipality: MunicipalityCode) -> int:
    """Block the households that the registry names; how many changes are left without a place.

    A change stays without a place while the registry does not know one of its people, or stands before the change.
    Raises UnavailableError, WireError, RefusedError, SignatureError.
    """
    people = await _people(engine)
    homes: dict[str, tuple[int, str | None]] = {}
    for portion in portions(
        sorted({f"r{number}" for numbers in people.values() for number in numbers}), MAX_SUBJECTS
    ):
        told = await ask_rows(original, municipality, portion)
        for name in portion:
            _, records = told.rows[name]
            home = next((row.household for row in records if isinstance(row, Resident)), None)
            homes[name] = told.position, home
    if not people:
        return 0
    async with writing_alone(engine) as connection:
        placed = [await _place(connection, sequence, numbers, homes) for sequence, numbers in people.items()]
    return len(placed) - sum(placed)


async def _people(engine: AsyncEngine) -> Mapping[int, Sequence[str]]:
    """By the number of each change without a place, the people whom it still blocks."""
    placeless = select(blocks.c.sequence).where(_PLACELESS)
    query = select(blocks.c.sequence, blocks.c.resident).where(
        blocks.c.sequence.in_(placeless), blocks.c.resident.is_not(None)
    )
    people: dict[int, list[str]] = {}
    async with reading(engine) as connection:
        for sequence, resident in await connection.execute(query):
            people.setdefault(sequence, []).append(resident)
    return people


async def _place(
    connection: AsyncConnection,
    sequence: int,
    people: Sequence[str],
    homes: Mapping[str, tuple[int, str | None]],
) -> bool:
    mine = blocks.c.sequence == sequence
    held = set(await connection.scalars(select(blocks.c.household).where(mine)))
    if UNKNOWN_HOUSEHOLD not in held:
        return True  # set right while the registry was asked
    told = [homes[f"r{number}"] for number in people]
    fresh = {
        home for position, home in told if home is not None and position >= sequence and home not in held
    }
    if fresh:
        await connection.execute(
            insert(blocks),
            [
                {"sequence": sequence, "stream": Stream.RESIDENTS.value, "household": home}
                for home in sorted(fresh)
            ],
        )
    if any(home is None or position < sequence for position, home in told):
        return False
    await connection.execute(delete(blocks).where(mine, _PLACELESS))
    return True
