"""At least sixty malformed or illogical changes through the real reception: set aside, said why, and set right again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from certificates.errors import WireError
from certificates.wire.frame import pack
from sync.checks.faults import Fault
from sync.copy.database import open_database
from sync.copy.memory import MemoryCopy
from sync.copy.ports import Store
from sync.copy.register import RegisterCopy
from sync.copy.sql import SqlStore
from sync.copy.store import FeedState, Wanted, row_of
from sync.feed.wire import NO_CHAIN, FeedBatch, FeedReceipt, link
from sync.town.numbers import MUNICIPALITY
from tests.sync.conftest import database
from tests.sync.sync_corpus import Case, cards, cases, event, load, records, register
from tests.sync.sync_world import KEY, NOW, Held

CASES = cases()
BYSTANDER = {
    "reason": "旧氏の変更",
    "on": "2026-04-02",
    "stream": "residents",
    "rows": [{"of": "ume", "set": {"former_surname": "傍観"}}],
}
"""A sound change of somebody else in the same delivery; where a case is about 「梅」 it is another person's."""
OTHER = {
    "reason": "旧氏の記載",
    "on": "2026-04-02",
    "stream": "residents",
    "rows": [{"of": "sakura", "set": {"former_surname": "傍観"}}],
}


@dataclass
class Line:
    """A copy of the corpus's register with its feed."""

    held: Held
    store: Store
    sent: list[bytes] = field(default_factory=list)

    async def send(self, events: Sequence[bytes]) -> FeedReceipt:
        chain = NO_CHAIN
        for before in self.sent:
            chain = link(chain, hashlib.sha256(before).digest())
        delivery = frame(events, len(self.sent) + 1, chain=chain)
        self.sent += events
        return await self.held.receive(delivery)

    async def pending(self) -> set[str]:
        views = {name: await self.held.reader.view(serial) for name, serial in cards().items()}
        return {name for name, view in views.items() if view is not None and view.pending}

    async def kept(self) -> dict[int, bytes]:
        """Bodies of everything that is set aside, found through the people whom the register knows."""
        everybody = [*register()["residents"].values(), *register()["strangers"].values()]
        async with self.store.writing() as transaction:
            found = await transaction.find(
                Wanted(
                    residents=frozenset(ResidentNumber(row["number"]) for row in everybody),
                    households=frozenset(HouseholdNumber(row["household"]) for row in everybody),
                    seals=frozenset(),
                    suppressions=frozenset(),
                    cards=frozenset(),
                )
            )
        return dict(found.bodies)


def frame(
    events: Sequence[bytes], first: int, *, body: bytes | None = None, chain: bytes = NO_CHAIN
) -> bytes:
    last = first + len(events) - 1
    body = body if body is not None else b"[" + b",".join(events) + b"]"
    batch = FeedBatch(
        municipality=MUNICIPALITY,
        first=first,
        last=last,
        count=len(events),
        sha256=hashlib.sha256(body).digest(),
        position=last,
        sent_at=NOW,
        chain=chain,
    )
    return pack(KEY.sign(batch), body)


@pytest.fixture(params=["memory", "sqlite"])
async def line(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Line]:
    if request.param == "memory":
        copy = MemoryCopy.holding(records(), municipality=MUNICIPALITY, heard_at=NOW)
        yield Line(held=Held(store=copy, reader=copy), store=copy)
        return
    filled = tmp_path_factory.getbasetemp() / "corpus.db"
    if not filled.exists():
        await fill(filled)
    shutil.copy(filled, tmp_path / "copy.db")
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'copy.db'}")
    yield Line(held=Held(store=engine, reader=RegisterCopy(engine)), store=SqlStore(engine))
    await engine.dispose()


async def fill(path: Path) -> None:
    """The register in a database, to be copied for each case: making the tables takes longer than the case."""
    async with database(path) as engine, SqlStore(engine).writing() as transaction:
        await transaction.load([row_of(record) for record in records()])
        await transaction.finish_load(FeedState(municipality=MUNICIPALITY, applied=0, known=0, heard_at=NOW))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_bad_change_is_set_aside_for_its_reason_blocks_whom_it_names_and_can_be_set_right(
    case: Case, line: Line
) -> None:
    bad = [event(short, number) for number, short in enumerate(case.events, 1)]
    bystander = event(OTHER if "ume" in case.blocked else BYSTANDER, len(bad) + 1)
    receipt = await line.send([*bad, bystander])
    assert (receipt.applied, receipt.quarantined) == (len(bad) + 1, len(bad))
    aside = await line.held.reader.set_aside()
    assert [change.fault.value for change in aside] == list(case.faults)
    said = [{"ja": change.sentence.ja, "en": change.sentence.en} for change in aside]
    assert said == list(case.sentences)
    assert await line.pending() == case.blocked
    assert (await line.kept()) == dict(enumerate(bad, 1))
    other = await line.held.view(cards()["sakura" if "ume" in case.blocked else "ume"])
    assert [row.former_surname for row in other.rows] == ["傍観"]
    if case.correction:
        await require_set_right(case, line)


async def require_set_right(case: Case, line: Line) -> None:
    """The registry's correction lifts every block."""
    start = len(line.sent) + 1
    receipt = await line.send([event(short, number) for number, short in enumerate(case.correction, start)])
    assert receipt.quarantined == 0
    assert await line.held.reader.set_aside() == ()
    assert await line.pending() == set()


@pytest.mark.parametrize("case", load("refused"), ids=lambda case: case["name"])
async def test_a_delivery_that_cannot_be_numbered_or_named_is_refused_whole(
    case: dict[str, object], line: Line
) -> None:
    body = str(case["body"]).encode() if "body" in case else None
    events = [event(case["event"], 1)] if isinstance(case.get("event"), dict) else [b""]
    if case.get("spaced"):
        body = b"[ " + events[0] + b"]"
    with pytest.raises(WireError) as refused:
        await line.held.receive(frame(events, 1, body=body))
    assert str(refused.value).startswith(str(case["says"]))
    mark = await line.held.reader.watermark()
    assert mark is not None
    assert mark.applied == 0
    assert await line.pending() == set()


def test_the_corpus_reaches_every_fault_and_is_large_enough() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 60
    assert sum(bool(case.correction) for case in CASES) >= 60
    assert {fault for case in CASES for fault in case.faults} == {fault.value for fault in Fault}


def test_no_sentence_holds_a_value_of_the_row() -> None:
    values = {
        str(value)
        for rows in register().values()
        for row in rows.values()
        for name, value in row.items()
        if name in ("number", "household", "name", "address", "birth", "individual_number", "resident_code")
    }
    for case in CASES:
        for sentence in case.sentences:
            assert not [value for value in values if value in sentence["ja"] + sentence["en"]]
