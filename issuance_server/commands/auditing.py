"""The verb that walks the audit log."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from certificates.errors import SignatureError
from certificates.service.keyring import load_signing_key, load_trusted_keys
from certificates.wire.jose import Party, Role, TrustedKey, TrustedKeys
from issuance_server.adapters.sql.audit import openings, read_rows
from issuance_server.adapters.sql.schema import require_head
from issuance_server.commands.parsing import parser
from issuance_server.compose import load_municipality, open_copy
from issuance_server.settings import DATABASE, Settings
from issuance_server.usecases.audit import AuditReport, AuditSeal, stated_tails, verify
from sync.copy.database import reading

VERIFY = "walk the audit log and name the first row that does not hold"


def verify_audit(settings: Settings, arguments: Sequence[str]) -> int:
    parser("verify-audit", VERIFY).parse_args(arguments)
    report = asyncio.run(_verify(settings))
    if report.broken is not None:
        print(f"BROKEN: {report.broken}; {report.rows} rows before it hold")
        return 1
    print(f"intact: {report.rows} rows in {report.chains} chains")
    return 0


async def _verify(settings: Settings) -> AuditReport:
    municipality = load_municipality(settings).code
    open_seal = _seal_opener(settings, Party(role=Role.ISSUER, name=municipality))
    async with open_copy(settings) as engine:
        await require_head(engine, DATABASE)
        async with reading(engine, seconds=24 * 3600) as connection:
            stated = stated_tails(await openings(connection))
            async with contextlib.aclosing(read_rows(connection)) as rows:
                return await verify(rows, stated, municipality, open_seal)


def _seal_opener(settings: Settings, issuer: Party) -> Callable[[bytes], AuditSeal]:
    """Seals by the key of today, or by an earlier one whose public part is among the trusted keys."""
    key = load_signing_key(settings.signing_key)
    today = TrustedKeys([TrustedKey.from_pem(key.kid, issuer, key.public_pem)])
    earlier = load_trusted_keys(settings.trusted_keys)

    def open_seal(token: bytes) -> AuditSeal:
        try:
            seal, _ = today.open(token, AuditSeal, Role.ISSUER)
        except SignatureError:
            seal, signer = earlier.open(token, AuditSeal, Role.ISSUER)
            if signer != issuer:
                raise
        return seal

    return open_seal
