"""Keys and their files: an id that belongs to one key, a successor, secrets that show nowhere."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from anti_forgery.key_files import MAX_FILE, key_from_json, key_to_json, load_folder, new_keys, write_key
from anti_forgery.keys import CentrePublicKey, Key, SitePrivateKey, Term, key_id, okp_members, thumbprint
from certificates.errors import ConfigurationError, InvalidValueError
from tests.anti_forgery.marks_world import CENTRE, NOW, SITE, TERM

ALL: list[Key] = [SITE, SITE.public_key, CENTRE, CENTRE.public_key]
YEAR = timedelta(days=365)


def test_the_id_of_a_key_is_its_thumbprint() -> None:
    # RFC 8037 A.3 has the same members for Ed25519; its full thumbprint is kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k.
    members = {"crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(members) == "90facafea9b15566"
    assert SITE.id == SITE.public_key.id == thumbprint(okp_members(SITE.private.public_key()))
    assert CENTRE.id == CENTRE.public_key.id != SITE.id


@pytest.mark.parametrize("key", ALL, ids=lambda key: type(key).__name__)
def test_a_key_comes_back_from_json(key: Key) -> None:
    again = key_from_json(key_to_json(key), source="key")
    assert (type(again), again.id, again.term) == (type(key), key.id, key.term)
    assert key_to_json(again) == key_to_json(key)


def test_a_public_key_in_json_holds_no_secret() -> None:
    for key in (SITE.public_key, CENTRE.public_key):
        assert '"d"' not in key_to_json(key)


def test_the_repr_of_a_key_shows_its_id_and_no_secret() -> None:
    for key in ALL:
        assert key.id in repr(key)
        assert "private=" not in repr(key)
        assert "public=" not in repr(key)


def _with(key: Key, **changes: object) -> str:
    return json.dumps({**json.loads(key_to_json(key)), **changes})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        _with(SITE, kty="RSA"),
        _with(SITE, crv="Ed25519"),
        _with(SITE, d="!!!"),
        _with(SITE, d="AAAA"),
        _with(SITE, d=7),
        _with(SITE, kid=CENTRE.id),
        _with(SITE, successor="next"),
        _with(SITE, not_after="never"),
        _with(SITE, not_after=TERM.not_before.isoformat()),
        _with(SITE, not_after="2030-01-01T00:00:00"),
        _with(CENTRE, d="A" * 43),
        _with(CENTRE.public_key, x="A" * 43),
    ],
)
def test_a_file_that_is_no_key_is_refused_and_named(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^here\.json: "):
        key_from_json(text, source="here.json")


def test_an_error_about_a_private_key_does_not_quote_it() -> None:
    secret = json.loads(key_to_json(SITE))["d"]
    with pytest.raises(ConfigurationError) as caught:
        key_from_json(key_to_json(SITE)[:-3], source="key")
    assert secret not in str(caught.value)


def test_a_key_on_another_curve_is_refused() -> None:
    with pytest.raises(InvalidValueError):
        CentrePublicKey(public=ec.generate_private_key(ec.SECP384R1()).public_key(), term=TERM)


def test_an_id_that_is_not_16_hexadecimal_digits_is_refused() -> None:
    with pytest.raises(InvalidValueError):
        key_id("0123")


def test_a_term_begins_before_it_ends_and_knows_its_zone() -> None:
    assert TERM.covers(TERM.not_before)
    assert not TERM.covers(TERM.not_after)
    with pytest.raises(InvalidValueError):
        Term(not_before=NOW, not_after=NOW)
    with pytest.raises(InvalidValueError):
        Term(not_before=NOW.replace(tzinfo=None), not_after=NOW)


def test_new_keys_are_found_in_their_folder(tmp_path: Path) -> None:
    site, centre = new_keys(tmp_path / "keys", now=NOW, valid_for=YEAR)
    found = load_folder(tmp_path / "keys")
    assert [key.id for key in found.site_private] == [key.id for key in found.site_public] == [site.id]
    assert [key.id for key in found.centre_private] == [key.id for key in found.centre_public] == [centre.id]
    assert found.site_private[0].term == Term(not_before=NOW, not_after=NOW + YEAR)


def test_private_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    new_keys(tmp_path, now=NOW, valid_for=YEAR)
    private = list(tmp_path.glob("*.private.json"))
    assert len(private) == 2
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in private)
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".json"]


def test_the_next_keys_become_the_successors_of_the_newest_ones_only(tmp_path: Path) -> None:
    first, _ = new_keys(tmp_path, now=NOW, valid_for=YEAR)
    second, centre = new_keys(tmp_path, now=NOW + YEAR, valid_for=YEAR)
    third, _ = new_keys(tmp_path, now=NOW + 2 * YEAR, valid_for=YEAR)
    successors = {key.id: key.term.successor for key in load_folder(tmp_path).site_private}
    assert successors == {first.id: second.id, second.id: third.id, third.id: None}
    assert {key.id: key.term.successor for key in load_folder(tmp_path).site_public} == successors
    assert centre.id in {key.term.successor for key in load_folder(tmp_path).centre_public}


def test_a_folder_of_public_keys_alone_is_what_the_other_side_gets(tmp_path: Path) -> None:
    new_keys(tmp_path, now=NOW, valid_for=YEAR)
    for path in tmp_path.glob("*.private.json"):
        path.unlink()
    found = load_folder(tmp_path)
    assert (len(found.site_private), len(found.site_public)) == (0, 1)
    assert (len(found.centre_private), len(found.centre_public)) == (0, 1)
    new_keys(tmp_path, now=NOW, valid_for=YEAR)
    assert {key.term.successor is None for key in load_folder(tmp_path).site_public} == {True, False}


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="keys new"):
        load_folder(tmp_path / "nowhere")
    (tmp_path / "x.json").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match=r"x\.json"):
        load_folder(tmp_path)
    (tmp_path / "x.json").write_bytes(b" " * (MAX_FILE + 1))
    with pytest.raises(ConfigurationError, match="larger"):
        load_folder(tmp_path)


def test_a_private_key_serves_as_its_public_half_too(tmp_path: Path) -> None:
    write_key(tmp_path, SITE)
    found = load_folder(tmp_path)
    assert isinstance(found.site_private[0], SitePrivateKey)
    assert found.site_public[0].id == SITE.id


def test_a_private_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    new_keys(tmp_path, now=NOW, valid_for=YEAR)
    next(tmp_path.glob("site-*.private.json")).chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        load_folder(tmp_path)
