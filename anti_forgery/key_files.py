"""Keys as JSON (JWK, RFC 7517, with their term), and a folder that holds one file per key."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from anti_forgery.keys import (
    CentrePrivateKey,
    CentrePublicKey,
    Key,
    PrivateKey,
    SitePrivateKey,
    SitePublicKey,
    Term,
    base64url,
    ec_members,
    key_id,
    okp_members,
)
from certificates.errors import ConfigurationError, InvalidValueError

MAX_FILE = 16_384


class Owner(Enum):
    """Whose private half it is; the value begins the name of the key's files."""

    SITE = "site"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFolder:
    """Every key found in one folder; a private key's public half counts as found too."""

    site_private: tuple[SitePrivateKey, ...]
    site_public: tuple[SitePublicKey, ...]
    centre_private: tuple[CentrePrivateKey, ...]
    centre_public: tuple[CentrePublicKey, ...]

    @property
    def all(self) -> tuple[Key, ...]:
        return *self.site_private, *self.site_public, *self.centre_private, *self.centre_public


def key_to_json(key: Key) -> str:
    """The key as a JWK with ``not_before``, ``not_after`` (ISO 8601) and ``successor``; a private key holds ``d``."""
    match key:
        case SitePublicKey():
            members = okp_members(key.public)
        case CentrePublicKey():
            members = ec_members(key.public)
        case SitePrivateKey():
            members = okp_members(key.private.public_key()) | {
                "d": base64url(key.private.private_bytes_raw())
            }
        case CentrePrivateKey():
            secret = key.private.private_numbers().private_value.to_bytes(32, "big")
            members = ec_members(key.private.public_key()) | {"d": base64url(secret)}
    term = {
        "kid": key.id,
        "use": "enc" if isinstance(key, SitePublicKey | SitePrivateKey) else "sig",
        "not_before": key.term.not_before.isoformat(),
        "not_after": key.term.not_after.isoformat(),
        "successor": key.term.successor,
    }
    return json.dumps(members | term, indent=1) + "\n"


def key_from_json(text: str, *, source: str) -> Key:
    """Raises ConfigurationError, naming ``source``, unless the text is a key that ``key_to_json`` wrote."""
    try:
        members = json.loads(text)
        if not isinstance(members, dict):
            raise ConfigurationError(source, "is not a JSON object")
        term = Term(
            not_before=datetime.fromisoformat(_text(members, "not_before")),
            not_after=datetime.fromisoformat(_text(members, "not_after")),
            successor=None if members.get("successor") is None else key_id(_text(members, "successor")),
        )
        key = _key(members, term)
    except InvalidValueError as error:
        raise ConfigurationError(source, f"{error.field} {error.reason}") from error
    except (ValueError, RecursionError) as error:
        # The library's sentence may quote the file, and the file may hold a private key.
        raise ConfigurationError(source, "is not a key file of ours") from error
    if members.get("kid") != key.id:
        raise ConfigurationError(source, f"kid does not belong to this key, whose id is {key.id}")
    return key


def load_folder(folder: Path) -> KeyFolder:
    """Every ``*.json`` of the folder.

    Raises ConfigurationError for a file that is not a key, and for a private key that others may read.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            str(folder), "is not a folder; make one with: python -m anti_forgery keys new --out DIR"
        )
    keys: dict[tuple[type[Key], str], Key] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            status = path.stat()
            if status.st_size > MAX_FILE:
                raise ConfigurationError(str(path), f"is larger than {MAX_FILE} bytes")
            key = key_from_json(path.read_text("utf-8"), source=str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(str(path), "cannot be read") from error
        if isinstance(key, PrivateKey) and status.st_mode & 0o077:
            raise ConfigurationError(str(path), "others may read this private key; chmod 600")
        keys[type(key), key.id] = key
        if isinstance(key, PrivateKey):
            keys[type(key.public_key), key.id] = key.public_key
    found = list(keys.values())
    return KeyFolder(
        site_private=tuple(key for key in found if isinstance(key, SitePrivateKey)),
        site_public=tuple(key for key in found if isinstance(key, SitePublicKey)),
        centre_private=tuple(key for key in found if isinstance(key, CentrePrivateKey)),
        centre_public=tuple(key for key in found if isinstance(key, CentrePublicKey)),
    )


def new_keys(folder: Path, *, now: datetime, valid_for: timedelta) -> tuple[SitePrivateKey, CentrePrivateKey]:
    """Make a site and a centre key, write both halves of each, and name them as successors of the newest ones there.

    Private files are readable by their owner alone. Public ones are what is handed to the other side.
    """
    folder.mkdir(parents=True, exist_ok=True)
    present = load_folder(folder)
    term = Term(not_before=now, not_after=now + valid_for)
    site = SitePrivateKey(private=X25519PrivateKey.generate(), term=term)
    centre = CentrePrivateKey(private=ec.generate_private_key(ec.SECP256R1()), term=term)
    for made in (site, centre):
        write_key(folder, made)
        write_key(folder, made.public_key)
    for old in present.all:
        if old.term.successor is None:
            heir = site if owner_of(old) is Owner.SITE else centre
            write_key(folder, replace(old, term=replace(old.term, successor=heir.id)))
    return site, centre


def owner_of(key: Key) -> Owner:
    return Owner.SITE if isinstance(key, SitePublicKey | SitePrivateKey) else Owner.CENTRE


def write_key(folder: Path, key: Key) -> None:
    """Under its own name, in the place of the file that was there; a private key for its owner alone."""
    private = isinstance(key, PrivateKey)
    path = folder / f"{owner_of(key).value}-{key.id}.{'private' if private else 'public'}.json"
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(
        os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644), "w"
    ) as file:
        file.write(key_to_json(key))
    partial.replace(path)


def _key(members: Mapping[str, object], term: Term) -> Key:
    kind = (members.get("kty"), members.get("crv"), "d" in members)
    if kind == ("OKP", "X25519", True):
        return SitePrivateKey(private=X25519PrivateKey.from_private_bytes(_bytes(members, "d")), term=term)
    if kind == ("OKP", "X25519", False):
        return SitePublicKey(public=X25519PublicKey.from_public_bytes(_bytes(members, "x")), term=term)
    if kind == ("EC", "P-256", True):
        secret = int.from_bytes(_bytes(members, "d"), "big")
        return CentrePrivateKey(private=ec.derive_private_key(secret, ec.SECP256R1()), term=term)
    if kind == ("EC", "P-256", False):
        x, y = (int.from_bytes(_bytes(members, name), "big") for name in ("x", "y"))
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        return CentrePublicKey(public=public, term=term)
    raise InvalidValueError("kty and crv", "must be OKP X25519 (inquiry site) or EC P-256 (centre)")


def _text(members: Mapping[str, object], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise InvalidValueError(name, "must be given as text")
    return value


def _bytes(members: Mapping[str, object], name: str) -> bytes:
    text = _text(members, name)
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidValueError(name, "is not base64url") from error
    if len(data) != 32:
        raise InvalidValueError(name, "must be 32 bytes")
    return data
