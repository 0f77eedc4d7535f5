"""Where things lie in the JPKI application of an Individual Number Card."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

JPKI_AID: Final = bytes.fromhex("D392F000260100000001")

# The token information begins with one of these: a card, an Android phone, an iPhone.
TOKEN_PREFIXES: Final = (b"JPKIAPICCTOKEN2", b"JPKIAPGPSETOKEN", b"JPKIAPIOSTOKEN")
TOKEN_INFO_SIZE: Final = 160

AUTHENTICATION_PIN_LENGTH: Final = 4
AUTHENTICATION_PIN_TRIES: Final = 3
SIGNATURE_PASSWORD_TRIES: Final = 5


class File(IntEnum):
    """Elementary files by their identifier."""

    SIGNATURE_CERTIFICATE = 0x0001
    SIGNATURE_CA = 0x0002
    TOKEN_INFO = 0x0006
    AUTHENTICATION_CERTIFICATE = 0x000A
    AUTHENTICATION_CA = 0x000B
    AUTHENTICATION_KEY = 0x0017
    AUTHENTICATION_PIN = 0x0018
    SIGNATURE_KEY = 0x001A
    SIGNATURE_PASSWORD = 0x001B
