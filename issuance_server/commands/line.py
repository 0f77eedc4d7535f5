"""The verb that puts a stopped line back into service."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from certificates.errors import ConfigurationError, InvalidValueError
from issuance_server.commands.parsing import parser
from issuance_server.compose import now, open_books
from issuance_server.settings import Settings
from issuance_server.usecases.release import Release

RELEASE = "put a stopped line back into service; two people, by name"


def release_line(settings: Settings, arguments: Sequence[str]) -> int:
    options = parser("release-line", RELEASE)
    options.add_argument("--by", required=True, help="who releases")
    options.add_argument("--and", required=True, dest="second", help="the second person, another one")
    given = options.parse_args(arguments)
    by: str = given.by
    second: str = given.second

    async def work() -> int:
        async with open_books(settings) as books:
            return await Release(line=books.line)(by, second, now())

    try:
        released = asyncio.run(work())
    except InvalidValueError as error:
        raise ConfigurationError("release-line", error.reason) from error
    print(f"released, {released} stop(s)" if released else "the line was running")
    return 0
