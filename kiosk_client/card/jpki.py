"""The conversation that proves who holds the card: certificate, PIN, one signature, nothing else is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from certificates.errors import InvalidValueError
from kiosk_client.card import apdu
from kiosk_client.card.errors import (
    CardAnswerError,
    CardLostError,
    CardSwappedError,
    LastTryError,
    NoCertificateError,
    NotJpkiCardError,
    PinLockedError,
    UnsupportedKeyError,
    WrongPinError,
)
from kiosk_client.card.layout import AUTHENTICATION_PIN_LENGTH, JPKI_AID, TOKEN_PREFIXES, File
from kiosk_client.card.ports import CardConnection, Response

_DER_SEQUENCE: Final = 0x30
_LARGEST_CERTIFICATE: Final = 8192  # bytes; the real ones are about 1,600
_RSA_2048_SIGNATURE: Final = 256  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSignature:
    """What the card gives: its certificate (DER), the algorithm's JOSE name (RFC 7518 §3.1), the signature."""

    certificate_der: bytes = field(repr=False)
    algorithm: str
    signature: bytes = field(repr=False)


def authenticate(
    connection: CardConnection, pin: bytearray, message: bytes, *, confirm_last_try: bool = False
) -> CardSignature:
    """Have the card sign ``message`` (RSASSA-PKCS1-v1_5 over SHA-256) with the user-authentication key.

    ``pin`` is four ASCII digits and holds zeros when this returns or raises, whatever happened. The last try
    before the PIN locks is used only with ``confirm_last_try``. Nothing is ever tried twice, and no personal
    data, signature certificate or signature key is touched. The connection must be exclusive and must cut the
    card's power at its end.

    Raises:
        InvalidValueError: the PIN is not four digits; the card was not asked.
        WrongPinError, LastTryError, PinLockedError: with ``attempts_remaining``.
        NotJpkiCardError, NoCertificateError, UnsupportedKeyError: the card cannot do this.
        CardSwappedError: the certificate at the end is not the one at the start.
        CardLostError, ReaderUnavailableError, CardAnswerError: the conversation broke.
    """
    try:
        if len(pin) != AUTHENTICATION_PIN_LENGTH or not pin.isdigit():
            raise InvalidValueError("PIN", f"must be {AUTHENTICATION_PIN_LENGTH} digits")
        select_jpki(connection)
        certificate_der = read_certificate(connection)
        algorithm = _algorithm_of(certificate_der)
        left = tries_left(connection)
        if left == 0:
            raise PinLockedError
        if left == 1 and not confirm_last_try:
            raise LastTryError
        _verify(connection, pin)
        signature = _sign(connection, message)
        _require_same_card(connection, certificate_der)
    finally:
        apdu.wipe(pin)
    return CardSignature(certificate_der=certificate_der, algorithm=algorithm, signature=signature)


def select_jpki(connection: CardConnection) -> None:
    """Select the application and read its token information: the only way a card is identified, never its ATR.

    Raises:
        NotJpkiCardError: no such application, or another token in it.
    """
    select = apdu.select_application(JPKI_AID)
    response = connection.transmit(select)
    if response.sw == apdu.NO_DIAGNOSIS:  # some cards answer so once after power-on
        response = connection.transmit(select)
    if response.sw != apdu.OK:
        raise NotJpkiCardError("SELECT JPKI application", response.sw)
    response = connection.transmit(apdu.select_file(File.TOKEN_INFO))
    if response.sw != apdu.OK:
        raise NotJpkiCardError("SELECT token information", response.sw)
    prefix_size = max(map(len, TOKEN_PREFIXES))
    response = connection.transmit(apdu.read_binary(0, prefix_size))
    if response.sw != apdu.OK:
        raise NotJpkiCardError("READ token information", response.sw)
    if not response.data.startswith(TOKEN_PREFIXES):
        raise NotJpkiCardError("token information of another kind")


def read_certificate(connection: CardConnection) -> bytes:
    """Read the user-authentication certificate (DER); no PIN is needed for it.

    Raises:
        NoCertificateError: there is no such file, or no certificate in it.
        CardAnswerError: the card stops in the middle.
    """
    response = connection.transmit(apdu.select_file(File.AUTHENTICATION_CERTIFICATE))
    if response.sw == apdu.NOT_FOUND:
        raise NoCertificateError
    _require_ok(response, "SELECT certificate")
    content = bytearray(_read(connection, 0, 4))
    # Tag, then 0x82 for a length in two bytes: every certificate is longer than 255 bytes (X.690 §8.1.3.5).
    if len(content) != 4 or content[0] != _DER_SEQUENCE or content[1] != 0x82:
        raise NoCertificateError
    total = 4 + int.from_bytes(content[2:4])
    if total > _LARGEST_CERTIFICATE:
        raise CardAnswerError("READ certificate", reason=f"a length of {total} bytes cannot be")
    while len(content) < total:
        content += _read(connection, len(content), min(apdu.MAX_READ, total - len(content)))
    return bytes(content)


def tries_left(connection: CardConnection) -> int:
    """Ask how many tries of the PIN are left (0 to 3), which costs none; JPKI must have been selected.

    Leaves the PIN's file selected, as VERIFY needs it.
    """
    _require_ok(connection.transmit(apdu.select_file(File.AUTHENTICATION_PIN)), "SELECT PIN")
    response = connection.transmit(apdu.QUERY_TRIES)
    if response.sw in (apdu.BLOCKED, apdu.BLOCKED_REFERENCE):
        return 0
    left = apdu.tries(response.sw)
    if left is None:
        raise CardAnswerError("VERIFY without data", status=response.sw)
    return left


def _verify(connection: CardConnection, pin: bytearray) -> None:
    command = apdu.verify(pin)
    try:
        response = connection.transmit(command)
    except CardLostError as error:
        raise type(error)(pin_try_uncertain=True) from error
    finally:
        apdu.wipe(command)
    left = apdu.tries(response.sw)
    if left == 0 or response.sw in (apdu.BLOCKED, apdu.BLOCKED_REFERENCE):
        raise PinLockedError
    if left is not None:
        raise WrongPinError(left)
    _require_ok(response, "VERIFY PIN")


def _sign(connection: CardConnection, message: bytes) -> bytes:
    _require_ok(connection.transmit(apdu.select_file(File.AUTHENTICATION_KEY)), "SELECT key")
    digest_info = apdu.SHA256_DIGEST_INFO + hashlib.sha256(message).digest()
    response = connection.transmit(apdu.sign(digest_info))
    _require_ok(response, "SIGN")
    if len(response.data) != _RSA_2048_SIGNATURE:
        raise CardAnswerError("SIGN", reason=f"a signature of {len(response.data)} bytes")
    return response.data


def _require_same_card(connection: CardConnection, certificate_der: bytes) -> None:
    try:
        same = read_certificate(connection) == certificate_der
    except (CardAnswerError, NoCertificateError) as error:
        # Another card that has just been powered has no application selected and answers with an error.
        raise CardSwappedError from error
    if not same:
        raise CardSwappedError


def _read(connection: CardConnection, offset: int, length: int) -> bytes:
    response = connection.transmit(apdu.read_binary(offset, length))
    _require_ok(response, "READ certificate")
    if not 0 < len(response.data) <= length:
        raise CardAnswerError("READ certificate", reason=f"{len(response.data)} bytes instead of {length}")
    return response.data


def _require_ok(response: Response, step: str) -> None:
    if response.sw != apdu.OK:
        raise CardAnswerError(step, status=response.sw)


def _algorithm_of(certificate_der: bytes) -> str:
    """The one place that decides which keys are accepted: the algorithm follows from the certificate's key."""
    try:
        key = x509.load_der_x509_certificate(certificate_der).public_key()
    except ValueError as error:
        raise NoCertificateError from error
    if isinstance(key, rsa.RSAPublicKey) and key.key_size == 2048:
        return "RS256"
    raise UnsupportedKeyError(_name_of(key))


def _name_of(key: CertificatePublicKeyTypes) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA-{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA on {key.curve.name}"
    return type(key).__name__
