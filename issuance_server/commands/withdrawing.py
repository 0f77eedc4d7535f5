"""The verb that takes a paper out of force (無効・差替・回収)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from certificates.domain.clock import JST
from certificates.domain.issue_number import IssueNumber
from certificates.errors import ConfigurationError, InvalidValueError
from issuance_server.commands.parsing import parser
from issuance_server.compose import now, open_books
from issuance_server.settings import Settings
from issuance_server.usecases.withdraw import Withdraw
from issuance_server.withdrawal import Withdrawal, WithdrawalReason

WITHDRAW = "take a paper out of force (無効), and say what replaced it (差替) and that it came back (回収)"


def withdraw_number(settings: Settings, arguments: Sequence[str]) -> int:
    options = parser("withdraw", WITHDRAW)
    options.add_argument("number", help="発行番号 as printed, 992011-0000001234-3")
    options.add_argument(
        "--reason", required=True, choices=[reason.value for reason in WithdrawalReason], help="why"
    )
    options.add_argument(
        "--replaced-by", metavar="NUMBER", help="発行番号 of the paper that was handed out in its place"
    )
    options.add_argument("--collected", action="store_true", help="staff hold the paper")
    options.add_argument("--by", required=True, help="who withdraws")
    options.add_argument("--and", required=True, dest="second", help="the second person, another one")
    given = options.parse_args(arguments)
    by: str = given.by
    second: str = given.second
    try:
        withdrawal = Withdrawal(
            number=IssueNumber.parse(given.number),
            at=now(),
            reason=WithdrawalReason(given.reason),
            collected=given.collected,
            successor=IssueNumber.parse(given.replaced_by) if given.replaced_by else None,
        )
        stands = asyncio.run(_work(settings, withdrawal, by, second))
    except InvalidValueError as error:
        raise ConfigurationError("withdraw", f"{error.field} {error.reason}") from error
    print(f"{stands.number}: out of force since {stands.at.astimezone(JST):%F %R JST}, {stands.facts}")
    return 0


async def _work(settings: Settings, withdrawal: Withdrawal, by: str, second: str) -> Withdrawal:
    async with open_books(settings) as books:
        return await Withdraw(withdrawals=books.withdrawals)(withdrawal, by, second)
