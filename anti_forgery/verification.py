"""Is this back genuine? A verdict with three outcomes, its reason, and the opened sheet when it passed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from PIL.Image import Image

from anti_forgery.keys import CentrePublicKey, SitePrivateKey
from anti_forgery.reading import read_back
from anti_forgery.sealed import UnknownVersionError, decrypt, require_scope, signed_content, take_apart
from anti_forgery.sheet import SheetFacts, decompress, sheet_from
from anti_forgery.symbols import UnreadableError
from certificates.errors import InvalidValueError, SignatureError, WireError


class Outcome(Enum):
    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


class Reason(Enum):
    """Why; the value is a sentence for the person at the inquiry site's counter."""

    GENUINE = "sealed and signed by the centre"
    NOT_SEALED = "the code is not a sealed back"
    CHANGED = "the code was changed, or was not made for this inquiry site"
    WRONG_SIGNATURE = "the centre did not sign this content"
    MALFORMED_CONTENT = "the signed content is not a sheet"
    OUTSIDE_KEY_TERM = "the sheet is dated outside the term of its key"
    UNREADABLE = "too little of the code can be read: scan the back again, flat, at 300 dpi"
    UNKNOWN_VERSION = "sealed in a version that this program does not know"
    UNKNOWN_SITE_KEY = "sealed for a site key that is not at hand"
    UNKNOWN_CENTRE_KEY = "signed with a centre key that is not at hand: update the list of keys"


OUTCOMES: dict[Reason, Outcome] = {
    Reason.GENUINE: Outcome.PASSED,
    Reason.NOT_SEALED: Outcome.FAILED,
    Reason.CHANGED: Outcome.FAILED,
    Reason.WRONG_SIGNATURE: Outcome.FAILED,
    Reason.MALFORMED_CONTENT: Outcome.FAILED,
    Reason.OUTSIDE_KEY_TERM: Outcome.FAILED,
    Reason.UNREADABLE: Outcome.INDETERMINATE,
    Reason.UNKNOWN_VERSION: Outcome.INDETERMINATE,
    Reason.UNKNOWN_SITE_KEY: Outcome.INDETERMINATE,
    Reason.UNKNOWN_CENTRE_KEY: Outcome.INDETERMINATE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``sheet`` is there when, and only when, the outcome is passed; ``detail`` holds no personal data.

    Passed proves the content, never the paper: a photographed back opens as well. The front must be compared.
    """

    reason: Reason
    detail: str = ""
    sheet: SheetFacts | None = None

    def __post_init__(self) -> None:
        if (self.outcome is Outcome.PASSED) != (self.sheet is not None):
            raise InvalidValueError("verdict", "an opened sheet belongs to outcome passed, and only to it")

    @property
    def outcome(self) -> Outcome:
        return OUTCOMES[self.reason]


def verify_back(
    payload: bytes, site_keys: Iterable[SitePrivateKey], centre_keys: Iterable[CentrePublicKey]
) -> Verdict:
    """Open a payload with the keys at hand, retired ones included. Never raises for what the payload holds."""
    try:
        sealed = take_apart(payload)
    except UnknownVersionError as error:
        return Verdict(reason=Reason.UNKNOWN_VERSION, detail=str(error))
    except WireError as error:
        return Verdict(reason=Reason.NOT_SEALED, detail=str(error))
    site = next((key for key in site_keys if key.id == sealed.site_key), None)
    if site is None:
        return Verdict(reason=Reason.UNKNOWN_SITE_KEY, detail=sealed.site_key)
    try:
        plaintext = decrypt(sealed, site)
    except WireError as error:
        return Verdict(reason=Reason.CHANGED, detail=str(error))
    centre = next((key for key in centre_keys if key.id == sealed.centre_key), None)
    if centre is None:
        return Verdict(reason=Reason.UNKNOWN_CENTRE_KEY, detail=sealed.centre_key)
    try:
        # The signature comes first: only what the centre made is decompressed and parsed.
        sheet = sheet_from(decompress(signed_content(sealed, plaintext, centre)))
        require_scope(sealed, sheet)
    except SignatureError as error:
        return Verdict(reason=Reason.WRONG_SIGNATURE, detail=str(error))
    except WireError as error:
        return Verdict(reason=Reason.MALFORMED_CONTENT, detail=str(error))
    for key in (site, centre):
        # A retired key still verifies what it sealed in its time; a stolen one cannot date a sheet past its term.
        if not key.term.covers(sheet.issued_at):
            return Verdict(reason=Reason.OUTSIDE_KEY_TERM, detail=key.id)
    return Verdict(reason=Reason.GENUINE, sheet=sheet)


def verify_image(
    image: Image,
    site_keys: Iterable[SitePrivateKey],
    centre_keys: Iterable[CentrePublicKey],
    *,
    quickly: bool = False,
) -> Verdict:
    """Read the back in a picture (``quickly`` as in ``read_back``) and verify it; what cannot be read is indeterminate."""
    try:
        payload = read_back(image, quickly=quickly)
    except UnreadableError as error:
        return Verdict(reason=Reason.UNREADABLE, detail=str(error))
    return verify_back(payload, site_keys, centre_keys)
