"""The issuance server's other verbs, one module a group; each puts its own into the table."""

from __future__ import annotations

from collections.abc import Mapping

from certificates.service.command import Command
from issuance_server.commands.auditing import VERIFY, verify_audit
from issuance_server.commands.differences import TAKE, take_in
from issuance_server.commands.erasing import ERASE, erase_records
from issuance_server.commands.feed import STATUS, feed_status
from issuance_server.commands.line import RELEASE, release_line
from issuance_server.commands.loading import LOAD, load_register
from issuance_server.commands.reconciling import RECONCILE, reconcile_copy
from issuance_server.commands.schema import MIGRATE, migrate_schema
from issuance_server.commands.withdrawing import WITHDRAW, withdraw_number
from issuance_server.settings import Settings

COMMANDS: Mapping[str, Command[Settings]] = {
    "migrate": Command(help=MIGRATE, action=migrate_schema),
    "load-full": Command(help=LOAD, action=load_register),
    "take-differences": Command(help=TAKE, action=take_in),
    "verify-audit": Command(help=VERIFY, action=verify_audit),
    "feed-status": Command(help=STATUS, action=feed_status),
    "reconcile": Command(help=RECONCILE, action=reconcile_copy),
    "erase": Command(help=ERASE, action=erase_records),
    "withdraw": Command(help=WITHDRAW, action=withdraw_number),
    "release-line": Command(help=RELEASE, action=release_line),
}
