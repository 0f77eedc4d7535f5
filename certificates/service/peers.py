"""Connections between services: who stands at the other end is checked before a word is said."""

from __future__ import annotations

import logging
import ssl
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from certificates.errors import UnavailableError
from certificates.service.tls import peer_party
from certificates.wire.jose import Party

_KEEP_ALIVE = 15.0  # seconds; shorter than any server's, so that a connection is not closed under a request
_log = logging.getLogger(__name__)


class KnownPeers(aiohttp.TCPConnector):
    """Gives out a connection only when its peer is a party that belongs to that address.

    TLS proves that the peer is one of the parties; what is said names a card's serial number or residents, and is for one
    of them alone.
    """

    def __init__(
        self, tls: ssl.SSLContext, parties: Iterable[tuple[str, Party]], *, part: str, limit: int = 0
    ) -> None:
        """``parties``: base URLs and who is there; ``part``: what an UnavailableError calls them; ``limit``: connections
        at once, 0 for any number."""
        super().__init__(ssl=tls, limit=limit, keepalive_timeout=_KEEP_ALIVE)
        self._part = part
        self._expected: defaultdict[tuple[str | None, int | None], set[Party]] = defaultdict(set)
        for base, party in parties:
            url = urlsplit(base)
            self._expected[url.hostname, url.port or 443].add(party)

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - the signature is aiohttp's
    ) -> Connection:
        """Raises UnavailableError when somebody else answers at the address."""
        connection = await super().connect(req, traces, timeout)
        party = peer_party(connection.transport)
        if party not in self._expected[req.url.host, req.url.port]:
            connection.close()
            _log.critical(
                "wrong peer", extra={"address": f"{req.url.host}:{req.url.port}", "peer": str(party)}
            )
            raise UnavailableError(self._part, "another party answers at its address", outcome_known=True)
        return connection
