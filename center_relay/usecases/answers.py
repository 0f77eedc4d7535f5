"""Answers of a municipality: opened with its own key, or not at all."""

from __future__ import annotations

import hmac
from typing import TypeVar

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import BindingError, UnavailableError, WireError
from certificates.wire.codec import Message
from certificates.wire.jose import Party, Role, TrustedKeys
from certificates.wire.order import Inquire
from certificates.wire.visit import Menu

M = TypeVar("M", bound=Message)


def open_answer(trusted: TrustedKeys, token: bytes, kind: type[M], municipality: MunicipalityCode) -> M:
    """The message that this municipality signed.

    Raises BindingError when another municipality signed it, UnavailableError when nobody we trust did or when it
    is not such a message: then the line is faulty, but nothing shows that it belongs to somebody else.
    """
    try:
        message, signer = trusted.open(token, kind, Role.ISSUER)
    except WireError as error:
        raise UnavailableError(
            f"municipality {municipality}", f"its answer is not accepted: {error}", outcome_known=False
        ) from error
    if signer != Party(role=Role.ISSUER, name=municipality):
        raise BindingError(f"{kind.TAG}: signed by {signer}, asked was {municipality}")
    return message


def require_menu(menu: Menu, asked: Inquire) -> Menu:
    """Raises BindingError unless the menu answers this inquiry."""
    if menu.municipality != asked.municipality:
        raise BindingError("menu: of another municipality")
    if not hmac.compare_digest(menu.transcript, asked.transcript):
        raise BindingError("menu: of another visit")
    return menu
