"""無効・差替・回収: who may take a paper out of force, what then stands, and what is told of it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from certificates.domain.identifiers import order_id
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind
from certificates.errors import ConfigurationError, InvalidValueError, RefusedError
from certificates.problems import ProblemCode
from certificates.service.settings import read_settings
from certificates.wire.order import AskStanding, Standing, StandingTold
from certificates.wire.visit import OutcomeKind
from issuance_server.adapters.memory import MemoryLedger
from issuance_server.commands import COMMANDS
from issuance_server.compose import open_books
from issuance_server.records import AuditEvent, IssueRecord, IssueState
from issuance_server.settings import PREFIX, Settings
from issuance_server.usecases.gate import Gate
from issuance_server.usecases.tell import Tell
from issuance_server.usecases.withdraw import Withdraw
from issuance_server.withdrawal import Withdrawal, WithdrawalReason
from tests.issuance.conftest import Desk, OpenDesk
from tests.issuance.issuance_line import Parties
from tests.issuance.issuance_world import (
    CENTRE,
    CITY,
    CODE,
    NOON,
    Counter,
    a_closing,
    a_record,
    an_entry,
    an_order,
    resident,
)

LATER = NOON + timedelta(days=3)
STAFF = ("架空花子", "見本太郎")


def number(serial: int) -> IssueNumber:
    return IssueNumber(municipality=CODE, serial=serial)


def withdrawal(serial: int = 1, **given: object) -> Withdrawal:
    values: dict[str, object] = {"number": number(serial), "at": LATER, "reason": WithdrawalReason.MISPRINT}
    return Withdrawal(**{**values, **given})  # type: ignore[arg-type]


async def issued(desk: Desk, *serials: int) -> Sequence[IssueRecord]:
    """An order of its own for each, printed."""
    records = [a_record(order_id(secrets.token_hex(16)), serial, closing=a_closing()) for serial in serials]
    for record in records:
        await desk.ledger.record(record, an_entry())
    return records


async def keep(desk: Desk, one: Withdrawal) -> Withdrawal:
    return await desk.withdrawals.keep(one, an_entry(AuditEvent.WITHDRAWN))


async def test_a_withdrawal_is_found_again_and_only_ever_grows(desk: Desk) -> None:
    (first, _) = await issued(desk, 1, 2)
    assert await desk.withdrawals.issued_as(number(1)) == first
    assert await desk.withdrawals.issued_as(number(9)) is None
    assert await keep(desk, withdrawal()) == withdrawal()
    replaced = await keep(desk, withdrawal(successor=number(2), at=LATER + timedelta(hours=1)))
    assert replaced == withdrawal(successor=number(2))
    whole = replace(replaced, collected=True)
    assert await keep(desk, withdrawal(collected=True)) == whole
    assert await keep(desk, withdrawal()) == whole
    assert await desk.withdrawals.of([number(1), number(2)]) == [whole]


async def test_what_contradicts_is_refused_and_changes_nothing(desk: Desk) -> None:
    await issued(desk, 1, 2, 3, 4)
    await keep(desk, withdrawal(1, successor=number(2)))
    for wrong in (
        withdrawal(1, successor=number(3)),  # it has another successor
        withdrawal(1, reason=WithdrawalReason.WRONG_CONTENT),
        withdrawal(3, successor=number(2)),  # 2 replaces 1 already
        withdrawal(2, successor=number(1)),  # 1 is out of force itself
    ):
        with pytest.raises(InvalidValueError):
            await keep(desk, wrong)
    assert await desk.withdrawals.of([number(serial) for serial in (1, 2, 3, 4)]) == [
        withdrawal(1, successor=number(2))
    ]
    # a successor that is exchanged in its turn makes a chain, never a ring
    assert (await keep(desk, withdrawal(2, successor=number(3)))).successor == number(3)


async def test_of_two_exchanges_at_once_against_each_other_one_stands(open_desk: OpenDesk) -> None:
    async with open_desk() as here, open_desk() as there:
        await issued(here, 1, 2)
        answers = await asyncio.gather(
            keep(here, withdrawal(1, successor=number(2))),
            keep(there, withdrawal(2, successor=number(1))),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, InvalidValueError) for answer in answers) == 1
        assert len(await here.withdrawals.of([number(1), number(2)])) == 1


async def told(ledger: MemoryLedger, record: IssueRecord) -> StandingTold:
    assert record.paper is not None
    tell = Tell(gate=Gate(municipality=CITY), ledger=ledger, withdrawals=ledger)
    ask = AskStanding(municipality=CODE, order=record.order, issue_number=str(record.paper.numbers[0]))
    return await tell(ask)


async def test_the_receiver_is_told_void_then_replaced_and_collected_and_no_other_number() -> None:
    ledger = MemoryLedger()
    desk = Desk(ledger=ledger, withdrawals=ledger, line=ledger, series=ledger)
    first, second = await issued(desk, 1, 2)
    withdraw = Withdraw(withdrawals=ledger)
    await withdraw(withdrawal(), *STAFF)
    void = await told(ledger, first)
    assert (void.standing, void.since, void.collected) == (Standing.WITHDRAWN, LATER, False)
    await withdraw(withdrawal(successor=number(2), collected=True), *STAFF)
    replaced = await told(ledger, first)
    assert (replaced.standing, replaced.since, replaced.collected) == (Standing.REPLACED, LATER, True)
    assert (await told(ledger, second)).standing is Standing.PRINTED
    entry = ledger.entries[-1]
    assert (entry.event, entry.actor, entry.code) == (AuditEvent.WITHDRAWN, "operator:架空花子", "misprint")
    assert entry.detail == (
        "992011-0000000001-9: misprint, collected, replaced by 992011-0000000002-7; together with operator:見本太郎"
    )


async def test_only_a_paper_of_the_same_holder_and_kind_that_was_handed_out_replaces_another() -> None:
    ledger = MemoryLedger()
    desk = Desk(ledger=ledger, withdrawals=ledger, line=ledger, series=ledger)
    await issued(desk, 1)
    good = a_record(order_id("0" * 32), 2, closing=a_closing())
    assert good.paper is not None
    seal = replace(good.paper, kind=CertificateKind.SEAL_REGISTRATION)
    wrong = {
        3: replace(good, paper=replace(good.paper, holder=resident(2).number, numbers=(number(3),))),
        4: replace(good, paper=replace(seal, numbers=(number(4),))),
        5: a_record(None, 5, state=IssueState.VOIDED),
        6: a_record(None, 6, closing=a_closing(OutcomeKind.REFUNDED, sheets=0, refunded=200)),
    }
    for record in wrong.values():
        await ledger.record(replace(record, order=order_id(secrets.token_hex(16))), an_entry())
    withdraw = Withdraw(withdrawals=ledger)
    for serial in (*wrong, 7):
        with pytest.raises(InvalidValueError):
            await withdraw(withdrawal(successor=number(serial)), *STAFF)
    with pytest.raises(InvalidValueError, match="never issued"):
        await withdraw(withdrawal(8), *STAFF)
    with pytest.raises(InvalidValueError, match="another one"):
        await withdraw(withdrawal(), "架空花子", "架空花子")
    with pytest.raises(InvalidValueError, match="itself"):
        withdrawal(successor=number(1))
    assert not await ledger.of([number(1)])


async def test_an_order_with_a_withdrawn_number_is_not_built_again() -> None:
    counter = Counter()
    order = an_order()
    paper = await counter.issue(order, CENTRE, NOON)
    given = IssueNumber.parse(paper.manifest.issue_numbers[0])
    await Withdraw(withdrawals=counter.ledger)(withdrawal(given.serial), *STAFF)
    with pytest.raises(RefusedError) as caught:
        await counter.issue(order, CENTRE, NOON)
    assert caught.value.code is ProblemCode.ORDER_SUPERSEDED


def test_two_people_exchange_a_paper_from_the_command_line(
    parties: Parties, migrated_sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = read_settings(Settings, parties.environment(migrated_sqlite_url), prefix=PREFIX)

    async def prepare() -> None:
        async with open_books(given) as books:
            for serial in (1, 2):
                await books.ledger.record(a_record(None, serial, closing=a_closing()), an_entry())

    asyncio.run(prepare())
    act = COMMANDS["withdraw"].action
    arguments = ["992011-0000000001-9", "--reason", "misprint", "--by", "架空花子", "--and"]
    assert act(given, [*arguments, "見本太郎", "--replaced-by", "992011-0000000002-7", "--collected"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("992011-0000000001-9: out of force since ")
    assert out.endswith(", misprint, collected, replaced by 992011-0000000002-7\n")
    for wrong in (["架空花子"], ["見本太郎", "--replaced-by", "992011-0000000009-1"]):
        with pytest.raises(ConfigurationError):
            act(given, [*arguments, *wrong])
    assert COMMANDS["verify-audit"].action(given, []) == 0
