"""The verb that brings the database to this version."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from issuance_server.adapters.sql.schema import migrate
from issuance_server.commands.parsing import parser
from issuance_server.compose import open_copy
from issuance_server.settings import Settings

MIGRATE = "bring the database schema to this version"


def migrate_schema(settings: Settings, arguments: Sequence[str]) -> int:
    parser("migrate", MIGRATE).parse_args(arguments)

    async def work() -> str:
        async with open_copy(settings) as engine:
            return await migrate(engine)

    print(f"schema at {asyncio.run(work())}")
    return 0
