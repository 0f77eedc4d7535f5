"""The vault's process: when it starts, what it is told, and that nothing outlives the visit."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from certificates.errors import ConfigurationError, UnavailableError
from kiosk_client.printing.job_watch import Patience
from kiosk_client.vault.parent import Vault, VaultSettings
from kiosk_client.vault.sealed import Sealed
from load_tests.servers.printer import Behaviour, RunningPrinter

Seal = Callable[[bytes, bytes], Sealed]
VaultsOf = Callable[[int], list[int]]
pytestmark = pytest.mark.usefixtures("no_vault_is_left")


async def wait_until(happened: Callable[[], object]) -> None:
    for _ in range(2000):
        if happened():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never happened")


def printed(output: Path) -> bool:
    return output.exists()


def ended(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


async def test_a_wrong_printer_url_is_refused_before_any_process_starts(vaults_of: VaultsOf) -> None:
    with pytest.raises(ConfigurationError):
        async with Vault.open("lpd://printer"):
            pytest.fail("opened")
    assert vaults_of(os.getpid()) == []


async def test_a_vault_that_does_not_start_in_time_is_said_so(output: Path, quick: VaultSettings) -> None:
    with pytest.raises(UnavailableError, match="did not start") as caught:
        async with Vault.open(output.as_uri(), replace(quick, start_seconds=0.0)):
            pytest.fail("opened")
    assert caught.value.outcome_known


async def test_a_vault_that_died_before_the_print_has_printed_nothing_for_certain(
    output: Path, document: bytes, quick: VaultSettings, vaults_of: VaultsOf, seal: Seal
) -> None:
    async with Vault.open(output.as_uri(), quick) as vault:
        (pid,) = vaults_of(os.getpid())
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(UnavailableError) as caught:
            await vault.print(seal(document, vault.public_key), job_name="ours", copies=1, duplex=True)
    assert caught.value.outcome_known
    assert not printed(output)


Interrupt = Callable[[int, "asyncio.Task[Any]"], Coroutine[Any, Any, None]]


async def kill(pid: int, task: asyncio.Task[Any]) -> None:
    os.kill(pid, signal.SIGKILL)


async def freeze(pid: int, task: asyncio.Task[Any]) -> None:
    os.kill(pid, signal.SIGSTOP)


async def cancel(pid: int, task: asyncio.Task[Any]) -> None:
    task.cancel()


@pytest.mark.parametrize(
    ("interrupt", "expected"),
    [(kill, UnavailableError), (freeze, UnavailableError), (cancel, asyncio.CancelledError)],
)
async def test_a_print_that_is_broken_off_ends_the_process_and_leaves_the_outcome_unknown(
    real_printer: RunningPrinter,
    document: bytes,
    vaults_of: VaultsOf,
    interrupt: Interrupt,
    expected: type[BaseException],
    seal: Seal,
) -> None:
    real_printer.behave(Behaviour.HANG)
    patience = Patience(connect=0.1, answer=0.2, busy=0.1, contact=0.1, job=3.0, cancel=0.2, poll=0.02)

    async def visit() -> None:
        async with Vault.open(
            real_printer.url, VaultSettings(patience=patience, margin_seconds=0.1)
        ) as vault:
            await vault.print(seal(document, vault.public_key), job_name="ours", copies=1, duplex=True)

    task = asyncio.create_task(visit())
    await wait_until(lambda: real_printer.ticket("ours"))
    (pid,) = vaults_of(os.getpid())
    await interrupt(pid, task)
    with pytest.raises(expected) as caught:
        await task
    assert ended(pid)
    if isinstance(caught.value, UnavailableError):
        assert not caught.value.outcome_known


@dataclass(frozen=True)
class Seen:
    """What /proc shows of a process to root, and to its own user where it lets itself be looked at."""

    environment: bytes
    command: bytes
    status: str
    core_limits: list[str]
    standard_files: set[str]


def look_at(pid: int) -> Seen:
    process = Path(f"/proc/{pid}")
    try:
        (core,) = (line for line in (process / "limits").read_text().splitlines() if "core file size" in line)
        return Seen(
            environment=(process / "environ").read_bytes(),
            command=(process / "cmdline").read_bytes(),
            status=(process / "status").read_text(),
            core_limits=core.split()[4:6],
            standard_files={os.readlink(process / "fd" / str(number)) for number in range(3)},
        )
    except PermissionError:
        pytest.skip("only root may look at a process that is not dumpable")


async def test_the_vault_hears_nothing_of_the_kiosk_that_it_needs_not_know(
    output: Path, quick: VaultSettings, vaults_of: VaultsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_DATABASE_PASSWORD", "hushhush")
    monkeypatch.setenv("SSLKEYLOGFILE", "/nowhere/keys")
    async with Vault.open(output.as_uri(), quick):
        seen = look_at(*vaults_of(os.getpid()))
    assert b"hushhush" not in seen.environment
    assert b"SSLKEYLOGFILE" not in seen.environment
    assert output.as_uri().encode() not in seen.command


async def test_the_guards_stand_before_there_is_a_key(
    output: Path, quick: VaultSettings, vaults_of: VaultsOf
) -> None:
    async with Vault.open(output.as_uri(), quick):
        seen = look_at(*vaults_of(os.getpid()))
    assert seen.core_limits == ["0", "0"]
    assert "\nNoNewPrivs:\t1\n" in seen.status
    assert seen.standard_files == {"/dev/null"}


async def test_a_start_that_fails_says_what_the_process_said(
    output: Path, quick: VaultSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "kiosk_client.vault.parent._COMMAND", ("/bin/sh", "-c", "echo no interpreter >&2; exit 1")
    )
    with pytest.raises(UnavailableError, match="no interpreter") as caught:
        async with Vault.open(output.as_uri(), quick):
            pytest.fail("opened")
    assert caught.value.outcome_known


async def test_a_process_that_says_the_wrong_thing_is_not_trusted(
    output: Path, quick: VaultSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = r"printf '\022\000\000\000\000'; exec sleep 600"
    monkeypatch.setattr("kiosk_client.vault.parent._COMMAND", ("/bin/sh", "-c", script))
    with pytest.raises(UnavailableError, match="OUTCOME"):
        async with Vault.open(output.as_uri(), quick):
            pytest.fail("opened")
