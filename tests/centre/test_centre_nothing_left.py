"""After a visit nothing of the certificate is left: no object, no record in the store, no line in journal or log."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

import pytest
from redis.asyncio import Redis

from certificates.errors import RefusedError
from certificates.wire.transcript import HolderTag
from certificates.wire.visit import OutcomeKind
from tests.centre.centre_kiosk import Visit
from tests.centre.centre_municipality import RESIDENT
from tests.centre.centre_twists import stated
from tests.centre.conftest import World

SERIAL = 0xFEEDFACE
Texts = str | bytes | bytearray | memoryview


def needles(visit: Visit) -> tuple[bytes, ...]:
    """What only the certificate says: the text of its page, and the tag in its content stream."""
    return (f"{RESIDENT} {SERIAL:x}".encode(), f"/KofuPage <</Order ({visit.order})".encode())


def every_text() -> Iterator[Texts]:
    """Every string of bytes or characters that any living object refers to."""
    gc.collect()
    seen: set[int] = set()
    for holder in gc.get_objects():
        for found in (holder, *gc.get_referents(holder)):
            if isinstance(found, Texts) and id(found) not in seen:
                seen.add(id(found))
                yield found


def holders_of(wanted: tuple[bytes, ...]) -> list[str]:
    hits = []
    for text in every_text():
        try:
            data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
        except ValueError:  # a memoryview that was released
            continue
        if any(needle in data and text is not needle for needle in wanted):
            hits.append(f"{type(text).__name__} of {len(data)}")
    return hits


async def whole_visit(world: World) -> Visit:
    visit = await world.begun(serial=SERIAL)
    delivered = await visit.apply(visit.application(copies=2))
    wanted = needles(visit)
    assert all(needle in delivered.pdf for needle in wanted)
    assert holders_of(wanted), "the scan must find a certificate that is there"
    del delivered
    await visit.report()
    return visit


async def test_no_living_object_holds_the_certificate_after_the_visit(world: World) -> None:
    visit = await whole_visit(world)
    assert holders_of(needles(visit)) == []


async def test_no_living_object_holds_the_certificate_after_a_broken_binding(world: World) -> None:
    visit = await world.begun(serial=SERIAL)
    world.municipality.twist = lambda answer, order: stated(answer, holder=HolderTag(bytes(32)))
    with pytest.raises(RefusedError):
        await visit.apply()
    # the fake municipality's own web server keeps its last answer until the next request on that connection
    await visit.report(visit.outcome(OutcomeKind.ABANDONED))
    assert holders_of(needles(visit)) == []


async def test_store_journal_and_log_hold_neither_certificate_nor_holder(
    opened_world: Callable[[], AbstractAsyncContextManager[World]],
    redis_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    await empty(redis_url)
    async with opened_world() as world:
        await world.start(store=redis_url)
        visit = await world.begun(serial=SERIAL)
        during = await dump(redis_url)
        assert f"{SERIAL:x}".encode() in during, "while the visit lasts the holder is known"
        await visit.apply()
        applied = await dump(redis_url)
        await visit.report(visit.outcome(OutcomeKind.PRINTED))
        after = await dump(redis_url)
        for needle in needles(visit):
            assert needle not in during + applied + after
        assert visit.order.encode() in after
        assert f"{SERIAL:x}".encode() not in after
        told = world.journal() + "".join(str(vars(record)) for record in caplog.records)
        assert f"{SERIAL:x}" not in told
        assert RESIDENT not in told


async def empty(url: str) -> None:
    """What other tests have left in the run's own Redis is not of this visit."""
    async with Redis.from_url(url) as client:
        await client.flushall()


async def dump(url: str) -> bytes:
    """Everything the store holds."""
    client = Redis.from_url(url)
    try:
        found = []
        for key in await client.keys("*"):
            kind = await client.type(key)
            found.append(await client.get(key) if kind == b"string" else b"".join(await client.smembers(key)))
        return b"\n".join(entry or b"" for entry in found)
    finally:
        await client.aclose()
