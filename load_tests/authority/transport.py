"""A throw-away authority for the lines between services: X.509 for mutual TLS, ES256 keys for messages."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certificates.service.keyring import save_signing_key, save_trusted_key
from certificates.service.tls import TlsFiles, party_uri
from certificates.wire.jose import Party, SigningKey, thumbprint

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFiles:
    """What one party is given: its TLS files and its signing key."""

    tls: TlsFiles
    signing_key: Path


class TransportAuthority:
    """Makes the files of every party under ``folder``; good for one day from ``now``."""

    def __init__(self, folder: Path, *, now: datetime) -> None:
        self.folder = folder
        self.trusted = folder / "trusted"
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "KOFU TEST"),
                x509.NameAttribute(NameOID.COMMON_NAME, "KOFU TEST transport authority"),
            ]
        )
        certificate = (
            self._builder(self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate = folder / "authority.pem"
        self.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        issuer_key = self._key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _DAY)
            .not_valid_after(self._now + _DAY)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
        )

    def tls_files(self, party: Party) -> TlsFiles:
        """A certificate for loopback addresses that names ``party`` in its subjectAltName."""
        folder = self.folder / f"{party.role.value}-{party.name}"
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [
            x509.UniformResourceIdentifier(party_uri(party)),
            x509.DNSName("localhost"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        ]
        uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        certificate = (
            self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(party))]), key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        files = TlsFiles(certificate=folder / "tls.pem", key=folder / "tls.key", authority=self.certificate)
        files.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        files.key.touch(mode=0o600)
        files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files

    def enrol(self, party: Party) -> PartyFiles:
        """TLS files and a signing key whose public part every other party trusts."""
        draft = SigningKey.generate("draft")
        key = SigningKey(thumbprint(draft.public_pem), draft.private_pem)
        tls = self.tls_files(party)
        save_trusted_key(self.trusted, party, key)
        return PartyFiles(tls=tls, signing_key=save_signing_key(tls.key.parent, key))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
