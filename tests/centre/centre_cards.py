"""X.509 certificates of cards, CAs and lists that can be wrong in every way, each parameter by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.centre.centre_values import NOW

POLICY = x509.ObjectIdentifier("1.2.392.200149.8.5.1.3.30")
YEAR = timedelta(days=365)


@cache
def rsa_key(label: str, bits: int = 2048, exponent: int = 65537) -> rsa.RSAPrivateKey:
    """One key a label: making one takes 0.1 s."""
    return rsa.generate_private_key(public_exponent=exponent, key_size=bits)


def name(organization: str = "JPKI TEST") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "invented"),
        ]
    )


def usage(
    *, signs_certificates: bool, digital_signature: bool = True, crl_sign: bool | None = None
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates if crl_sign is None else crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ca:
    """A root; ``label`` picks its key."""

    label: str = "root"
    organization: str = "JPKI TEST"
    not_before: datetime = NOW - YEAR
    not_after: datetime = NOW + YEAR
    bits: int = 2048
    is_ca: bool = True
    crl_sign: bool = True

    @property
    def key(self) -> rsa.RSAPrivateKey:
        return rsa_key(self.label, self.bits)

    @property
    def certificate(self) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(name(self.organization))
            .issuer_name(name(self.organization))
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(self.not_before)
            .not_valid_after(self.not_after)
            .add_extension(x509.BasicConstraints(ca=self.is_ca, path_length=None), critical=True)
            .add_extension(usage(signs_certificates=self.is_ca, crl_sign=self.crl_sign), critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def write(self, folder: Path, *, encoding: Encoding = Encoding.PEM) -> Path:
        folder.mkdir(exist_ok=True)
        path = folder / f"{self.label}.{'pem' if encoding is Encoding.PEM else 'cer'}"
        path.write_bytes(self.certificate.public_bytes(encoding))
        return path

    def revocation_list(
        self,
        revoked: Sequence[tuple[int, x509.ReasonFlags | None]] = (),
        *,
        this_update: datetime = NOW - timedelta(hours=1),
        next_update: datetime = NOW + timedelta(hours=23),
        issuer: str | None = None,
        digest: hashes.SHA256 | hashes.SHA512 | None = None,
        partial: bool = False,
        key: rsa.RSAPrivateKey | None = None,
    ) -> x509.CertificateRevocationList:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(name(issuer or self.organization))
            .last_update(this_update)
            .next_update(next_update)
        )
        if partial:
            scope = x509.IssuingDistributionPoint(
                full_name=[x509.UniformResourceIdentifier("http://crl.example/part1")],
                relative_name=None,
                only_contains_user_certs=False,
                only_contains_ca_certs=False,
                only_some_reasons=None,
                indirect_crl=False,
                only_contains_attribute_certs=False,
            )
            builder = builder.add_extension(scope, critical=True)
        for serial, reason in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - YEAR)
            if reason is not None:
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(key or self.key, digest or hashes.SHA256())


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card whose certificate is as it should be, but for what a test names."""

    ca: Ca = field(default_factory=Ca)
    serial: int = 0x5E71A1
    issuer: str | None = None
    not_before: datetime = NOW - YEAR
    not_after: datetime = NOW + YEAR
    policy: x509.ObjectIdentifier | None = POLICY
    key_usage: x509.KeyUsage | None = field(default_factory=lambda: usage(signs_certificates=False))
    purpose: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.CLIENT_AUTH
    is_ca: bool = False
    strange: bool = False
    digest: hashes.SHA256 | hashes.SHA384 = field(default_factory=hashes.SHA256)
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(default_factory=lambda: rsa_key("card"))

    @property
    def der(self) -> bytes:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST0001")]))
            .issuer_name(name(self.issuer or self.ca.organization))
            .public_key(self.key.public_key())
            .serial_number(self.serial)
            .not_valid_before(self.not_before)
            .not_valid_after(self.not_after)
            .add_extension(x509.BasicConstraints(ca=self.is_ca, path_length=None), critical=True)
        )
        if self.key_usage is not None:
            builder = builder.add_extension(self.key_usage, critical=True)
        if self.policy is not None:
            policies = x509.CertificatePolicies([x509.PolicyInformation(self.policy, None)])
            builder = builder.add_extension(policies, critical=False)
        if self.purpose is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([self.purpose]), critical=False)
        if self.strange:
            unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
            builder = builder.add_extension(unknown, critical=True)
        return builder.sign(self.ca.key, self.digest).public_bytes(Encoding.DER)

    def sign(self, message: bytes) -> bytes:
        assert isinstance(self.key, rsa.RSAPrivateKey)
        return self.key.sign(message, PKCS1v15(), hashes.SHA256())
