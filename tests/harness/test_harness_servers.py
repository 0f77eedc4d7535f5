"""The private servers are the real ones."""

from __future__ import annotations

import redis.asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


async def test_the_private_postgresql_answers_and_databases_are_separate(postgres_url: str) -> None:
    engine = create_async_engine(postgres_url)
    async with engine.begin() as connection:
        assert "PostgreSQL" in str((await connection.execute(text("select version()"))).scalar_one())
        count = "select count(*) from information_schema.tables where table_schema = 'public'"
        assert (await connection.execute(text(count))).scalar_one() == 0
    await engine.dispose()


async def test_the_private_redis_answers(redis_url: str) -> None:
    client = redis.asyncio.Redis.from_url(redis_url)
    assert await client.ping()
    await client.aclose()
