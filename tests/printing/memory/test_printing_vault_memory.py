"""Nothing left: a scanner outside reads the memory of the kiosk and of its vault, at each stage and at the exit.

The last look is taken while the kernel holds the vault at its exit (PTRACE_EVENT_EXIT): its memory is still whole
and it will never run another instruction, so no hook in the vault is needed. A process that handles the same
document naively shows that the scanner finds what is there.
"""

from __future__ import annotations

import ctypes
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from load_tests.servers.printer import Behaviour, RunningPrinter

_ROOT = Path(__file__).parents[3]

# What the fixtures of conftest.py give: a scan tells where it found what, as totals, by mapping, with flags.
Scan = Callable[[int, dict[str, bytes]], Any]
WatchExit = Callable[[int], Any]

# The kiosk: relays what it reads on its standard input to a vault, and then waits where it is.
_KIOSK = """
import asyncio, dataclasses, json, sys
from certificates.errors import KofuError
from kiosk_client.printing.job_watch import Patience
from kiosk_client.vault.locked import MemoryKind
from kiosk_client.vault.parent import Vault, VaultSettings
from kiosk_client.vault.sealed import Sealed

async def visit(url, memory):
    settings = VaultSettings(memory=MemoryKind(memory), patience=Patience(poll=0.02))
    async with Vault.open(url, settings) as vault:
        print(vault.public_key.hex(), flush=True)
        parts = json.loads(await asyncio.to_thread(sys.stdin.readline))
        sealed = Sealed(**{name: bytes.fromhex(part) for name, part in parts.items()}, promise=None)
        del parts
        try:
            outcome = await vault.print(sealed, job_name="ours", copies=1, duplex=True)
            said = outcome.result.value
        except KofuError as error:
            said = type(error).__name__
    print(said, flush=True)
    sys.stdin.readline()

asyncio.run(visit(*sys.argv[1:]))
"""

# The same document in a process that knows no better.
_NAIVE = """
import ctypes, gc, json, sys
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

private = X25519PrivateKey.generate()
print(private.public_key().public_bytes_raw().hex(), flush=True)
parts = {name: bytes.fromhex(part) for name, part in json.loads(sys.stdin.readline()).items()}
shared = private.exchange(X25519PublicKey.from_public_bytes(parts["ephemeral_public"]))
key = HKDF(SHA256(), 32, None, parts["info"]).derive(shared)
document = AESGCM(key).decrypt(parts["nonce"], parts["ciphertext"], parts["aad"])
with open(sys.argv[1], "wb") as file:
    file.write(document)
{forgetting}
print("printed", flush=True)
sys.stdin.readline()
"""
_DELETED = "del document, key, shared, private, parts; gc.collect(); ctypes.CDLL(None).malloc_trim(0)"


@dataclass(frozen=True)
class Secrets:
    """What must not be found. The marker stands in the document every 64 bytes: any hundred bytes betray it."""

    marker: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def document(self) -> bytes:
        pieces = (self.marker + os.urandom(32) for _ in range(18_000))
        return b"%PDF-1.4\n" + b"".join(pieces) + self.marker


class Talk:
    """A process that says its public key, is given a sealed document, and says how it ended."""

    def __init__(self, script: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.public_key = bytes.fromhex(self.hear())

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def seal(self, secrets: Secrets, *, wrong: str = "") -> dict[str, bytes]:
        """Send the document, one field changed if so wished; returns the needles to look for."""
        document = secrets.document
        ephemeral = X25519PrivateKey.generate()
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(self.public_key))
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"visit").derive(shared)
        nonce = os.urandom(12)
        parts = {
            "ephemeral_public": ephemeral.public_key().public_bytes_raw(),
            "nonce": nonce,
            "ciphertext": AESGCM(key).encrypt(nonce, document, b"order"),
            "info": b"visit",
            "aad": b"order",
            "plaintext_sha256": hashlib.sha256(document).digest(),
        }
        if wrong:
            parts[wrong] = parts[wrong][:-1] + bytes([parts[wrong][-1] ^ 1])
        self.say(json.dumps({name: part.hex() for name, part in parts.items()}))
        extracted = hmac.digest(bytes(32), shared, "sha256")  # the step between (RFC 5869 section 2.2)
        return {"document": secrets.marker, "shared secret": shared, "extracted key": extracted, "key": key}

    def end(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.kill()
        self.process.wait()


@pytest.fixture
def talk() -> Iterator[Callable[..., Talk]]:
    talks: list[Talk] = []

    def start(script: str, *arguments: str) -> Talk:
        talks.append(Talk(script, *arguments))
        return talks[-1]

    yield start
    for each in talks:
        each.end()


def wait_until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


_NOTHING = {"document": 0, "shared secret": 0, "extracted key": 0, "key": 0}


@pytest.mark.parametrize("forgetting", ["", _DELETED], ids=["kept", "deleted"])
def test_the_scanner_finds_what_a_naive_process_leaves(
    talk: Callable[..., Talk], scan: Scan, tmp_path: Path, forgetting: str
) -> None:
    naive = talk(_NAIVE.replace("{forgetting}", forgetting), str(tmp_path / "ours.pdf"))
    needles = naive.seal(Secrets())
    assert naive.hear() == "printed"
    found = scan(naive.process.pid, needles).total()
    assert sum(found.values()) > 0, "the positive control shows nothing: no other result here means anything"
    if not forgetting:
        assert found["document"] > 18_000


@pytest.mark.parametrize(
    ("behaviour", "wrong", "end"),
    [
        (Behaviour.PRINT, "", "printed"),
        (Behaviour.ABORT, "", "failed"),
        (Behaviour.PRINT, "ciphertext", "BindingError"),
        (Behaviour.PRINT, "plaintext_sha256", "BindingError"),
    ],
)
@pytest.mark.parametrize("fixture", ["real_printer", "real_tls_printer"])
def test_at_its_exit_the_vault_holds_nothing_and_the_kiosk_never_did(
    request: pytest.FixtureRequest,
    talk: Callable[..., Talk],
    vaults_of: Callable[[int], list[int]],
    scan: Scan,
    watch_exit: WatchExit,
    fixture: str,
    behaviour: Behaviour,
    wrong: str,
    end: str,
) -> None:
    printer: RunningPrinter = request.getfixturevalue(fixture)
    printer.behave(behaviour)
    kiosk = talk(_KIOSK, printer.url, "locked")
    (vault,) = vaults_of(kiosk.process.pid)
    watch = watch_exit(vault)
    needles = kiosk.seal(Secrets(), wrong=wrong)
    watch.wait_for_exit()
    at_exit = scan(vault, needles)
    watch.release()
    assert kiosk.hear() == end
    assert at_exit.total() == _NOTHING
    assert at_exit.unreadable == set(), "nothing was out of the scanner's sight"
    assert scan(kiosk.process.pid, needles).total() == _NOTHING


def test_while_it_prints_the_document_lies_in_one_locked_mapping_and_the_key_nowhere(
    real_printer: RunningPrinter, talk: Callable[..., Talk], vaults_of: Callable[[int], list[int]], scan: Scan
) -> None:
    real_printer.behave(Behaviour.HANG)
    kiosk = talk(_KIOSK, real_printer.url, "locked")
    (vault,) = vaults_of(kiosk.process.pid)
    needles = kiosk.seal(Secrets())
    wait_until(lambda: real_printer.ticket("ours"))
    found = scan(vault, needles)
    assert found.total() == _NOTHING | {"document": 18_001}
    (mapping,) = found.hits["document"]
    assert {"lo", "dd", "dc"} <= found.flags[mapping], "locked, left out of dumps and out of forks"
    assert scan(kiosk.process.pid, needles).total() == _NOTHING


def test_with_memfd_secret_not_even_root_reads_the_document_while_it_prints(
    real_printer: RunningPrinter, talk: Callable[..., Talk], vaults_of: Callable[[int], list[int]], scan: Scan
) -> None:
    descriptor = ctypes.CDLL(None).syscall(447, os.O_CLOEXEC)
    if descriptor < 0:
        pytest.skip("this kernel has no memfd_secret")
    os.close(descriptor)
    real_printer.behave(Behaviour.HANG)
    kiosk = talk(_KIOSK, real_printer.url, "unreadable")
    (vault,) = vaults_of(kiosk.process.pid)
    needles = kiosk.seal(Secrets())
    wait_until(lambda: real_printer.ticket("ours"))
    found = scan(vault, needles)
    assert found.total() == _NOTHING
    assert len(found.unreadable) >= 1


def test_a_kiosk_that_is_killed_takes_its_vault_along_in_the_middle_of_a_print(
    real_printer: RunningPrinter, talk: Callable[..., Talk], vaults_of: Callable[[int], list[int]]
) -> None:
    real_printer.behave(Behaviour.HANG)
    kiosk = talk(_KIOSK, real_printer.url, "locked")
    (vault,) = vaults_of(kiosk.process.pid)
    kiosk.seal(Secrets())
    wait_until(lambda: real_printer.ticket("ours"))
    kiosk.process.kill()
    kiosk.process.wait()

    def gone() -> bool:
        status = Path(f"/proc/{vault}/status")
        return not status.exists() or "\nState:\tZ" in status.read_text()

    wait_until(gone)
