"""The operator's desk for the feed: the status as a message and as a page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from certificates.wire.codec import encode
from certificates.wire.jose import Party
from issuance_server.feed_status import FeedStatus
from issuance_server.ports import Ledger
from issuance_server.records import AuditEntry, AuditEvent
from issuance_server.web.feed_page import page

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class OperatorFeed:
    """Handlers for parties of role OPERATOR."""

    def __init__(self, watch: Callable[[], Awaitable[FeedStatus]], ledger: Ledger) -> None:
        self._watch = watch
        self._ledger = ledger

    async def _look(self, peer: Party) -> FeedStatus:
        """The status names people: who saw it is written down before it leaves."""
        status = await self._watch()
        entry = AuditEntry(
            at=status.asked_at,
            event=AuditEvent.FEED_VIEWED,
            actor=str(peer)[:120],
            detail=f"at number {status.applied}, {len(status.changes)} changes set aside shown",
        )
        await self._ledger.note(entry)
        return status

    async def status(self, request: web.Request, peer: Party) -> web.Response:
        body = encode(await self._look(peer))
        return web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-store"})

    async def page(self, request: web.Request, peer: Party) -> web.Response:
        document = page(await self._look(peer))
        return web.Response(text=document, content_type="text/html", headers=_headers(document))


def _headers(document: str) -> Mapping[str, str]:
    """Nothing runs, nothing is fetched, nothing is kept: the one style sheet is allowed by its digest."""
    styles = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
        for style in _STYLE.findall(document)
    )
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src {styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
