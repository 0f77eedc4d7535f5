"""What became of a paper, told from the issue record alone."""

from __future__ import annotations

import pytest

from certificates.domain.identifiers import order_id
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from certificates.wire.order import AskStanding, Standing
from certificates.wire.visit import OutcomeKind
from issuance_server.adapters.memory import MemoryLedger
from issuance_server.records import IssueRecord, IssueState
from issuance_server.usecases.gate import Gate
from issuance_server.usecases.tell import Tell
from tests.issuance.issuance_world import CITY, CODE, a_closing, a_record, an_entry

ORDER = order_id("ab" * 16)
NUMBER = str(next(iter(a_record(ORDER, 1).paper.numbers)))  # type: ignore[union-attr]  # it was issued


async def told(record: IssueRecord | None, number: str = NUMBER) -> Standing:
    ledger = MemoryLedger()
    if record is not None:
        await ledger.record(record, an_entry())
    tell = Tell(gate=Gate(municipality=CITY), ledger=ledger, withdrawals=ledger)
    return (await tell(AskStanding(municipality=CODE, order=ORDER, issue_number=number))).standing


@pytest.mark.parametrize(
    ("outcome", "standing"),
    [
        (None, Standing.NOT_REPORTED),
        (OutcomeKind.PRINTED, Standing.PRINTED),
        (OutcomeKind.UNKNOWN, Standing.UNCERTAIN),
        (OutcomeKind.REFUNDED, Standing.NOT_HANDED_OUT),
        (OutcomeKind.ABANDONED, Standing.NOT_HANDED_OUT),
    ],
)
async def test_a_paper_stands_as_its_order_ended(outcome: OutcomeKind | None, standing: Standing) -> None:
    closing = None if outcome is None else a_closing(outcome)
    assert await told(a_record(ORDER, 1, closing=closing)) is standing


async def test_a_paper_that_was_withdrawn_stays_so_even_when_it_was_printed_all_the_same() -> None:
    assert await told(a_record(ORDER, 1, state=IssueState.VOIDED)) is Standing.WITHDRAWN
    printed = a_record(ORDER, 1, state=IssueState.VOIDED, closing=a_closing())
    assert await told(printed) is Standing.WITHDRAWN


async def test_a_number_that_was_never_given_to_this_order_has_no_record() -> None:
    assert await told(None) is Standing.NO_RECORD
    assert await told(a_record(ORDER, 1), "992011-0000009999-0") is Standing.NO_RECORD
    refused = a_record(ORDER, state=IssueState.REFUSED, paper=None, refusal=ProblemCode.UNDER_AGE)
    assert await told(refused) is Standing.NO_RECORD


async def test_another_municipalitys_paper_is_not_ours_to_tell() -> None:
    ledger = MemoryLedger()
    tell = Tell(gate=Gate(municipality=CITY), ledger=ledger, withdrawals=ledger)
    other = AskStanding(municipality="131016", order=ORDER, issue_number=NUMBER)  # type: ignore[arg-type]
    with pytest.raises(RefusedError) as caught:
        await tell(other)
    assert caught.value.code is ProblemCode.UNKNOWN_MUNICIPALITY
