"""Messages as they arrive: what the encoding alone does not check is checked here, once."""

from __future__ import annotations

from certificates.domain.identifiers import card_serial, municipality_code, order_id, session_id
from certificates.errors import InvalidValueError, WireError
from certificates.wire.order import AskStanding, CloseOrder, Holder, Inquire, Order

MAX_MEMBERS = 100


def require_inquire(message: Inquire) -> None:
    """Raises WireError naming the field."""
    try:
        municipality_code(message.municipality)
        session_id(message.session)
        _require_holder(message.holder, message.transcript)
    except InvalidValueError as error:
        raise WireError(f"{message.TAG}: {error}") from error


def require_order(message: Order) -> None:
    """Raises WireError naming the field."""
    try:
        order_id(message.order)
        municipality_code(message.municipality)
        session_id(message.session)
        _require_holder(message.holder, message.transcript)
    except InvalidValueError as error:
        raise WireError(f"{message.TAG}: {error}") from error
    if message.choice.members is not None and len(message.choice.members) > MAX_MEMBERS:
        raise WireError(f"{message.TAG}: more than {MAX_MEMBERS} members")


def require_close_order(message: CloseOrder) -> None:
    """Raises WireError naming the field."""
    try:
        order_id(message.order)
        municipality_code(message.municipality)
    except InvalidValueError as error:
        raise WireError(f"{message.TAG}: {error}") from error


def require_ask_standing(message: AskStanding) -> None:
    """Raises WireError naming the field."""
    try:
        order_id(message.order)
        municipality_code(message.municipality)
    except InvalidValueError as error:
        raise WireError(f"{message.TAG}: {error}") from error


def _require_holder(holder: Holder, transcript: bytes) -> None:
    card_serial(holder.serial)
    if len(holder.issuer) != 32 or len(transcript) != 32:
        raise WireError("issuer and transcript are SHA-256 digests of 32 bytes")
