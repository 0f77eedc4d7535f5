"""Trust anchors: the CA certificates of the cards, chosen beforehand by whoever runs the centre."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

from certificates.errors import ConfigurationError

SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der", ".crl"})
MINIMUM_BITS = 2048
TEST_MARK = "TEST"
_log = logging.getLogger(__name__)


def is_test_hierarchy(name: x509.Name) -> bool:
    """Whether an issuer says of itself that it is a test: its organization holds the word TEST.

    The real one is 「O=JPKI」.
    """
    return any(
        TEST_MARK in str(attribute.value).upper()
        for attribute in name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One CA. Several generations share one name; only the signature tells whose a certificate is."""

    certificate: x509.Certificate = field(repr=False)
    key: RSAPublicKey = field(repr=False)
    source: str

    @property
    def fingerprint(self) -> bytes:
        return self.certificate.fingerprint(SHA256())

    @property
    def is_test(self) -> bool:
        return is_test_hierarchy(self.certificate.subject)

    def is_valid_at(self, moment: datetime) -> bool:
        return self.certificate.not_valid_before_utc <= moment <= self.certificate.not_valid_after_utc

    def signed(self, certificate: x509.Certificate) -> bool:
        """sha256WithRSAEncryption by this key, and nothing else."""
        if certificate.signature_algorithm_oid != SignatureAlgorithmOID.RSA_WITH_SHA256:
            return False
        try:
            self.key.verify(certificate.signature, certificate.tbs_certificate_bytes, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


def load_anchors(folder: Path, *, accept_test_cards: bool) -> tuple[Anchor, ...]:
    """Every certificate file of ``folder``. Raises ConfigurationError naming the file and what is wrong with it."""
    anchors = [_anchor(path) for path in certificate_files(folder)]
    if not anchors:
        raise ConfigurationError(str(folder), "holds no CA certificate (.pem, .crt, .cer or .der)")
    tests = [anchor for anchor in anchors if anchor.is_test]
    if tests and not accept_test_cards:
        raise ConfigurationError(
            tests[0].source,
            "is a test authority whose cards anybody can make; remove it, or set KOFU_CENTRE_ACCEPT_TEST_CARDS=yes "
            "on a system that serves no real residents",
        )
    if tests:
        _log.warning("test cards are accepted", extra={"authorities": len(tests)})
    return tuple(anchors)


def certificate_files(folder: Path) -> list[Path]:
    """Raises ConfigurationError when there is no such folder."""
    if not folder.is_dir():
        raise ConfigurationError(str(folder), "is not a folder")
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())


def _anchor(path: Path) -> Anchor:
    def wrong(reason: str) -> ConfigurationError:
        return ConfigurationError(str(path), reason)

    try:
        data = path.read_bytes()
        pem = data.lstrip().startswith(b"-----BEGIN")
        certificate = x509.load_pem_x509_certificate(data) if pem else x509.load_der_x509_certificate(data)
        key = certificate.public_key()
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except OSError as error:
        raise wrong(f"cannot be read: {error.strerror}") from error
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension) as error:
        raise wrong(f"is not a CA certificate: {type(error).__name__}") from error
    if not constraints.ca or not usage.key_cert_sign or not usage.crl_sign:
        raise wrong("must be a CA that signs certificates and revocation lists")
    if not isinstance(key, RSAPublicKey) or key.key_size < MINIMUM_BITS:
        raise wrong(f"must have an RSA key of at least {MINIMUM_BITS} bits")
    return Anchor(certificate=certificate, key=key, source=str(path))
