"""The card's X.509 certificate and its signature, judged by the rules of 公的個人認証 (利用者証明用電子証明書)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from center_relay.adapters.anchors import Anchor, is_test_hierarchy
from center_relay.adapters.revocation import RevocationLists
from certificates.domain.identifiers import card_serial
from certificates.errors import InvalidValueError, RefusedError
from certificates.problems import ProblemCode
from certificates.wire.order import Holder

USER_AUTHENTICATION_POLICY = x509.ObjectIdentifier("1.2.392.200149.8.5.1.3.30")
KEY_BITS = 2048
EXPONENT = 65537
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.CERTIFICATE_POLICIES,
    }
)


class JpkiAuthority:
    """Chooses the CA by signature, never by name and never from the card; identifies by (issuer, serial)."""

    def __init__(
        self, anchors: Sequence[Anchor], revocation: RevocationLists, *, accept_test_cards: bool
    ) -> None:
        self._anchors = anchors
        self._revocation = revocation
        self._accept_test_cards = accept_test_cards

    async def holder(self, certificate: bytes, *, message: bytes, signature: bytes, at: datetime) -> Holder:
        return await asyncio.to_thread(self._holder, certificate, message, signature, at)

    def _holder(self, der: bytes, message: bytes, signature: bytes, at: datetime) -> Holder:
        """What needs no trust first, what tells something about the holder's card last."""
        certificate, key = _parse(der)
        anchor = self._anchor_of(certificate, at)
        _require_profile(certificate)
        try:
            key.verify(signature, message, PKCS1v15(), SHA256())
        except InvalidSignature as error:
            raise RefusedError(ProblemCode.CARD_SIGNATURE_INVALID) from error
        if at < certificate.not_valid_before_utc:
            raise _invalid("not yet valid")
        if at > certificate.not_valid_after_utc:
            raise RefusedError(ProblemCode.CARD_CERTIFICATE_EXPIRED)
        self._revocation.require_good(anchor, certificate.serial_number, at)
        try:
            serial = card_serial(certificate.serial_number)
        except InvalidValueError as error:
            raise _invalid(error.reason) from error
        return Holder(issuer=hashlib.sha256(certificate.issuer.public_bytes()).digest(), serial=serial)

    def _anchor_of(self, certificate: x509.Certificate, at: datetime) -> Anchor:
        if is_test_hierarchy(certificate.issuer) and not self._accept_test_cards:
            raise _invalid("a card of a test hierarchy")
        for anchor in self._anchors:
            if anchor.signed(certificate):
                if certificate.issuer != anchor.certificate.subject:
                    raise _invalid("the issuer is not the CA that signed")
                if not anchor.is_valid_at(at):
                    raise _invalid("its CA is not valid at this moment")
                return anchor
        raise _invalid("signed by no CA that we trust")


def _parse(der: bytes) -> tuple[x509.Certificate, RSAPublicKey]:
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
    except Exception as error:  # a parser that is fed foreign bytes raises anything at all
        raise _invalid("not an X.509 certificate in DER form") from error
    if not isinstance(key, RSAPublicKey) or key.key_size != KEY_BITS or key.public_numbers().e != EXPONENT:
        raise _invalid(f"the key must be RSA-{KEY_BITS}")
    return certificate, key


def _require_profile(certificate: x509.Certificate) -> None:
    """Certificate policy and key usage of the user-authentication certificate (RFC 5280 4.2)."""
    try:
        extensions = certificate.extensions
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        policies = extensions.get_extension_for_class(x509.CertificatePolicies).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension) as error:
        raise _invalid("an extension is missing or malformed") from error
    if any(extension.critical and extension.oid not in _UNDERSTOOD for extension in extensions):
        raise _invalid("a critical extension is not understood")
    if USER_AUTHENTICATION_POLICY not in {policy.policy_identifier for policy in policies}:
        raise _invalid("not a user-authentication certificate")
    if not usage.digital_signature or usage.key_cert_sign or usage.crl_sign:
        raise _invalid("its key is not for authentication")
    for extension in extensions:
        match extension.value:
            case x509.BasicConstraints(ca=True):
                raise _invalid("a CA is not a card")
            case x509.ExtendedKeyUsage() as purposes if ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
                raise _invalid("its key is not for client authentication")
            case _:
                pass


def _invalid(detail: str) -> RefusedError:
    return RefusedError(ProblemCode.CARD_CERTIFICATE_INVALID, detail)
