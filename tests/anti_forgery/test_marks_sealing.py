"""Sealing and the verdict: only what the centre signed for this site passes, and the reason says what is wrong."""

from __future__ import annotations

import base64
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from anti_forgery.data_keys import WRAPPED_BYTES, scope_of
from anti_forgery.keys import CentrePrivateKey, SitePrivateKey, SitePublicKey, Term
from anti_forgery.sealed import HEADER_BYTES, NONCE, BackSealer, _signed, take_apart
from anti_forgery.sheet import canonical_bytes, compress
from anti_forgery.verification import Outcome, Reason, Verdict, verify_back
from certificates.domain.identifiers import municipality_code
from certificates.errors import ConfigurationError, InvalidValueError
from tests.anti_forgery.marks_world import CENTRE, NOW, SITE, TERM, sealer, sheet

PAYLOAD = sealer().seal(sheet())
SITE_KEYS = [SITE]
CENTRE_KEYS = [CENTRE.public_key]


def verdict(payload: bytes) -> Verdict:
    return verify_back(payload, SITE_KEYS, CENTRE_KEYS)


def test_a_sealed_sheet_opens_with_the_keys_of_the_site() -> None:
    found = verdict(PAYLOAD)
    assert (found.outcome, found.reason, found.sheet) == (Outcome.PASSED, Reason.GENUINE, sheet())


def test_equal_random_bytes_give_equal_payloads_and_others_do_not() -> None:
    assert sealer().seal(sheet()) == PAYLOAD
    assert sealer(2).seal(sheet()) != PAYLOAD


def test_nothing_of_the_sheet_can_be_read_in_the_payload() -> None:
    assert b"992011-0000001234-3" not in PAYLOAD
    assert "見本".encode() not in PAYLOAD


def test_the_payload_of_version_2_still_opens() -> None:
    frozen = base64.b85decode(FROZEN)
    assert verdict(frozen).sheet == sheet(text="氏名　見本　太郎")


@given(st.integers(0, len(PAYLOAD) - 1), st.integers(1, 255))
@settings(max_examples=300)
def test_a_payload_with_one_changed_byte_never_passes(place: int, change: int) -> None:
    changed = bytearray(PAYLOAD)
    changed[place] ^= change
    found = verdict(bytes(changed))
    assert found.sheet is None
    # Version and key ids say which key opens the rest: with those changed, the truth is out of reach.
    assert found.outcome is (Outcome.INDETERMINATE if place < 9 else Outcome.FAILED)


@given(st.binary(max_size=700))
def test_arbitrary_bytes_never_pass_and_never_raise(payload: bytes) -> None:
    assert verdict(payload).outcome is not Outcome.PASSED


@given(st.integers(0, len(PAYLOAD) - 1))
def test_a_payload_cut_short_fails(length: int) -> None:
    assert verdict(PAYLOAD[:length]).outcome is Outcome.FAILED


def test_a_later_version_is_indeterminate() -> None:
    assert verdict(b"\3" + PAYLOAD[1:]).reason is Reason.UNKNOWN_VERSION


def test_a_site_without_the_key_cannot_tell() -> None:
    assert verify_back(PAYLOAD, [], CENTRE_KEYS).reason is Reason.UNKNOWN_SITE_KEY


def test_a_forger_with_a_key_of_his_own_does_not_pass() -> None:
    own = CentrePrivateKey(private=ec.derive_private_key(666, ec.SECP256R1()), term=TERM)
    forged = BackSealer(centre=own, site=SITE.public_key, random_bytes=random.Random(3).randbytes).seal(
        sheet()
    )
    assert verdict(forged).reason is Reason.UNKNOWN_CENTRE_KEY
    # … nor when he writes the id of the centre's key into the header he seals under.
    object.__setattr__(own, "id", CENTRE.id)
    forged = BackSealer(centre=own, site=SITE.public_key, random_bytes=random.Random(3).randbytes).seal(
        sheet()
    )
    assert verdict(forged).reason is Reason.WRONG_SIGNATURE


def test_a_sheet_sealed_for_one_site_cannot_be_sealed_again_for_another() -> None:
    other = SitePrivateKey(private=X25519PrivateKey.from_private_bytes(b"\7" * 32), term=TERM)
    there = BackSealer(centre=CENTRE, site=other.public_key, random_bytes=random.Random(1).randbytes).seal(
        sheet()
    )
    here = take_apart(PAYLOAD)
    assert _signed(take_apart(there).header, b"content") != _signed(here.header, b"content")
    assert verify_back(here.header + there[HEADER_BYTES:], SITE_KEYS, CENTRE_KEYS).reason is Reason.CHANGED


def test_a_signed_content_that_is_no_sheet_fails() -> None:
    scope = take_apart(PAYLOAD).scope
    assert verdict(sealer()._seal(scope, compress(b"[]"))).reason is Reason.MALFORMED_CONTENT


def test_a_sheet_under_the_data_key_of_another_municipality_or_day_fails() -> None:
    content = compress(canonical_bytes(sheet()))
    for scope in (
        scope_of(municipality_code("131016"), NOW),
        scope_of(municipality_code("992011"), NOW + timedelta(days=1)),
    ):
        assert verdict(sealer()._seal(scope, content)).reason is Reason.MALFORMED_CONTENT


def test_a_sheet_of_no_municipality_is_not_sealed() -> None:
    with pytest.raises(InvalidValueError):
        sealer().seal(sheet(municipality="みほん市"))


def test_retired_keys_still_verify_what_they_sealed() -> None:
    heir = "0123456789abcdef"
    over = Term(not_before=TERM.not_before, not_after=NOW + timedelta(seconds=1), successor=heir)  # type: ignore[arg-type]
    retired_site, retired_centre = replace(SITE, term=over), replace(CENTRE, term=over)
    assert verify_back(PAYLOAD, [retired_site], [retired_centre.public_key]).outcome is Outcome.PASSED


def test_a_sheet_dated_after_its_key_was_retired_fails() -> None:
    over = Term(not_before=TERM.not_before, not_after=NOW)
    assert verify_back(PAYLOAD, [replace(SITE, term=over)], CENTRE_KEYS).reason is Reason.OUTSIDE_KEY_TERM
    retired = replace(CENTRE, term=over).public_key
    assert verify_back(PAYLOAD, SITE_KEYS, [retired]).reason is Reason.OUTSIDE_KEY_TERM


def test_nothing_is_sealed_outside_the_term_of_a_key() -> None:
    late = sheet(issued_at=TERM.not_after)
    with pytest.raises(ConfigurationError, match="no successor"):
        sealer().seal(late)
    heir = replace(CENTRE, term=replace(TERM, successor=SITE.id))
    with pytest.raises(ConfigurationError, match=SITE.id):
        replace(sealer(), centre=heir).seal(late)


def test_a_site_key_of_low_order_is_refused() -> None:
    weak = SitePublicKey(public=X25519PublicKey.from_public_bytes(b"\0" * 32), term=TERM)
    with pytest.raises(ConfigurationError, match="not a usable"):
        replace(sealer(), site=weak).seal(sheet())
    # The same on the other side: a header with such a point opens nothing.
    start = NONCE.start - WRAPPED_BYTES
    assert verdict(PAYLOAD[:start] + b"\0" * 32 + PAYLOAD[start + 32 :]).reason is Reason.CHANGED


def test_a_verdict_holds_a_sheet_only_when_it_passed() -> None:
    with pytest.raises(InvalidValueError):
        Verdict(reason=Reason.CHANGED, sheet=sheet())
    with pytest.raises(InvalidValueError):
        Verdict(reason=Reason.GENUINE)


FROZEN = (
    "0!swi{sOoKB1ndaVw2OptPdj#P&+<Kec)(F#WJ4~uoZ;3X5jwcutJZ*Lo_lySjFPDfpB}()P6*7&cdVE5pw`0W}RY4SjWL5)!>BRBKvM"
    "hdCH@0DqI@rm2qu|mm!pP*YR8giXY||^jy7ZikrX0S`sP^Sqf7y!t5A(m5-GDn7)@~TtL>{%>V>#au?JK=#ne6RKPx7HS`e%=DCUTBUK"
    "$Z!=Cu1)6q57(;V|0-!)CSY9tAqz7!2j+oQ#0#c*xX8w8R)g~nLA$yU|195P65I}Gtt?_Q(%AV!f15Y+dI15)5#yvL$Bd<Syp8f1pJ-d"
    "~cC<=MH*"
)
