"""IPP over HTTP/1.1 (RFC 8010 section 4): one request a connection, the document sent from where it lies."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
from dataclasses import dataclass

from certificates.errors import UnavailableError

MAX_ANSWER = 1 << 20
_CHUNK = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a printer listens.

    With ``tls`` the printer's X.509 certificate must be the one whose SHA-256 is ``pinned_sha256`` (32 bytes);
    without a pin it must chain to an authority this machine trusts and name the host.
    """

    host: str
    port: int
    path: str
    tls: bool = False
    pinned_sha256: bytes | None = None

    @property
    def uri(self) -> str:
        """The ``printer-uri`` of requests (RFC 3510, RFC 7472)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'ipps' if self.tls else 'ipp'}://{host}:{self.port}{self.path}"


class ContactError(UnavailableError):
    """No usable answer; ``reason`` is a keyword.

    ``outcome_known`` is True while no octet of a document has left: nothing can have been printed.
    """

    def __init__(self, reason: str, *, outcome_known: bool) -> None:
        super().__init__("printer", reason, outcome_known=outcome_known)
        self.reason = reason


def exchange(
    endpoint: Endpoint, request: bytes, document: memoryview | None, *, connect: float, answer: float
) -> bytes:
    """POST a request, and the document behind it, and return the body of the answer (at most 1 MiB).

    ``connect`` and ``answer`` are seconds without progress, not seconds in all. The document is handed to the
    socket as slices of the given view: no copy of it is made in this process, except the record that TLS
    encrypts in place. Raises ContactError.
    """
    connection = _connection(endpoint, connect)
    try:
        _connect(connection, endpoint, answer)
        _send_head(connection, endpoint, request, len(document) if document is not None else 0)
        if document is not None:
            _send_document(connection, document)
        return _answer(connection, printing=document is not None)
    finally:
        connection.close()


def _connection(endpoint: Endpoint, seconds: float) -> http.client.HTTPConnection:
    if not endpoint.tls:
        return http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=seconds)
    return http.client.HTTPSConnection(endpoint.host, endpoint.port, timeout=seconds, context=_tls(endpoint))


def _connect(connection: http.client.HTTPConnection, endpoint: Endpoint, answer: float) -> None:
    try:
        connection.connect()
        stream = connection.sock
        assert isinstance(stream, socket.socket)
        stream.settimeout(answer)
        presented = stream.getpeercert(binary_form=True) if isinstance(stream, ssl.SSLSocket) else None
    except ssl.SSLCertVerificationError as error:
        raise ContactError("wrong-certificate", outcome_known=True) from error
    except OSError as error:
        raise ContactError("unreachable", outcome_known=True) from error
    if endpoint.pinned_sha256 is not None:
        fingerprint = hashlib.sha256(presented or b"").digest()
        if not hmac.compare_digest(fingerprint, endpoint.pinned_sha256):
            raise ContactError("wrong-certificate", outcome_known=True)


def _tls(endpoint: Endpoint) -> ssl.SSLContext:
    """Built by hand: ``create_default_context`` would write session keys to a file named by SSLKEYLOGFILE."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if endpoint.pinned_sha256 is None:
        context.load_default_certs()
    else:  # printers make their own certificate; the pin, compared below, takes the place of the chain
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _send_head(
    connection: http.client.HTTPConnection, endpoint: Endpoint, request: bytes, document_size: int
) -> None:
    try:
        connection.putrequest("POST", endpoint.path, skip_accept_encoding=True)
        connection.putheader("Content-Type", "application/ipp")
        connection.putheader("Content-Length", str(len(request) + document_size))
        connection.endheaders()
        connection.send(request)
    except OSError as error:
        raise ContactError("unreachable", outcome_known=True) from error


def _send_document(connection: http.client.HTTPConnection, document: memoryview) -> None:
    """Send it all, or as much as the printer takes: one that refuses early answers and closes (RFC 9112 9.3)."""
    for start in range(0, len(document), _CHUNK):
        try:
            connection.send(document[start : start + _CHUNK])
        except TimeoutError as error:
            raise ContactError("contact-lost", outcome_known=False) from error
        except OSError:
            return  # whether it refused or died is for the answer to say


def _answer(connection: http.client.HTTPConnection, *, printing: bool) -> bytes:
    try:
        response = connection.getresponse()
        body = response.read(MAX_ANSWER + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ContactError("contact-lost", outcome_known=not printing) from error
    if response.status != http.client.OK:
        refused = 400 <= response.status < 500
        raise ContactError(f"http-{response.status}", outcome_known=refused or not printing)
    if (
        len(body) > MAX_ANSWER
        or response.getheader("Content-Type", "").partition(";")[0] != "application/ipp"
    ):
        raise ContactError("not-ipp", outcome_known=not printing)
    return body
