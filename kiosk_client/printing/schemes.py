"""Which printer a URL stands for: a closed table of schemes."""

from __future__ import annotations

import functools
import ipaddress
import logging
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from certificates.errors import ConfigurationError
from kiosk_client.printing.file import FilePrinter
from kiosk_client.printing.ipp import IppPrinter
from kiosk_client.printing.ipp_transport import Endpoint
from kiosk_client.printing.job_watch import Patience
from kiosk_client.printing.ports import Printer

_log = logging.getLogger(__name__)
_SETTING = "printer URL"
_DEFAULT_PORT = 631


def open_printer(url: str, patience: Patience | None = None) -> Printer:
    """The printer of a URL; nothing is connected to yet.

    ``file:///folder``, ``ipp://host:port/ipp/print``, or ``ipps://host:port/ipp/print`` with an optional
    ``?pin-sha256=<64 hex digits>``, the SHA-256 of the printer's own X.509 certificate.
    Raises ConfigurationError, naming the choices where the scheme is none of them.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(_SETTING, f"is not a URL: {error}") from None
    if parts.scheme not in _SCHEMES:
        choices = ", ".join(f"{scheme}://" for scheme in _SCHEMES)
        raise ConfigurationError(_SETTING, f"unknown scheme {parts.scheme!r}; choose one of {choices}")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ConfigurationError(_SETTING, "holds no user, password or fragment")
    return _SCHEMES[parts.scheme](parts, port, patience or Patience())


def _file(parts: SplitResult, port: int | None, patience: Patience) -> Printer:
    if parts.netloc not in ("", "localhost") or not parts.path.strip("/") or parts.query:
        raise ConfigurationError(_SETTING, "a folder is written file:///folder")
    return FilePrinter(Path(unquote(parts.path)))


def _ipp(parts: SplitResult, port: int | None, patience: Patience) -> Printer:
    if parts.query:
        raise ConfigurationError(_SETTING, "ipp:// takes no options; pin-sha256 needs ipps://")
    endpoint = _endpoint(parts, port)
    if not _is_loopback(endpoint.host):
        _warn_once(endpoint.host)
    return IppPrinter(endpoint, patience)


def _ipps(parts: SplitResult, port: int | None, patience: Patience) -> Printer:
    return IppPrinter(_endpoint(parts, port, tls=True, pinned_sha256=_pin(parts.query)), patience)


def _endpoint(
    parts: SplitResult, port: int | None, *, tls: bool = False, pinned_sha256: bytes | None = None
) -> Endpoint:
    if not parts.hostname:
        raise ConfigurationError(_SETTING, "names no host")
    path = parts.path if parts.path.strip("/") else "/ipp/print"
    if not path.isascii() or not path.isprintable() or " " in path:
        raise ConfigurationError(_SETTING, "has a path that is not printable ASCII")
    return Endpoint(
        host=parts.hostname, port=port or _DEFAULT_PORT, path=path, tls=tls, pinned_sha256=pinned_sha256
    )


def _pin(query: str) -> bytes | None:
    options = parse_qsl(query, keep_blank_values=True)
    if not options:
        return None
    if [name for name, _ in options] != ["pin-sha256"]:
        raise ConfigurationError(_SETTING, "the only option of ipps:// is pin-sha256, given once")
    digits = options[0][1].replace(":", "")
    try:
        pin = bytes.fromhex(digits)
    except ValueError:
        pin = b""
    if len(pin) != 32:
        raise ConfigurationError(_SETTING, "pin-sha256 is 64 hex digits")
    return pin


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@functools.cache
def _warn_once(host: str) -> None:
    """The certificate crosses the network in clear: for a printer on a cable of its own only."""
    _log.warning("printer.ipp.not-encrypted", extra={"host": host})


_SCHEMES: dict[str, Callable[[SplitResult, int | None, Patience], Printer]] = {
    "file": _file,
    "ipp": _ipp,
    "ipps": _ipps,
}
