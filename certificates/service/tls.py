"""Mutual TLS between services: contexts, and who the peer is by its X.509 certificate.

Every service certificate names its party in a URI of the subjectAltName: ``urn:kofu:<role>:<name>``.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from certificates.errors import ConfigurationError
from certificates.wire.jose import Party, Role

_URN = "urn:kofu:"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM files: our chain, our key, and the authority that signs all parties of the line."""

    certificate: Path
    key: Path
    authority: Path


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """TLS 1.3 only. A client certificate is asked for; who comes without one gets a problem document, not silence."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_OPTIONAL
    _load(context, files)
    return context


def public_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """For browsers: TLS 1.2 or later, nobody is asked for a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load_chain(context, certificate, key)
    return context


def client_context(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    _load(context, files)
    return context


def _load(context: ssl.SSLContext, files: TlsFiles) -> None:
    _load_chain(context, files.certificate, files.key)
    if not files.authority.is_file():
        raise ConfigurationError(str(files.authority), "no such file; it is needed for mutual TLS")
    try:
        context.load_verify_locations(files.authority)
    except (ssl.SSLError, OSError) as error:
        raise ConfigurationError(str(files.authority), f"cannot be loaded: {error}") from error


def _load_chain(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    for path in (certificate, key):
        if not path.is_file():
            raise ConfigurationError(str(path), "no such file; it is needed for TLS")
    try:
        context.load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError) as error:
        raise ConfigurationError(str(certificate), f"cannot be loaded: {error}") from error


class Transport(Protocol):
    """What we need of asyncio's transport."""

    def get_extra_info(self, name: str, default: object = None) -> object: ...


def peer_party(transport: Transport | None) -> Party | None:
    """The verified peer's party, or None when it showed no certificate or one that names no party."""
    certificate = transport.get_extra_info("peercert") if transport is not None else None
    if not isinstance(certificate, Mapping):
        return None
    names = certificate.get("subjectAltName")
    if not isinstance(names, tuple):
        return None
    for kind, value in names:
        if kind == "URI" and isinstance(value, str) and value.startswith(_URN):
            role, _, name = value.removeprefix(_URN).partition(":")
            try:
                return Party(role=Role(role), name=name)
            except ValueError:
                return None
    return None


def party_uri(party: Party) -> str:
    return f"{_URN}{party.role.value}:{party.name}"
