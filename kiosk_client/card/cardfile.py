"""A test card as a file: key, certificate, CA and PIN in JSON, for the owner's eyes only (mode 0600)."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from certificates.errors import ConfigurationError
from kiosk_client.card.layout import AUTHENTICATION_PIN_LENGTH
from kiosk_client.card.software import SoftwareCard

NOTICE: Final = (
    "TEST CARD of an invented resident. Key and PIN stand here in the clear and protect nothing. "
    "No real card's key can or may be kept like this."
)
_FORMAT: Final = "test-card/1"
_FIELDS: Final = ("notice", "format", "pin", "certificate", "ca_certificate", "key")


def save(
    path: Path,
    *,
    certificate: x509.Certificate,
    ca_certificate: x509.Certificate,
    key: rsa.RSAPrivateKey,
    pin: str,
) -> None:
    """Write the file in one step, so that a reader who watches ``path`` never sees half a card."""
    content = {
        "notice": NOTICE,
        "format": _FORMAT,
        "pin": pin,
        "certificate": certificate.public_bytes(Encoding.PEM).decode("ascii"),
        "ca_certificate": ca_certificate.public_bytes(Encoding.PEM).decode("ascii"),
        "key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii"),
    }
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def load(path: Path) -> SoftwareCard:
    """Read a card; its PIN counter starts full.

    Raises:
        FileNotFoundError: there is no such file.
        ConfigurationError: the file is not a test card, or others than its owner may read it.
    """
    with path.open(encoding="utf-8") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise ConfigurationError(str(path), "others may read this card's key and PIN: chmod 600")
        try:
            fields = _parse(file.read())
            certificate = x509.load_pem_x509_certificate(fields["certificate"].encode())
            ca_certificate = x509.load_pem_x509_certificate(fields["ca_certificate"].encode())
            key = load_pem_private_key(fields["key"].encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            # The cause stays out: a parser's message may quote the key or the PIN.
            raise ConfigurationError(str(path), f"not a test card ({type(error).__name__})") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigurationError(str(path), "the key of a test card must be RSA")
    return SoftwareCard(certificate=certificate, ca_certificate=ca_certificate, key=key, pin=fields["pin"])


def _parse(text: str) -> dict[str, str]:
    content: object = json.loads(text)
    fields = content if isinstance(content, dict) else {}
    checked = {name: value for name in _FIELDS if isinstance(value := fields.get(name), str)}
    if len(checked) != len(_FIELDS) or checked["format"] != _FORMAT:
        raise ValueError("a field is missing or of another format")
    pin = checked["pin"]
    if len(pin) != AUTHENTICATION_PIN_LENGTH or not (pin.isascii() and pin.isdigit()):
        raise ValueError("the PIN is not four digits")
    return checked
