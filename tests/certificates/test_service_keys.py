"""TLS files and keys on disk: private, and what is wrong with one is named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.errors import ConfigurationError
from certificates.service import keyring, tls
from certificates.wire.jose import Party, Role, SigningKey
from load_tests.authority.transport import TransportAuthority


def test_missing_or_broken_tls_files_are_named(tmp_path: Path) -> None:
    files = TransportAuthority(tmp_path, now=datetime.now(UTC)).tls_files(Party(role=Role.KIOSK, name="k"))
    files.certificate.write_text("no certificate")
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        tls.server_context(files)
    files.certificate.unlink()
    with pytest.raises(ConfigurationError, match="no such file"):
        tls.client_context(files)


def test_keys_are_saved_private_and_come_back(tmp_path: Path) -> None:
    key = SigningKey.generate("k1")
    path = keyring.save_signing_key(tmp_path, key)
    assert path.stat().st_mode & 0o077 == 0
    assert keyring.load_signing_key(path).kid == "k1"
    keyring.save_trusted_key(tmp_path / "trusted", Party(role=Role.CENTRE, name="c"), key)
    keyring.load_trusted_keys(tmp_path / "trusted")


def test_a_wrong_key_file_is_named(tmp_path: Path) -> None:
    path = keyring.save_signing_key(tmp_path, SigningKey.generate("k1"))
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        keyring.load_signing_key(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        keyring.load_signing_key(tmp_path / "k2.key.pem")
    with pytest.raises(ConfigurationError, match="is named"):
        keyring.load_signing_key(tmp_path / "k2.pem")
    with pytest.raises(ConfigurationError, match="holds no"):
        keyring.load_trusted_keys(tmp_path)
    (tmp_path / "king--x--k.pub.pem").write_text("")
    with pytest.raises(ConfigurationError, match="must be named"):
        keyring.load_trusted_keys(tmp_path)
