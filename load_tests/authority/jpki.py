"""A throw-away JPKI: the authority that stands behind test cards, and its revocation lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certificates.errors import ConfigurationError

USER_AUTHENTICATION_POLICY: Final = x509.ObjectIdentifier("1.2.392.200149.8.5.1.3.30")
TEST_ORGANIZATION: Final = "JPKI TEST"

# Like the real hierarchy, every generation of roots bears this one name: only the signature tells them apart.
AUTHORITY_NAME: Final = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, TEST_ORGANIZATION),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "JPKI TEST for user authentication"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Invented residents only"),
    ]
)

_KEY_FILE: Final = "jpki-ca.key"
_CERTIFICATE_FILE: Final = "jpki-ca.pem"


def is_test_hierarchy(certificate: x509.Certificate) -> bool:
    """Whether a card's certificate or its CA's comes from here: production settings refuse such an anchor."""
    organizations = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return any(attribute.value == TEST_ORGANIZATION for attribute in organizations)


def new_key() -> rsa.RSAPrivateKey:
    """An RSA-2048 key, as the cards have; takes about 0.1 s, so a large town shares a few."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCard:
    """What goes onto a card."""

    certificate: x509.Certificate
    ca_certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """One line of a revocation list (RFC 5280 §5.3.1); ``certificate_hold`` is the reason of a suspended card."""

    serial: int
    revoked_at: datetime
    reason: x509.ReasonFlags


class JpkiTestAuthority:
    """The CA for user authentication; every moment is an argument and carries its zone."""

    def __init__(self, certificate: x509.Certificate, key: rsa.RSAPrivateKey) -> None:
        self.certificate = certificate
        self._key = key

    @classmethod
    def create(
        cls, *, not_before: datetime, not_after: datetime, key: rsa.RSAPrivateKey | None = None
    ) -> Self:
        key = key or new_key()
        certificate = (
            _builder(AUTHORITY_NAME, key.public_key(), key.public_key(), not_before, not_after)
            .serial_number(x509.random_serial_number())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(certificate, key)

    def issue(
        self,
        serial: int,
        *,
        not_before: datetime,
        not_after: datetime,
        key: rsa.RSAPrivateKey | None = None,
    ) -> IssuedCard:
        """A card for the holder known by ``serial`` (positive, at most 20 bytes); it names no person."""
        key = key or new_key()
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
                x509.NameAttribute(NameOID.COMMON_NAME, f"TEST{serial:026d}"),
            ]
        )
        policy = x509.PolicyInformation(USER_AUTHENTICATION_POLICY, None)
        certificate = (
            _builder(subject, key.public_key(), self._key.public_key(), not_before, not_after)
            .serial_number(serial)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.CertificatePolicies([policy]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return IssuedCard(certificate=certificate, ca_certificate=self.certificate, key=key)

    def revocation_list(
        self,
        revoked: Iterable[Revocation],
        *,
        number: int,
        this_update: datetime,
        next_update: datetime,
    ) -> x509.CertificateRevocationList:
        """A full list (RFC 5280 §5) of everything in ``revoked``; ``number`` grows from list to list."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(AUTHORITY_NAME)
            .last_update(this_update)
            .next_update(next_update)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )
        for line in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(line.serial)
                .revocation_date(line.revoked_at)
                .add_extension(x509.CRLReason(line.reason), critical=False)
                .build()
            )
        return builder.sign(self._key, hashes.SHA256())

    def save(self, folder: Path) -> None:
        """Write certificate and key (mode 0600) into ``folder``; an authority that is there is not overwritten.

        Raises:
            FileExistsError: ``folder`` holds an authority already.
        """
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        folder.mkdir(parents=True, exist_ok=True)
        key_file = folder / _KEY_FILE
        key_file.touch(mode=0o600, exist_ok=False)
        key_file.write_bytes(pem)
        (folder / _CERTIFICATE_FILE).write_bytes(self.certificate.public_bytes(Encoding.PEM))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: there is no authority in ``folder``.
            ConfigurationError: what is there is no test authority.
        """
        try:
            key = load_pem_private_key((folder / _KEY_FILE).read_bytes(), password=None)
            certificate = x509.load_pem_x509_certificate((folder / _CERTIFICATE_FILE).read_bytes())
        except ValueError as error:
            raise ConfigurationError(str(folder), f"no test authority ({type(error).__name__})") from None
        if not (isinstance(key, rsa.RSAPrivateKey) and key.public_key() == certificate.public_key()):
            raise ConfigurationError(
                str(folder), "key and certificate of the authority do not belong together"
            )
        if not is_test_hierarchy(certificate):
            raise ConfigurationError(str(folder), f"not an authority of {TEST_ORGANIZATION}")
        return cls(certificate, key)


def _builder(
    subject: x509.Name,
    key: rsa.RSAPublicKey,
    issuer_key: rsa.RSAPublicKey,
    not_before: datetime,
    not_after: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(AUTHORITY_NAME)
        .public_key(key)
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
