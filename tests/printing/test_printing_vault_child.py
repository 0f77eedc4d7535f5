"""The vault's inside, step by step: frames, locked memory, the one-time key, and faults that tell nothing."""

from __future__ import annotations

import ctypes
import hashlib
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from certificates.errors import BindingError, InvalidValueError, UnavailableError
from certificates.wire.sealing import seal
from kiosk_client.printing.job_watch import Patience
from kiosk_client.printing.ports import PrintResult
from kiosk_client.vault.child import serve
from kiosk_client.vault.frames import (
    HEADER,
    Job,
    Opening,
    Tag,
    fault_from_bytes,
    frame,
    outcome_from_bytes,
    parse_header,
)
from kiosk_client.vault.locked import LockedMemory, MemoryKind, forget
from kiosk_client.vault.sealed import OneTimeKey, Sealed

_ROOT = Path(__file__).parents[2]
_KINDS = pytest.mark.parametrize("kind", list(MemoryKind))


def sealed_to(public_key: bytes, document: bytes) -> Sealed:
    sent = seal(
        document,
        to=public_key,
        info=b"i",
        aad=b"a",
        ephemeral=X25519PrivateKey.generate(),
        nonce=os.urandom(12),
    )
    return Sealed(
        ephemeral_public=sent.ephemeral_key,
        nonce=sent.nonce,
        ciphertext=sent.ciphertext,
        info=b"i",
        aad=b"a",
        plaintext_sha256=hashlib.sha256(document).digest(),
        promise=None,
    )


def job(sealed: Sealed, job_name: str = "ours") -> Job:
    return Job(sealed=sealed, job_name=job_name, copies=1, duplex=True)


def opening(output: Path) -> bytes:
    message = Opening(printer_url=output.as_uri(), patience=Patience(), memory=MemoryKind.LOCKED)
    return frame(Tag.OPEN, message.to_bytes())


def frames(octets: bytes) -> list[tuple[Tag, bytes]]:
    found, at = [], 0
    while at < len(octets):
        tag, size = parse_header(octets[at : at + HEADER.size])
        found.append((tag, octets[at + HEADER.size : at + HEADER.size + size]))
        at += HEADER.size + size
    return found


class Conversation(io.RawIOBase):
    """The kiosk's end of the pipe: what it sends next depends on the key it has heard."""

    def __init__(self, first: bytes, then: object) -> None:
        self.heard = io.BytesIO()
        self._left = io.BytesIO(first)
        self._then = then

    def read(self, size: int = -1) -> bytes:
        octets = self._left.read(size)
        if octets == b"" and self._then is not None:
            (_, public_key), *_ = frames(self.heard.getvalue())
            self._left, self._then = io.BytesIO(self._then(public_key)), None  # type: ignore[operator]
            octets = self._left.read(size)
        return octets


def talk(first: bytes, then: object = None) -> list[tuple[Tag, bytes]]:
    conversation = Conversation(first, then)
    serve(conversation, conversation.heard)  # type: ignore[arg-type]  # as much of a BinaryIO as is used
    return frames(conversation.heard.getvalue())


def test_key_begin_outcome_is_all_that_the_kiosk_hears(output: Path, document: bytes) -> None:
    said = talk(opening(output), lambda key: job(sealed_to(key, document)).frames())
    assert [tag for tag, _ in said] == [Tag.KEY, Tag.BEGUN, Tag.OUTCOME]
    assert outcome_from_bytes(said[-1][1]).result is PrintResult.PRINTED
    assert (output / "ours.pdf").read_bytes() == document


def test_the_end_of_the_pipe_is_the_end_of_the_visit(output: Path) -> None:
    assert [tag for tag, _ in talk(opening(output))] == [Tag.KEY]
    assert not output.exists()


def test_nothing_begins_when_the_seal_does_not_fit(output: Path, document: bytes) -> None:
    def wrong(key: bytes) -> bytes:
        return job(replace(sealed_to(key, document), aad=b"another")).frames()

    (_, _), (tag, fault) = talk(opening(output), wrong)
    assert tag is Tag.FAULT
    assert isinstance(fault_from_bytes(fault, outcome_known=True), BindingError)
    assert not output.exists()


@pytest.mark.parametrize("cut", [3, HEADER.size + 10, -1])
def test_a_job_that_arrives_in_part_prints_nothing(output: Path, document: bytes, cut: int) -> None:
    said = talk(opening(output), lambda key: job(sealed_to(key, document)).frames()[:cut])
    assert [tag for tag, _ in said] == [Tag.KEY, Tag.FAULT]
    assert not output.exists()


@pytest.mark.parametrize(
    "first",
    [
        b"",
        frame(Tag.JOB, b"[]"),
        frame(Tag.OPEN, b"not json"),
        frame(Tag.OPEN, b"[]"),
        HEADER.pack(99, 0),
        HEADER.pack(Tag.OPEN, 2**31),
        frame(Tag.OPEN, json.dumps(["lpd://printer", {}, "locked"]).encode()),
    ],
)
def test_a_wrong_opening_is_a_fault_and_gets_no_key(first: bytes) -> None:
    assert [tag for tag, _ in talk(first)] == [Tag.FAULT]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ephemeral_public", bytes(31)),
        ("nonce", bytes(16)),
        ("plaintext_sha256", b""),
        ("ciphertext", bytes(16)),
    ],
)
def test_a_sealed_document_of_wrong_sizes_cannot_be_built(field: str, value: bytes) -> None:
    with pytest.raises(InvalidValueError) as caught:
        replace(sealed_to(OneTimeKey().public, b"%PDF"), **{field: value})
    assert caught.value.field == field


def test_a_key_opens_one_document_only() -> None:
    key = OneTimeKey()
    sealed = sealed_to(key.public, b"%PDF")
    with LockedMemory(4, MemoryKind.LOCKED) as memory:
        key.unseal_into(memory, sealed, MemoryKind.LOCKED)
        assert bytes(memory.view) == b"%PDF"
        with pytest.raises(BindingError, match="one document only"):
            key.unseal_into(memory, sealed, MemoryKind.LOCKED)


@pytest.mark.parametrize(
    ("field", "value"),
    [("plaintext_sha256", bytes(32)), ("ephemeral_public", bytes(32)), ("info", b"another")],
)
def test_what_was_not_promised_is_not_unsealed(field: str, value: bytes) -> None:
    key = OneTimeKey()
    sealed = replace(sealed_to(key.public, b"%PDF"), **{field: value})
    with LockedMemory(4, MemoryKind.LOCKED) as memory, pytest.raises(BindingError):
        key.unseal_into(memory, sealed, MemoryKind.LOCKED)
    assert bytes(memory.view) == bytes(4)


def test_a_wipe_that_did_not_take_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = LockedMemory(4096, MemoryKind.LOCKED)
    memory.view[4095] = 1
    with monkeypatch.context() as patch:
        patch.setattr(ctypes, "memset", lambda *arguments: 0)
        with pytest.raises(UnavailableError, match="wiped"):
            memory.wipe()
    memory.wipe()


@_KINDS
@pytest.mark.parametrize("size", [1, 2, 4096, 300_001])
def test_locked_memory_is_zero_when_it_is_left_even_by_an_error(kind: MemoryKind, size: int) -> None:
    memory = LockedMemory(size, kind)

    def fail() -> None:
        with memory:
            memory.view[:] = os.urandom(size)
            raise UnavailableError("test", "left", outcome_known=True)

    with pytest.raises(UnavailableError, match="left"):
        fail()
    assert bytes(memory.view) == bytes(size)


def test_memory_that_is_not_to_be_had_is_said_and_not_replaced() -> None:
    with pytest.raises(UnavailableError, match="not to be had"):
        LockedMemory(1 << 62, MemoryKind.UNREADABLE)


@_KINDS
def test_memory_that_may_not_be_locked_is_refused(kind: MemoryKind) -> None:
    """In a process without the right to lock: root gives it up by becoming somebody else."""
    script = (
        "import os, resource, sys\n"
        "from certificates.errors import UnavailableError\n"
        "from kiosk_client.vault.locked import LockedMemory, MemoryKind\n"
        "resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))\n"
        "os.getuid() or os.setuid(65534)\n"
        "try:\n"
        f"    LockedMemory(1 << 20, MemoryKind({kind.value!r}))\n"
        "except UnavailableError as error:\n"
        "    print(error, error.outcome_known)\n"
    )

    said = subprocess.run(
        [sys.executable, "-c", script], cwd=_ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "RLIMIT_MEMLOCK True" in said


def test_a_forgotten_secret_is_zero_where_it_stood() -> None:
    secret = os.urandom(32)
    where = id(secret) + bytes.__basicsize__ - 1
    assert ctypes.string_at(where, 32) == secret
    forget(secret)
    assert ctypes.string_at(where, 32) == bytes(32)


def test_the_guards_forbid_dumps_and_tie_the_life_to_the_parent() -> None:
    script = (
        "import ctypes, os, resource\n"
        "from kiosk_client.vault.guards import raise_guards\n"
        "raise_guards()\n"
        "libc, signal = ctypes.CDLL(None), ctypes.c_int()\n"
        "libc.prctl(2, ctypes.byref(signal))\n"  # PR_GET_PDEATHSIG
        "dumpable = libc.prctl(3)\n"  # PR_GET_DUMPABLE
        "print(signal.value, dumpable, libc.prctl(39, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE), os.umask(0))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=_ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert said.split(" ", 3) == ["9", "0", "1", "(0, 0) 63\n"]
