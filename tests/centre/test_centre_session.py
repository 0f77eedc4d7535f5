"""The state machine of a visit: whatever comes in whatever order, one holder, one order, one application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center_relay.adapters.memory import MemoryStore
from center_relay.ports import Shelf
from center_relay.usecases.session import (
    Applied,
    Closed,
    Opened,
    Proven,
    Visit,
    admit,
    apply,
    close,
    dump,
    prove,
    restore,
)
from center_relay.usecases.sessions import Sessions
from certificates.domain.identifiers import CardSerial, KioskId, OrderId, SessionId
from certificates.errors import BindingError, RefusedError, WireError
from certificates.problems import ProblemCode
from certificates.wire.order import Holder
from certificates.wire.transcript import TranscriptHash
from tests.centre.centre_values import (
    HOLDER,
    KIOSK,
    NOW,
    ORDER,
    OTHER_KIOSK,
    OTHER_ORDER,
    SESSION,
    TRANSCRIPT,
    Hands,
    application,
    applied,
    opened,
)


@dataclass(frozen=True)
class Step:
    """One request as the state machine sees it."""

    name: str
    take: Callable[[Visit], Visit]
    kiosk: KioskId = KIOSK
    wait: int = 0


def proof(card: int) -> Step:
    holder = Holder(issuer=bytes(32), serial=CardSerial(f"{card:x}5e71a1"))
    transcript = TranscriptHash(bytes([card]) * 32)
    later = NOW + timedelta(minutes=10)
    return Step(
        f"prove {card}", lambda visit: prove(visit, transcript=transcript, holder=holder, expires=later)
    )


def asking(order: OrderId, copies: int) -> Step:
    return Step(f"apply {order[0]} {copies}", lambda visit: apply(visit, application(order, copies=copies)))


STEPS = st.sampled_from(
    [
        proof(1),
        proof(2),
        *(asking(order, n) for order in (ORDER, OTHER_ORDER) for n in (1, 2)),
        Step("close", close),
    ]
)
REQUESTS = st.builds(
    lambda step, kiosk, wait: Step(step.name, step.take, kiosk, wait),
    STEPS,
    st.sampled_from([KIOSK, KIOSK, KIOSK, OTHER_KIOSK]),
    st.sampled_from([0, 0, 0, 0, 30, 400]),
)


@given(st.lists(REQUESTS, max_size=12))
def test_no_order_of_requests_changes_the_holder_or_the_order_once_they_are_set(requests: list[Step]) -> None:
    visit: Visit = opened()
    now = NOW
    history: list[Visit] = [visit]
    for request in requests:
        now += timedelta(seconds=request.wait)
        refusal = None
        try:
            visit = request.take(admit(visit, kiosk=request.kiosk, now=now))
        except RefusedError as error:
            refusal = error.code
        if request.kiosk == OTHER_KIOSK:
            assert refusal is ProblemCode.UNKNOWN_SESSION
        elif now >= history[-1].expires:
            assert refusal is ProblemCode.SESSION_EXPIRED
        else:
            assert refusal in (None, ProblemCode.OUT_OF_TURN, ProblemCode.ORDER_REUSED)
        if refusal is not None:
            continue
        history.append(visit)
        assert restore(dump(visit), SESSION) == visit
    kinds = [type(entry) for entry in history]
    ranks = [[Opened, Proven, Applied, Closed].index(kind) for kind in kinds]
    assert ranks == sorted(ranks)
    assert len({entry.holder.serial for entry in history if isinstance(entry, Proven | Applied)}) <= 1
    assert len({entry.transcript for entry in history if isinstance(entry, Proven | Applied)}) <= 1
    assert len({(entry.order, entry.application) for entry in history if isinstance(entry, Applied)}) <= 1
    assert {(entry.kiosk, entry.session) for entry in history} == {(KIOSK, SESSION)}


def test_the_way_through_a_visit_is_open_prove_apply_close() -> None:
    proven = prove(opened(), transcript=TRANSCRIPT, holder=HOLDER, expires=NOW + timedelta(minutes=10))
    ordered = apply(proven, application())
    assert (ordered.holder, ordered.order, ordered.expires) == (HOLDER, ORDER, proven.expires)
    assert isinstance(close(ordered), Closed)


def test_the_same_proof_and_the_same_application_again_change_nothing() -> None:
    proven = prove(opened(), transcript=TRANSCRIPT, holder=HOLDER, expires=NOW + timedelta(minutes=10))
    later = NOW + timedelta(minutes=20)
    assert prove(proven, transcript=TRANSCRIPT, holder=HOLDER, expires=later) is proven
    ordered = apply(proven, application())
    assert apply(ordered, application()) is ordered


def test_another_choice_under_the_same_order_number_is_refused() -> None:
    with pytest.raises(RefusedError) as caught:
        apply(applied(), application(copies=2))
    assert caught.value.code is ProblemCode.ORDER_REUSED


def test_a_second_order_in_one_visit_is_out_of_turn() -> None:
    with pytest.raises(RefusedError) as caught:
        apply(applied(), application(OTHER_ORDER))
    assert caught.value.code is ProblemCode.OUT_OF_TURN


def test_an_application_before_the_proof_is_out_of_turn() -> None:
    with pytest.raises(RefusedError) as caught:
        apply(opened(), application())
    assert caught.value.code is ProblemCode.OUT_OF_TURN


def test_a_closed_visit_has_forgotten_the_holder_and_the_order() -> None:
    assert HOLDER.serial.encode() in dump(applied())
    closed = dump(close(applied()))
    assert HOLDER.serial.encode() not in closed
    assert ORDER.encode() not in closed


def test_the_record_of_a_visit_never_holds_what_was_chosen() -> None:
    asked = application(copies=7)
    record = dump(apply(prove(opened(), transcript=TRANSCRIPT, holder=HOLDER, expires=NOW), asked))
    assert b"copies" not in record
    assert b"resident-record" not in record


def test_a_record_of_another_session_is_a_broken_binding() -> None:
    with pytest.raises(BindingError, match="another session"):
        restore(dump(opened()), SessionId("6" * 32))


def test_a_record_that_is_no_visit_is_refused() -> None:
    with pytest.raises(WireError):
        restore(b'{"tag":"order/1"}', SESSION)


class HesitantStore(MemoryStore):
    """Lets others run before every answer, as a store over a network does."""

    async def read(self, shelf: Shelf, name: str) -> bytes | None:
        found = await super().read(shelf, name)
        await asyncio.sleep(0)
        return found


@given(st.lists(STEPS, min_size=2, max_size=6))
def test_of_racing_requests_only_one_application_ever_wins(steps: list[Step]) -> None:
    async def race() -> list[Visit]:
        sessions = Sessions(HesitantStore(), Hands())
        await sessions.open(opened())
        await sessions.change(SESSION, KIOSK, proof(1).take)
        results = await asyncio.gather(
            *(sessions.change(SESSION, KIOSK, step.take) for step in steps), return_exceptions=True
        )
        for result in results:
            assert not isinstance(result, BaseException) or isinstance(result, RefusedError)
        return [result for result in results if isinstance(result, Applied)]

    winners = asyncio.run(race())
    assert len({(visit.order, visit.application) for visit in winners}) <= 1


async def test_another_kiosks_session_is_unknown_and_an_old_one_has_expired() -> None:
    hands = Hands()
    sessions = Sessions(MemoryStore(), hands)
    await sessions.open(opened())
    with pytest.raises(RefusedError) as unknown:
        await sessions.find(SESSION, OTHER_KIOSK)
    hands.forward(minutes=2)
    with pytest.raises(RefusedError) as expired:
        await sessions.find(SESSION, KIOSK)
    assert unknown.value.code is ProblemCode.UNKNOWN_SESSION
    assert expired.value.code is ProblemCode.SESSION_EXPIRED
    assert await sessions.close(SESSION, KIOSK) is None


async def test_a_session_number_is_never_opened_twice() -> None:
    sessions = Sessions(MemoryStore(), Hands())
    await sessions.open(opened())
    with pytest.raises(Exception, match="drawn twice"):
        await sessions.open(opened())


class RestlessStore(MemoryStore):
    """Loses every race."""

    async def swap(self, *_: object, **__: object) -> bool:
        return False


async def test_a_visit_that_never_stands_still_is_busy_rather_than_wrong() -> None:
    store = RestlessStore()
    sessions = Sessions(store, Hands())
    await MemoryStore.swap(store, Shelf.SESSIONS, SESSION, None, dump(opened()))
    with pytest.raises(RefusedError) as caught:
        await sessions.change(SESSION, KIOSK, proof(1).take)
    assert caught.value.code is ProblemCode.BUSY
    with pytest.raises(RefusedError):
        await sessions.close(SESSION, KIOSK)
