"""The key of one municipality's one day: made by a centre process, wrapped for the inquiry site, gone the next day.

Wrapping is key encapsulation as in RFC 9180 4.1: the data key is HKDF-SHA256 over the X25519 secret of an ephemeral
key and the site's key. What a sheet has to carry is the ephemeral public key, 32 bytes; a random key wrapped under
that secret would need 48 more and say nothing more. The centre forgets the ephemeral private key at once, so it
opens nothing of a day that is over, and nothing of this day but what the process itself seals.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anti_forgery.keys import SitePrivateKey, SitePublicKey
from certificates.domain.clock import JST
from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import ConfigurationError, WireError

WRAPPED_BYTES = 32
DAY_BYTES = 2
SCOPE_BYTES = 3 + DAY_BYTES
MOST = 4_096
"""Data keys that one process keeps; Japan has fewer than 1,800 municipalities."""
_LABEL = b"kofu/back/2/data-key"
_EPOCH = date(1970, 1, 1).toordinal()


def scope_of(municipality: MunicipalityCode, issued_at: datetime) -> bytes:
    """Whose sheets of which day one data key serves: the code's six digits as a number in 3 bytes, the days since
    1970-01-01 in Japan in 2, big-endian."""
    day = issued_at.astimezone(JST).date().toordinal() - _EPOCH
    return int(municipality).to_bytes(3, "big") + day.to_bytes(2, "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """A data key in use. ``wrapped`` is what the site needs to find it again, and its name: no two are alike."""

    wrapped: bytes
    cipher: AESGCM = field(repr=False)


class DataKeys:
    """The data keys of this process. Sheets draw random nonces, so threads and forked children need no agreement."""

    def __init__(self) -> None:
        self._made_for: tuple[int, bytes] | None = None
        self._kept: dict[bytes, DataKey] = {}

    def current(self, context: bytes, site: SitePublicKey, random_bytes: Callable[[int], bytes]) -> DataKey:
        """The key for ``context``, which ends with the scope; another day, or a fork, begins with none.

        Draws 32 random bytes for a new one. Raises ConfigurationError when the site's key is none.
        """
        made_for = (os.getpid(), context[-DAY_BYTES:])
        if self._made_for != made_for or len(self._kept) >= MOST:
            self._kept = {}
            self._made_for = made_for
        key = self._kept.get(context)
        if key is None:
            # Two threads may make one each: both are good, and one of them is used no more.
            key = self._kept[context] = _wrap(context, site, random_bytes(32))
        return key


def _wrap(context: bytes, site: SitePublicKey, secret: bytes) -> DataKey:
    ephemeral = X25519PrivateKey.from_private_bytes(secret)
    wrapped = ephemeral.public_key().public_bytes_raw()
    try:
        shared = ephemeral.exchange(site.public)
    except ValueError as error:  # RFC 7748 6.1: a point of low order gives the same secret to everybody
        raise ConfigurationError(f"inquiry site key {site.id}", "is not a usable X25519 key") from error
    return DataKey(wrapped=wrapped, cipher=_derive(shared, context + wrapped))


def unwrap(context: bytes, wrapped: bytes, site: SitePrivateKey) -> AESGCM:
    """What ``context`` was sealed with; raises WireError when ``wrapped`` is a point of low order."""
    try:
        shared = site.private.exchange(X25519PublicKey.from_public_bytes(wrapped))
    except ValueError as error:
        raise WireError("the wrapped data key is none") from error
    return _derive(shared, context + wrapped)


def _derive(shared: bytes, info: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_LABEL + info).derive(shared))
