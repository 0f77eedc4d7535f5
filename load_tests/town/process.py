"""One service as a process: started, its addresses read from its announcement, stopped, its log kept."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from certificates.errors import UnavailableError

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProcess:
    """``addresses`` by listener name, as the service announced them."""

    module: str
    process: asyncio.subprocess.Process = field(repr=False)
    addresses: Mapping[str, str]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def address(self, name: str) -> str:
        return self.addresses[name]


def environment_for(settings: Mapping[str, str]) -> dict[str, str]:
    """A clean environment: the machine's, without any setting of ours that happens to be exported."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KOFU_")}
    return {**inherited, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **settings}


async def run_command(module: str, *arguments: str, settings: Mapping[str, str], log: Path) -> str:
    """Run one command of a service to its end and return what it printed; raises UnavailableError with its last words."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env=environment_for(settings),
            cwd=ROOT,
        )
        output, _ = await process.communicate()
    if process.returncode != 0:
        raise UnavailableError(f"{module} {arguments[0]}", _last_words(log), outcome_known=True)
    return output.decode()


@contextlib.asynccontextmanager
async def service_process(
    module: str, *, settings: Mapping[str, str], listeners: int, log: Path
) -> AsyncIterator[ServiceProcess]:
    """``python -m <module> serve`` until the context is left; waits for ``listeners`` announcements."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            "serve",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env=environment_for(settings),
            cwd=ROOT,
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                addresses = await _announcements(module, process, listeners, log)
            yield ServiceProcess(module=module, process=process, addresses=addresses, log=log)
        except TimeoutError as error:
            raise UnavailableError(
                module, "did not start: " + _last_words(log), outcome_known=True
            ) from error
        finally:
            await _stop(process)


async def _announcements(
    module: str, process: asyncio.subprocess.Process, listeners: int, log: Path
) -> dict[str, str]:
    assert process.stdout is not None
    addresses: dict[str, str] = {}
    while len(addresses) < listeners:
        line = (await process.stdout.readline()).decode()
        if not line:
            raise UnavailableError(module, "did not start: " + _last_words(log), outcome_known=True)
        if line.startswith("LISTENING "):
            _, name, address = line.split()
            addresses[name] = address
    return addresses


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _last_words(log: Path) -> str:
    return " / ".join(log.read_text(errors="replace").strip().splitlines()[-3:]) or "no word in its log"
