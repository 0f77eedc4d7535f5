"""A document that is easy to find again, printers that really run, and a look into other processes' memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from certificates.errors import UnavailableError
from kiosk_client.printing.job_watch import Patience
from kiosk_client.vault.parent import VaultSettings
from kiosk_client.vault.sealed import Sealed
from load_tests.servers.printer import RunningPrinter, running_printer


@pytest.fixture
def document() -> bytes:
    """Two "pages" and 300 kB that no compressor and no chance produces again."""
    return b"%PDF-1.4\n<</Type /Page >>\n<</Type /Page >>\n<</Type /Pages >>\n" + os.urandom(300_000)


@pytest.fixture
def patience() -> Patience:
    """Of a test: nobody is going to walk to the printer."""
    return Patience(
        connect=5, answer=5, busy=0.2, retry=0.05, stalled=0.3, contact=0.3, job=20, cancel=5, poll=0.02
    )


@pytest.fixture
def quick(patience: Patience) -> VaultSettings:
    return VaultSettings(patience=patience)


@pytest.fixture
def seal() -> Callable[[bytes, bytes], Sealed]:
    """What the sender does with a document and a vault's public key, in the fewest lines."""

    def sealed(document: bytes, public_key: bytes) -> Sealed:
        ephemeral = X25519PrivateKey.generate()
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_key))
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"visit 1").derive(shared)
        nonce = os.urandom(12)
        return Sealed(
            ephemeral_public=ephemeral.public_key().public_bytes_raw(),
            nonce=nonce,
            ciphertext=AESGCM(key).encrypt(nonce, document, b"order 1"),
            info=b"visit 1",
            aad=b"order 1",
            plaintext_sha256=hashlib.sha256(document).digest(),
            promise=None,
        )

    return sealed


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def real_printer(output: Path) -> Iterator[RunningPrinter]:
    yield from _running(output, tls=False)


@pytest.fixture
def real_tls_printer(output: Path) -> Iterator[RunningPrinter]:
    yield from _running(output, tls=True)


def _running(output: Path, *, tls: bool) -> Iterator[RunningPrinter]:
    try:
        context = running_printer(output, tls=tls)
        printer = context.__enter__()
    except UnavailableError as error:
        pytest.skip(str(error))
    try:
        yield printer
    finally:
        context.__exit__(None, None, None)


@pytest.fixture
def vaults_of() -> Callable[[int], list[int]]:
    """The process ids of the vaults that a process has started and that are alive."""

    def find(parent: int) -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                status = (folder / "status").read_text()
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if f"\nPPid:\t{parent}\n" in status and b"kiosk_client.vault.child" in command:
                found.append(int(folder.name))
        return found

    return find


@pytest.fixture
def no_vault_is_left(vaults_of: Callable[[int], list[int]]) -> Iterator[None]:
    yield
    assert vaults_of(os.getpid()) == []
