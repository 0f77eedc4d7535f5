"""Signing keys in files: ``<kid>.key.pem`` is ours, ``<role>--<name>--<kid>.pub.pem`` are the parties we trust."""

from __future__ import annotations

from pathlib import Path

from certificates.errors import ConfigurationError
from certificates.wire.jose import Party, Role, SigningKey, TrustedKey, TrustedKeys


def load_signing_key(path: Path) -> SigningKey:
    """Raises ConfigurationError when the file is missing, not ours by name, or readable by others."""
    if not path.name.endswith(".key.pem"):
        raise ConfigurationError(str(path), "a signing key's file is named <kid>.key.pem")
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigurationError(str(path), "others may read this private key; chmod 600")
        return SigningKey(path.name.removesuffix(".key.pem"), path.read_bytes())
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read: {error.strerror}") from error


def load_trusted_keys(folder: Path) -> TrustedKeys:
    """Every ``*.pub.pem`` of ``folder``. Raises ConfigurationError when there is none or one is wrong."""
    keys = []
    for path in sorted(folder.glob("*.pub.pem")):
        parts = path.name.removesuffix(".pub.pem").split("--")
        if len(parts) != 3 or parts[0] not in {role.value for role in Role}:
            raise ConfigurationError(str(path), "must be named <role>--<name>--<kid>.pub.pem")
        party = Party(role=Role(parts[0]), name=parts[1])
        keys.append(TrustedKey.from_pem(parts[2], party, path.read_bytes()))
    if not keys:
        raise ConfigurationError(str(folder), "holds no <role>--<name>--<kid>.pub.pem file")
    return TrustedKeys(keys)


def save_signing_key(folder: Path, key: SigningKey) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{key.kid}.key.pem"
    path.touch(mode=0o600)
    path.write_bytes(key.private_pem)
    return path


def save_trusted_key(folder: Path, party: Party, key: SigningKey) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{party.role.value}--{party.name}--{key.kid}.pub.pem"
    path.write_bytes(key.public_pem)
    return path
