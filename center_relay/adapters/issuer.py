"""Connections to issuance servers: who stands at the other end is checked before a word is said."""

from __future__ import annotations

import logging
import ssl
from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import UnavailableError
from certificates.service.tls import peer_party
from certificates.wire.jose import Party, Role

KEEP_ALIVE = 15.0
"""Seconds; shorter than any server's, so that a connection is not closed under a request."""
_log = logging.getLogger(__name__)


class IssuerConnector(aiohttp.TCPConnector):
    """Gives out a connection only when its peer is the issuer that the routing table names for that address.

    TLS proves that the peer is one of the parties; an inquiry names a card's serial number and is for one of them alone.
    """

    def __init__(self, tls: ssl.SSLContext, routes: Mapping[MunicipalityCode, str]) -> None:
        super().__init__(ssl=tls, limit=0, keepalive_timeout=KEEP_ALIVE)
        self._expected: defaultdict[tuple[str | None, int | None], set[Party]] = defaultdict(set)
        for code, base in routes.items():
            url = urlsplit(base)
            self._expected[url.hostname, url.port or 443].add(Party(role=Role.ISSUER, name=code))

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
            raise UnavailableError("municipality", "another party answers at its address", outcome_known=True)
        return connection
