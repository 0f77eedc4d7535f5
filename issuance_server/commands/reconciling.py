"""The verb that compares the copy with the registry and sets it right (整合性確認)."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from certificates.errors import ConfigurationError, KofuError
from certificates.service.progress import progress_bar
from issuance_server.commands.parsing import parser
from issuance_server.compose import now, open_books, open_registry
from issuance_server.reconciling import reconcile_once
from issuance_server.reconciling_page import page
from issuance_server.settings import Settings
from sync.reconcile.report import Report, as_json, as_text

RECONCILE = "compare the copy with the registry (整合性確認) and set right what differs"
_OPERATOR = "operator:reconcile"


def reconcile_copy(settings: Settings, arguments: Sequence[str]) -> int:
    """Exit code 0: equal; 1: rows differed, repaired or not; 2: could not be compared."""
    given = parser("reconcile", RECONCILE)
    given.add_argument(
        "--quick", action="store_true", help="compare stored digests; silent damage stays unseen"
    )
    given.add_argument("--no-repair", action="store_true", help="find and block, but set nothing right")
    given.add_argument("--html", type=Path, metavar="FILE", help="write the report as a page")
    given.add_argument("--json", type=Path, metavar="FILE", help="write the report as JSON")
    parsed = given.parse_args(arguments)
    quick: bool = parsed.quick
    repair: bool = not parsed.no_repair
    try:
        report = asyncio.run(_work(settings, quick=quick, repair=repair))
    except ConfigurationError:
        raise
    except KofuError as error:
        print(f"not compared: {error}", file=sys.stderr)
        return 2
    print(as_text(report))
    html: Path | None = parsed.html
    if html is not None:
        html.write_text(page(report), encoding="utf-8")
    as_data: Path | None = parsed.json
    if as_data is not None:
        as_data.write_text(json.dumps(as_json(report), ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if report.is_equal else 1


async def _work(settings: Settings, *, quick: bool, repair: bool) -> Report:
    async with open_books(settings) as books, open_registry(settings) as original:
        return await reconcile_once(
            books.engine,
            original,
            books.ledger,
            books.municipality.code,
            now,
            actor=_OPERATOR,
            quick=quick,
            repair=repair,
            progress=progress_bar(sys.stderr, "rows"),
        )
