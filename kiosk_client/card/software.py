"""A card in software: the files, PINs and keys of the JPKI application, and nothing that protects them."""

from __future__ import annotations

import hmac
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk_client.card import apdu
from kiosk_client.card.layout import (
    AUTHENTICATION_PIN_TRIES,
    JPKI_AID,
    SIGNATURE_PASSWORD_TRIES,
    TOKEN_INFO_SIZE,
    TOKEN_PREFIXES,
    File,
)

# A contactless card without historical bytes that speaks T=1 (PC/SC part 3, §3.1.3.2.3).
ATR: Final = bytes.fromhex("3B80800101")

_FILES: Final = frozenset(int(file) for file in File)


class Pin:
    """A PIN and its counter, which outlives power and connections; ``value`` None is one that nobody knows."""

    def __init__(self, value: bytes | None, tries: int) -> None:
        self._value = value
        self._tries = tries
        self.left = tries
        self.verified = False

    def present(self, candidate: bytes) -> int:
        """Compare, count, and answer with a status word."""
        if self.left == 0:
            return apdu.BLOCKED_REFERENCE
        self.verified = self._value is not None and hmac.compare_digest(self._value, candidate)
        self.left = self._tries if self.verified else self.left - 1
        return apdu.OK if self.verified else apdu.tries_status(self.left)


class SoftwareCard:
    """A test card that answers as an Individual Number Card does.

    The user-authentication pair works in full. The signature pair is there and stays shut: its password is
    known to nobody, so its certificate and key answer 6982. The test hierarchy has one CA, which stands in
    both CA files. Bytes of any kind are answered with a status word and never raise. One command at a time:
    the reader that holds the card sees to that.
    """

    atr = ATR

    def __init__(
        self,
        *,
        certificate: x509.Certificate,
        ca_certificate: x509.Certificate,
        key: rsa.RSAPrivateKey,
        pin: str,
        stumbles: bool = False,
    ) -> None:
        """``pin`` is four digits; ``stumbles`` answers 6F00 once after power-on, as one real card does."""
        ca = ca_certificate.public_bytes(Encoding.DER)
        self._key = key
        self._stumbles = stumbles
        authentication = Pin(pin.encode("ascii"), AUTHENTICATION_PIN_TRIES)
        signature = Pin(None, SIGNATURE_PASSWORD_TRIES)
        self._pins: dict[int, Pin] = {
            File.AUTHENTICATION_PIN: authentication,
            File.SIGNATURE_PASSWORD: signature,
        }
        self._keys: dict[int, Pin] = {
            File.AUTHENTICATION_KEY: authentication,
            File.SIGNATURE_KEY: signature,
        }
        self._contents: dict[int, bytes] = {
            File.SIGNATURE_CERTIFICATE: b"",
            File.SIGNATURE_CA: ca,
            File.TOKEN_INFO: TOKEN_PREFIXES[0].ljust(TOKEN_INFO_SIZE, b"\x00"),
            File.AUTHENTICATION_CERTIFICATE: certificate.public_bytes(Encoding.DER),
            File.AUTHENTICATION_CA: ca,
        }
        self.power_on()

    @property
    def certificate_der(self) -> bytes:
        return self._contents[File.AUTHENTICATION_CERTIFICATE]

    @property
    def pin_tries_left(self) -> int:
        return self._pins[File.AUTHENTICATION_PIN].left

    def power_on(self) -> None:
        """Start, or start again: nothing is selected and no PIN counts as presented."""
        self._application = False
        self._file: int | None = None
        self._stumble = self._stumbles
        for pin in self._pins.values():
            pin.verified = False

    def power_off(self) -> None:
        self.power_on()

    def process(self, command: bytes) -> bytes:
        """Answer one short command (ISO/IEC 7816-4 §5.1): data, then two bytes of status."""
        parsed = _parse(command)
        if parsed is None:
            data, status = b"", apdu.WRONG_LENGTH
        else:
            data, status = self._dispatch(command[:4], *parsed)
        return data + status.to_bytes(2)

    def _dispatch(self, header: bytes, body: bytes, expected: int | None) -> tuple[bytes, int]:
        cla, ins, p1, p2 = header
        if cla not in (0x00, 0x80):
            return b"", apdu.UNKNOWN_CLASS
        match (cla, ins, p1, p2):
            case (0x00, apdu.INS_SELECT, 0x04, 0x0C):
                return b"", self._select_application(body)
            case (0x00, apdu.INS_SELECT, 0x02, 0x0C):
                return b"", self._select_file(body)
            case (0x00, apdu.INS_READ, _, _) if p1 < 0x80:  # bit 8 would mean a short file id
                return self._read(p1 << 8 | p2, expected)
            case (0x00, apdu.INS_VERIFY, 0x00, 0x80):
                return b"", self._verify(body)
            case (0x80, apdu.INS_SIGN, 0x00, 0x80):
                return self._sign(body)
            case (0x00, apdu.INS_SELECT | apdu.INS_READ | apdu.INS_VERIFY, _, _):
                return b"", apdu.WRONG_P1_P2
            case (0x80, apdu.INS_SIGN, _, _):
                return b"", apdu.WRONG_P1_P2
        return b"", apdu.UNKNOWN_INSTRUCTION

    def _select_application(self, aid: bytes) -> int:
        if self._stumble:
            self._stumble = False
            return apdu.NO_DIAGNOSIS
        if aid != JPKI_AID:
            return apdu.NOT_FOUND
        self.power_on()
        self._stumble = False
        self._application = True
        return apdu.OK

    def _select_file(self, identifier: bytes) -> int:
        wanted = int.from_bytes(identifier)
        if not self._application or len(identifier) != 2 or wanted not in _FILES:
            return apdu.NOT_FOUND
        self._file = wanted
        return apdu.OK

    def _read(self, offset: int, expected: int | None) -> tuple[bytes, int]:
        if expected is None:
            return b"", apdu.WRONG_LENGTH
        if self._file is None:
            return b"", apdu.NO_CURRENT_FILE
        if self._file == File.SIGNATURE_CERTIFICATE:
            return b"", apdu.NOT_VERIFIED
        if self._file not in self._contents:
            return b"", apdu.WRONG_FILE_TYPE
        data = self._contents[self._file][offset : offset + expected]
        return (data, apdu.OK) if data else (b"", apdu.PAST_THE_END)

    def _verify(self, candidate: bytes) -> int:
        pin = None if self._file is None else self._pins.get(self._file)
        if pin is None:
            return apdu.NO_CURRENT_FILE
        return pin.present(candidate) if candidate else apdu.tries_status(pin.left)

    def _sign(self, digest_info: bytes) -> tuple[bytes, int]:
        pin = None if self._file is None else self._keys.get(self._file)
        if pin is None:
            return b"", apdu.NO_CURRENT_FILE
        if not pin.verified:
            return b"", apdu.NOT_VERIFIED
        prefix, digest = digest_info[: -SHA256.digest_size], digest_info[-SHA256.digest_size :]
        if prefix != apdu.SHA256_DIGEST_INFO:
            return b"", apdu.WRONG_DATA
        return self._key.sign(digest, padding.PKCS1v15(), Prehashed(SHA256())), apdu.OK


def _parse(command: bytes) -> tuple[bytes, int | None] | None:
    """Data and expected length (1 to 256, None: no answer expected) of a short command; None if malformed."""
    if len(command) < 4:
        return None
    body = command[4:]
    if not body:
        return b"", None
    if len(body) == 1:
        return b"", body[0] or 256
    size, data, rest = body[0], body[1 : 1 + body[0]], body[1 + body[0] :]
    if size == 0 or len(data) != size or len(rest) > 1:
        return None
    return data, (rest[0] or 256) if rest else None
