"""The software card before a client that is not ours: OpenSC finds it, reads it and signs with it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates.errors import UnavailableError
from load_tests.authority.jpki import IssuedCard
from load_tests.servers.pcscd import PrivatePcscd, card_on_reader
from load_tests.servers.process import find_program


@pytest.fixture
def client(pcscd: PrivatePcscd, card_file: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment in which OpenSC sees the card, which lies on the reader as a process of its own."""
    try:
        for program, package in (
            ("opensc-tool", "opensc"),
            ("pkcs11-tool", "opensc"),
            ("openssl", "openssl"),
        ):
            find_program(program, package)
    except UnavailableError as error:
        pytest.skip(str(error))
    with card_on_reader(pcscd, card_file):
        yield {**os.environ, **pcscd.environment, "HOME": str(tmp_path)}


def run(*command: str, environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def pkcs11_module() -> str:
    for path in Path("/usr/lib").glob("*/opensc-pkcs11.so"):
        return str(path)
    pytest.skip("opensc-pkcs11.so is not installed (Debian package opensc-pkcs11)")


def test_opensc_takes_it_for_a_jpki_card(client: dict[str, str]) -> None:
    assert run("opensc-tool", "-n", environment=client).strip() == "jpki"


def test_opensc_reads_both_pins_both_keys_and_the_certificate(
    client: dict[str, str], issued: IssuedCard
) -> None:
    listing = run("pkcs15-tool", "--dump", environment=client)
    for label in ("User Authentication PIN", "Digital Signature PIN", "User Authentication Key"):
        assert label in listing
    pem = run("pkcs15-tool", "--read-certificate", "1", environment=client)
    assert x509.load_pem_x509_certificate(pem.encode()) == issued.certificate


def test_what_opensc_signs_openssl_verifies(
    client: dict[str, str], issued: IssuedCard, tmp_path: Path
) -> None:
    message, signature, key = tmp_path / "message", tmp_path / "signature", tmp_path / "key.pem"
    message.write_bytes(b"words of another client")
    key.write_bytes(
        issued.certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    signing = ["--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "01"]
    files = ["--input-file", str(message), "--output-file", str(signature)]
    token = ["--module", pkcs11_module(), "--token-label", "JPKI (User Authentication PIN)"]
    run("pkcs11-tool", *token, "--login", "--pin", "4649", *signing, *files, environment=client)
    verifying = ["-sha256", "-verify", str(key), "-signature", str(signature), str(message)]
    assert "Verified OK" in run("openssl", "dgst", *verifying, environment=client)
