"""Under which name an address is counted: households together, and no address in any memory."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from datetime import datetime

from certificates.domain.clock import JST

_LABEL = b"kofu/inquiry/turns/1/"
_PREFIX = 64  # of IPv6: one household has that many addresses
_NAME_BYTES = 16


def receiver_name(secret: bytes, address: str, at: datetime) -> str:
    """32 hexadecimal digits: HMAC-SHA256 of day (in Japan) and network, keyed with the site's secret.

    Another day gives another name, so whoever reads the counts can neither follow an address nor, without the secret,
    try all of them. What is no address has one name for all.
    """
    day = at.astimezone(JST).date().isoformat()
    message = _LABEL + f"{day}/{_network(address)}".encode("ascii")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[: 2 * _NAME_BYTES]


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        # without its zone, which the sender may choose
        return str(ipaddress.ip_network((int(found), _PREFIX), strict=False))
    return str(found)
