"""Revocation lists from a folder: read again when they change, believed only while their own dates say so."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import SignatureAlgorithmOID

from center_relay.adapters.anchors import Anchor, certificate_files
from certificates.errors import ConfigurationError, RefusedError
from certificates.problems import ProblemCode

_log = logging.getLogger(__name__)
Stamp = frozenset[tuple[str, int, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationList:
    """One CA's complete list: serial number → whether it is only suspended (certificateHold)."""

    this_update: datetime
    next_update: datetime
    held: Mapping[int, bool] = field(repr=False)


class RevocationLists:
    """Blocking: call it from a thread. One thread reads new files while the others go on with what is there."""

    def __init__(self, folder: Path, anchors: Sequence[Anchor]) -> None:
        self._folder = folder
        self._anchors = anchors
        self._reading = threading.Lock()
        self._stamp: Stamp | None = None
        self._lists: dict[bytes, RevocationList] = {}

    def require_good(self, anchor: Anchor, serial: int, at: datetime) -> None:
        """Raises RefusedError: CARD_CERTIFICATE_REVOKED, CARD_CERTIFICATE_HELD, or REVOCATION_UNKNOWN without a list
        that is valid at that moment."""
        self._refresh()
        current = self._lists.get(anchor.fingerprint)
        if current is None:
            raise RefusedError(ProblemCode.REVOCATION_UNKNOWN, "no revocation list of this CA")
        if not current.this_update <= at < current.next_update:
            raise RefusedError(ProblemCode.REVOCATION_UNKNOWN, "the revocation list is not of this day")
        held = current.held.get(serial)
        if held is not None:
            raise RefusedError(
                ProblemCode.CARD_CERTIFICATE_HELD if held else ProblemCode.CARD_CERTIFICATE_REVOKED
            )

    def _refresh(self) -> None:
        first = self._stamp is None
        if not self._reading.acquire(blocking=first):
            return
        try:
            stamp = self._look()
            if stamp != self._stamp:
                self._lists = self._read()
                self._stamp = stamp
        except (OSError, ConfigurationError) as error:
            # what was read before stays good until its own nextUpdate
            _log.error("revocation lists cannot be read", extra={"reason": type(error).__name__})
        finally:
            self._reading.release()

    def _look(self) -> Stamp:
        found = set()
        for path in certificate_files(self._folder):
            status = path.stat()
            found.add((path.name, status.st_ino, status.st_size, status.st_mtime_ns))
        return frozenset(found)

    def _read(self) -> dict[bytes, RevocationList]:
        """The newest list of each CA, never an older one than is known: an old file put back changes nothing."""
        lists = dict(self._lists)
        for path in certificate_files(self._folder):
            try:
                anchor, fresh = self._parse(path.read_bytes())
            except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension) as error:
                _log.error("revocation list not used", extra={"file": path.name, "reason": str(error)})
                continue
            known = lists.get(anchor.fingerprint)
            if known is None or fresh.this_update >= known.this_update:
                lists[anchor.fingerprint] = fresh
        return lists

    def _parse(self, data: bytes) -> tuple[Anchor, RevocationList]:
        """Raises ValueError with the reason when the list cannot be relied on."""
        pem = data.lstrip().startswith(b"-----BEGIN")
        crl = x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)
        if crl.signature_algorithm_oid != SignatureAlgorithmOID.RSA_WITH_SHA256:
            raise ValueError("not signed with sha256WithRSA")
        anchor = next((entry for entry in self._anchors if crl.is_signature_valid(entry.key)), None)
        if anchor is None or crl.issuer != anchor.certificate.subject:
            raise ValueError("not signed by a CA that we trust")
        # deltas and lists for a part of the certificates say so in a critical extension (RFC 5280 5.2.4, 5.2.5)
        if any(extension.critical for extension in crl.extensions):
            raise ValueError("not a complete list")
        if crl.next_update_utc is None:
            raise ValueError("does not say until when it is good")
        return anchor, RevocationList(
            this_update=crl.last_update_utc,
            next_update=crl.next_update_utc,
            held={entry.serial_number: _is_hold(entry) for entry in crl},
        )


def _is_hold(entry: x509.RevokedCertificate) -> bool:
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    return reason is x509.ReasonFlags.certificate_hold
