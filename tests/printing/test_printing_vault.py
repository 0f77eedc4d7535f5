"""The vault as the kiosk uses it: prints the one right document, or nothing at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from certificates.errors import BindingError, InvalidValueError, UnavailableError
from certificates.wire.sealing import seal as centre_seals
from kiosk_client.printing.ports import PrintResult
from kiosk_client.vault.locked import MemoryKind
from kiosk_client.vault.parent import Vault, VaultSettings
from kiosk_client.vault.sealed import Sealed
from load_tests.servers.printer import Behaviour, RunningPrinter

Seal = Callable[[bytes, bytes], Sealed]
VaultsOf = Callable[[int], list[int]]
pytestmark = pytest.mark.usefixtures("no_vault_is_left")


def changed(octets: bytes) -> bytes:
    return octets[:-1] + bytes([octets[-1] ^ 1])


def papers(output: Path) -> list[str]:
    return sorted(path.name for path in output.iterdir()) if output.exists() else []


@pytest.mark.parametrize("memory", list(MemoryKind))
async def test_the_document_comes_out_as_it_was_sealed(
    output: Path, document: bytes, quick: VaultSettings, memory: MemoryKind, seal: Seal
) -> None:
    async with Vault.open(output.as_uri(), replace(quick, memory=memory)) as vault:
        assert len(vault.public_key) == 32
        outcome = await vault.print(seal(document, vault.public_key), job_name="ours", copies=1, duplex=True)
    assert outcome.result is PrintResult.PRINTED
    assert (output / "ours.pdf").read_bytes() == document


@pytest.mark.parametrize("fixture", ["real_printer", "real_tls_printer"])
async def test_it_prints_on_a_real_printer_and_reports_what_that_counted(
    request: pytest.FixtureRequest,
    fixture: str,
    output: Path,
    document: bytes,
    quick: VaultSettings,
    seal: Seal,
) -> None:
    printer = request.getfixturevalue(fixture)
    async with Vault.open(printer.url, quick) as vault:
        outcome = await vault.print(seal(document, vault.public_key), job_name="ours", copies=2, duplex=True)
    assert (outcome.result, outcome.reason, outcome.impressions_completed) == (PrintResult.PRINTED, "none", 4)
    assert (output / "ours.pdf").read_bytes() == document


async def test_what_the_centre_seals_the_vault_opens(
    output: Path, document: bytes, quick: VaultSettings
) -> None:
    async with Vault.open(output.as_uri(), quick) as vault:
        sent = centre_seals(
            document,
            to=vault.public_key,
            info=b"visit",
            aad=b"order",
            ephemeral=X25519PrivateKey.generate(),
            nonce=os.urandom(12),
        )
        sealed = Sealed(
            ephemeral_public=sent.ephemeral_key,
            nonce=sent.nonce,
            ciphertext=sent.ciphertext,
            info=b"visit",
            aad=b"order",
            plaintext_sha256=hashlib.sha256(document).digest(),
            promise=None,
        )
        outcome = await vault.print(sealed, job_name="ours", copies=1, duplex=True)
    assert outcome.result is PrintResult.PRINTED


async def test_a_failed_print_is_an_outcome_and_not_an_error(
    real_printer: RunningPrinter, document: bytes, quick: VaultSettings, seal: Seal
) -> None:
    real_printer.behave(Behaviour.ABORT)
    async with Vault.open(real_printer.url, quick) as vault:
        outcome = await vault.print(seal(document, vault.public_key), job_name="ours", copies=1, duplex=True)
    assert (outcome.result, outcome.reason) == (PrintResult.FAILED, "aborted")


@pytest.mark.parametrize(
    "tamper",
    [
        lambda sealed: replace(sealed, ciphertext=changed(sealed.ciphertext)),
        lambda sealed: replace(sealed, ciphertext=b"\0" + sealed.ciphertext[1:]),
        lambda sealed: replace(sealed, ciphertext=sealed.ciphertext[:-1]),
        lambda sealed: replace(sealed, nonce=changed(sealed.nonce)),
        lambda sealed: replace(sealed, aad=b"order 2"),
        lambda sealed: replace(sealed, info=b"visit 2"),
        lambda sealed: replace(
            sealed, ephemeral_public=X25519PrivateKey.generate().public_key().public_bytes_raw()
        ),
        lambda sealed: replace(sealed, ephemeral_public=bytes(32)),
        lambda sealed: replace(sealed, plaintext_sha256=changed(sealed.plaintext_sha256)),
    ],
    ids=["tag", "first octet", "cut", "nonce", "aad", "info", "another key", "low order key", "digest"],
)
async def test_a_document_that_was_changed_or_meant_for_another_prints_nothing(
    output: Path, document: bytes, quick: VaultSettings, tamper: Callable[[Sealed], Sealed], seal: Seal
) -> None:
    async with Vault.open(output.as_uri(), quick) as vault:
        sealed = tamper(seal(document, vault.public_key))
        with pytest.raises(BindingError):
            await vault.print(sealed, job_name="ours", copies=1, duplex=True)
    assert papers(output) == []


async def test_a_document_sealed_to_another_visit_prints_nothing(
    output: Path, document: bytes, quick: VaultSettings, seal: Seal
) -> None:
    async with Vault.open(output.as_uri(), quick) as yesterday, Vault.open(output.as_uri(), quick) as today:
        assert yesterday.public_key != today.public_key
        with pytest.raises(BindingError):
            await today.print(seal(document, yesterday.public_key), job_name="ours", copies=1, duplex=True)
    assert papers(output) == []


async def test_leaving_without_a_print_leaves_no_process_and_no_paper(
    output: Path, quick: VaultSettings, vaults_of: VaultsOf
) -> None:
    async with Vault.open(output.as_uri(), quick):
        assert len(vaults_of(os.getpid())) == 1
    assert vaults_of(os.getpid()) == []
    assert papers(output) == []


async def test_a_vault_prints_one_document_only(
    output: Path, document: bytes, quick: VaultSettings, seal: Seal
) -> None:
    async with Vault.open(output.as_uri(), quick) as vault:
        await vault.print(seal(document, vault.public_key), job_name="ours", copies=1, duplex=True)
        with pytest.raises(UnavailableError, match="one document"):
            await vault.print(seal(document, vault.public_key), job_name="again", copies=1, duplex=True)
    assert papers(output) == ["ours.pdf"]


async def test_a_wrong_request_is_refused_on_this_side_and_the_vault_stays_good(
    output: Path, document: bytes, quick: VaultSettings, seal: Seal
) -> None:
    async with Vault.open(output.as_uri(), quick) as vault:
        with pytest.raises(InvalidValueError):
            await vault.print(seal(document, vault.public_key), job_name="甲野太郎", copies=1, duplex=True)
        outcome = await vault.print(seal(document, vault.public_key), job_name="ours", copies=1, duplex=True)
    assert outcome.result is PrintResult.PRINTED
