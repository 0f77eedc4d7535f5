"""Revocation lists: the right CA's, of this day, or nobody gets a certificate."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from center_relay.adapters.anchors import Anchor, load_anchors
from center_relay.adapters.revocation import RevocationLists
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from tests.centre.centre_cards import Ca, rsa_key
from tests.centre.centre_values import NOW

HELD = x509.ReasonFlags.certificate_hold
UNKNOWN = ProblemCode.REVOCATION_UNKNOWN


class Shelf:
    """A folder of lists and what the adapter says about a serial number."""

    def __init__(self, folder: Path, *cas: Ca) -> None:
        self.folder = folder / "crls"
        self.folder.mkdir()
        for ca in cas or (Ca(),):
            ca.write(folder / "cas")
        self.anchors: tuple[Anchor, ...] = load_anchors(folder / "cas", accept_test_cards=True)
        self.lists = RevocationLists(self.folder, self.anchors)
        self.written = 0

    def put(self, crl: x509.CertificateRevocationList | bytes, name: str = "list.crl") -> None:
        data = crl if isinstance(crl, bytes) else crl.public_bytes(Encoding.DER)
        partial = self.folder / ".partial"
        partial.write_bytes(data)
        self.written += 1
        os.utime(partial, ns=(self.written, self.written))
        partial.replace(self.folder / name)

    def verdict(self, serial: int = 1, *, at: datetime = NOW, anchor: int = 0) -> ProblemCode | None:
        try:
            self.lists.require_good(self.anchors[anchor], serial, at)
        except RefusedError as error:
            return error.code
        return None


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (HELD, ProblemCode.CARD_CERTIFICATE_HELD),
        (None, ProblemCode.CARD_CERTIFICATE_REVOKED),
        (x509.ReasonFlags.key_compromise, ProblemCode.CARD_CERTIFICATE_REVOKED),
        (x509.ReasonFlags.superseded, ProblemCode.CARD_CERTIFICATE_REVOKED),
    ],
)
def test_a_serial_on_the_list_is_revoked_or_only_held(
    shelf: Shelf, reason: x509.ReasonFlags | None, code: ProblemCode
) -> None:
    shelf.put(Ca().revocation_list([(1, reason)]))
    assert shelf.verdict(1) is code
    assert shelf.verdict(2) is None


def test_without_a_list_nothing_is_known(shelf: Shelf) -> None:
    assert shelf.verdict() is UNKNOWN


def test_a_list_counts_from_its_first_moment_until_before_its_last(shelf: Shelf) -> None:
    start, end = NOW, NOW + timedelta(days=1)
    shelf.put(Ca().revocation_list(this_update=start, next_update=end))
    second = timedelta(seconds=1)
    assert [shelf.verdict(at=at) for at in (start - second, start, end - second, end)] == [
        UNKNOWN,
        None,
        None,
        UNKNOWN,
    ]


def test_a_list_signed_by_another_ca_of_the_same_name_is_not_used(shelf: Shelf) -> None:
    shelf.put(Ca(label="impostor").revocation_list())
    assert shelf.verdict() is UNKNOWN


def test_one_generations_list_says_nothing_about_anothers_cards(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, Ca(label="a"), Ca(label="b"))
    shelf.put(Ca(label="a").revocation_list([(1, None)]))
    assert shelf.verdict(anchor=0) is ProblemCode.CARD_CERTIFICATE_REVOKED
    assert shelf.verdict(anchor=1) is UNKNOWN


@pytest.mark.parametrize(
    "crl",
    [
        Ca().revocation_list(partial=True),
        Ca().revocation_list(issuer="JPKI TEST 2"),
        Ca().revocation_list(digest=hashes.SHA512()),
        b"not a list",
        b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
    ],
    ids=["for a part of the cards", "another name", "another digest", "no DER", "no PEM"],
)
def test_a_list_that_cannot_be_relied_on_is_not_used(
    shelf: Shelf, crl: x509.CertificateRevocationList | bytes
) -> None:
    shelf.put(crl)
    assert shelf.verdict() is UNKNOWN


def test_a_changed_list_is_not_used(shelf: Shelf) -> None:
    data = bytearray(Ca().revocation_list([(0x112233, None)]).public_bytes(Encoding.DER))
    data[data.index(b"\x11\x22\x33")] ^= 1
    shelf.put(bytes(data))
    assert shelf.verdict() is UNKNOWN


def test_a_new_list_is_seen_without_a_restart(shelf: Shelf) -> None:
    shelf.put(Ca().revocation_list())
    assert shelf.verdict() is None
    shelf.put(Ca().revocation_list([(1, None)], this_update=NOW))
    assert shelf.verdict() is ProblemCode.CARD_CERTIFICATE_REVOKED


def test_a_card_that_was_held_can_be_good_again_on_the_next_list(shelf: Shelf) -> None:
    shelf.put(Ca().revocation_list([(1, HELD)]))
    assert shelf.verdict() is ProblemCode.CARD_CERTIFICATE_HELD
    shelf.put(Ca().revocation_list(this_update=NOW))
    assert shelf.verdict() is None


def test_an_older_list_put_back_forgets_no_revocation(shelf: Shelf) -> None:
    shelf.put(Ca().revocation_list([(1, None)], this_update=NOW - timedelta(minutes=1)))
    assert shelf.verdict() is ProblemCode.CARD_CERTIFICATE_REVOKED
    shelf.put(Ca().revocation_list(this_update=NOW - timedelta(minutes=2)))
    assert shelf.verdict() is ProblemCode.CARD_CERTIFICATE_REVOKED


def test_a_broken_file_leaves_the_known_list_in_force_until_its_own_end(shelf: Shelf) -> None:
    shelf.put(Ca().revocation_list([(1, None)]))
    shelf.verdict()
    shelf.put(b"half a li")
    assert shelf.verdict() is ProblemCode.CARD_CERTIFICATE_REVOKED
    assert shelf.verdict(2) is None
    assert shelf.verdict(2, at=NOW + timedelta(days=1)) is UNKNOWN


def test_a_folder_that_went_away_leaves_the_known_list_in_force(shelf: Shelf) -> None:
    shelf.put(Ca().revocation_list([(1, None)]))
    shelf.verdict()
    shelf.folder.rename(shelf.folder.with_name("moved"))
    assert shelf.verdict() is ProblemCode.CARD_CERTIFICATE_REVOKED


def test_the_newest_of_several_lists_counts_in_pem_or_der(shelf: Shelf) -> None:
    shelf.put(Ca().revocation_list(), "a.crl")
    newest = Ca().revocation_list([(1, None)], this_update=NOW)
    shelf.put(newest.public_bytes(Encoding.PEM), "b.pem")
    shelf.put(Ca().revocation_list(this_update=NOW - timedelta(hours=2)), "c.crl")
    assert shelf.verdict() is ProblemCode.CARD_CERTIFICATE_REVOKED


def test_a_list_signed_with_a_key_that_is_no_ca_is_not_used(shelf: Shelf) -> None:
    shelf.put(Ca().revocation_list(key=rsa_key("card")))
    assert shelf.verdict() is UNKNOWN
