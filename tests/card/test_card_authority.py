"""The throw-away JPKI: what its certificates say, what its revocation lists say, and that both can be told apart."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from certificates.errors import ConfigurationError
from load_tests.authority.jpki import (
    USER_AUTHENTICATION_POLICY,
    IssuedCard,
    JpkiTestAuthority,
    Revocation,
    is_test_hierarchy,
    new_key,
)

FROM = datetime(2025, 4, 1, tzinfo=UTC)
UNTIL = datetime(2030, 4, 1, tzinfo=UTC)
TODAY = datetime(2026, 2, 3, 0, 0, tzinfo=UTC)


def of_organization(organization: str, key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(FROM)
        .not_valid_after(UNTIL)
        .sign(key, SHA256())
    )


def test_a_card_s_certificate_names_no_person_and_has_the_policy_of_user_authentication(
    issued: IssuedCard,
) -> None:
    certificate = issued.certificate
    assert certificate.serial_number == 1001
    assert [attribute.oid for attribute in certificate.subject] == [
        NameOID.COUNTRY_NAME,
        NameOID.COMMON_NAME,
    ]
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert [policy.policy_identifier for policy in policies] == [USER_AUTHENTICATION_POLICY]
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 2048
    assert certificate.signature_hash_algorithm is not None
    assert certificate.signature_hash_algorithm.name == "sha256"
    assert (certificate.not_valid_before_utc, certificate.not_valid_after_utc) == (FROM, UNTIL)
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_card_s_certificate_is_signed_by_its_authority(
    authority: JpkiTestAuthority, issued: IssuedCard
) -> None:
    issued.certificate.verify_directly_issued_by(authority.certificate)
    authority.certificate.verify_directly_issued_by(authority.certificate)
    assert issued.ca_certificate == authority.certificate


def test_two_generations_share_a_name_and_only_the_signature_tells_them_apart(
    authority: JpkiTestAuthority, issued: IssuedCard
) -> None:
    next_generation = JpkiTestAuthority.create(not_before=FROM, not_after=UNTIL)
    assert next_generation.certificate.subject == authority.certificate.subject
    with pytest.raises(InvalidSignature):
        issued.certificate.verify_directly_issued_by(next_generation.certificate)


def test_cards_may_share_a_key_to_spare_the_time_of_making_one(
    authority: JpkiTestAuthority, issued: IssuedCard
) -> None:
    renewed = authority.issue(2002, not_before=FROM, not_after=UNTIL, key=issued.key)
    assert renewed.certificate.public_key() == issued.certificate.public_key()
    assert renewed.certificate.serial_number != issued.certificate.serial_number


def test_production_can_tell_the_hierarchy_from_a_real_one(
    authority: JpkiTestAuthority, issued: IssuedCard
) -> None:
    assert is_test_hierarchy(authority.certificate)
    assert is_test_hierarchy(issued.certificate)
    assert not is_test_hierarchy(of_organization("JPKI", issued.key))


def test_a_revocation_list_gives_each_reason_and_the_hold_is_one_of_them(
    authority: JpkiTestAuthority,
) -> None:
    revoked_at = TODAY - timedelta(days=2)
    reasons = {
        7: x509.ReasonFlags.certificate_hold,
        8: x509.ReasonFlags.key_compromise,
        9: x509.ReasonFlags.cessation_of_operation,
    }
    listed = authority.revocation_list(
        [
            Revocation(serial=serial, revoked_at=revoked_at, reason=reason)
            for serial, reason in reasons.items()
        ],
        number=12,
        this_update=TODAY,
        next_update=TODAY + timedelta(days=1),
    )
    key = authority.certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert listed.is_signature_valid(key)
    assert (listed.last_update_utc, listed.next_update_utc) == (TODAY, TODAY + timedelta(days=1))
    assert listed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 12
    assert listed.get_revoked_certificate_by_serial_number(1001) is None
    found = {}
    for line in listed:
        assert line.revocation_date_utc == revoked_at
        found[line.serial_number] = line.extensions.get_extension_for_class(x509.CRLReason).value.reason
    assert found == reasons


def test_a_hold_ends_when_a_later_list_leaves_it_out(authority: JpkiTestAuthority) -> None:
    hold = Revocation(serial=7, revoked_at=TODAY, reason=x509.ReasonFlags.certificate_hold)
    lists = [
        authority.revocation_list(
            lines, number=number, this_update=TODAY, next_update=TODAY + timedelta(days=1)
        )
        for number, lines in enumerate([[hold], []])
    ]
    assert [one.get_revoked_certificate_by_serial_number(7) is not None for one in lists] == [True, False]


def test_a_list_of_another_generation_does_not_verify(authority: JpkiTestAuthority) -> None:
    listed = authority.revocation_list([], number=1, this_update=TODAY, next_update=TODAY)
    other = new_key().public_key()
    assert not listed.is_signature_valid(other)


def test_an_authority_is_kept_in_a_folder_and_its_key_is_for_its_owner_only(
    authority: JpkiTestAuthority, tmp_path: Path
) -> None:
    authority.save(tmp_path / "authority")
    again = JpkiTestAuthority.load(tmp_path / "authority")
    card = again.issue(5, not_before=FROM, not_after=UNTIL)
    card.certificate.verify_directly_issued_by(authority.certificate)
    modes = {path.suffix: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "authority").iterdir()}
    assert modes[".key"] == 0o600
    with pytest.raises(FileExistsError):
        authority.save(tmp_path / "authority")


def test_what_is_not_a_test_authority_is_not_loaded(authority: JpkiTestAuthority, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        JpkiTestAuthority.load(tmp_path)
    authority.save(tmp_path)
    other = JpkiTestAuthority.create(not_before=FROM, not_after=UNTIL)
    other.save(tmp_path / "other")
    (tmp_path / "jpki-ca.pem").write_bytes((tmp_path / "other" / "jpki-ca.pem").read_bytes())
    with pytest.raises(ConfigurationError, match="do not belong together"):
        JpkiTestAuthority.load(tmp_path)
    (tmp_path / "jpki-ca.pem").write_bytes(b"nothing")
    with pytest.raises(ConfigurationError, match="no test authority"):
        JpkiTestAuthority.load(tmp_path)


def test_an_authority_of_another_name_is_not_loaded(tmp_path: Path, issued: IssuedCard) -> None:
    certificate = of_organization("JPKI", issued.key)
    JpkiTestAuthority(certificate, issued.key).save(tmp_path)
    with pytest.raises(ConfigurationError, match="JPKI TEST"):
        JpkiTestAuthority.load(tmp_path)


def test_an_issued_card_keeps_its_key_out_of_its_repr(issued: IssuedCard) -> None:
    assert "key" not in repr(issued)
