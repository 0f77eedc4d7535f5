"""Where the registry's change data comes in: by HTTPS, by Redis where one is named, with hands for what is large."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from certificates.wire.jose import TrustedKeys
from issuance_server.ports import Clock
from issuance_server.settings import Settings
from sync.feed.hands.desk import Desk, open_desk
from sync.feed.hands.talk import Beginning
from sync.feed.reception import BESIDE_OTHERS, Reception
from sync.feed.streams import consuming


@contextlib.asynccontextmanager
async def receiving(
    settings: Settings,
    engine: AsyncEngine,
    trusted: TrustedKeys,
    municipality: MunicipalityCode,
    clock: Clock,
) -> AsyncIterator[Desk]:
    """What the HTTPS feed gives its deliveries to; the stream of ``settings.feed`` is consumed meanwhile."""
    patience = BESIDE_OTHERS if settings.all_processes > 1 else ()
    inside = Reception(engine, trusted, municipality, clock, patience)
    beginning = Beginning(
        database=settings.database,
        trusted_keys=settings.trusted_keys,
        municipality=municipality,
        patience=patience,
    )
    # SQLite has one writer and no server of its own: the embedded default works alone
    most = settings.hands if engine.dialect.name != "sqlite" else 0
    async with (
        open_desk(inside, beginning, most=most, bulk=settings.bulk) as desk,
        consuming(settings.feed, desk, municipality),
    ):
        yield desk
