"""Services that are killed and started again, and who of them lives at the moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from load_tests.servers.process import children, kill_all
from load_tests.town.process import ServiceProcess, service_process

Settings = Callable[[], Mapping[str, str]]


class Mortal:
    """One service as a process; ``settings`` are asked anew at each start."""

    def __init__(self, module: str, listener: str, settings: Settings, log: Path) -> None:
        self._module = module
        self._listener = listener
        self._settings = settings
        self._log = log
        self._stack = AsyncExitStack()
        self._process: ServiceProcess | None = None

    @property
    def address(self) -> str | None:
        """Where it listens; None while it is dead."""
        return None if self._process is None else self._process.address(self._listener)

    async def start(self) -> None:
        """Start, or start again. Raises UnavailableError with the end of the log."""
        self._process = await self._stack.enter_async_context(
            service_process(self._module, settings=self._settings(), listeners=1, log=self._log)
        )

    def children(self) -> Sequence[int]:
        """Process ids of what it has started."""
        return () if self._process is None else children(self._process.pid)

    async def kill(self, *, alone: bool = False) -> None:
        """kill -9, whatever it is doing; ``alone``: not what it has started."""
        process, self._process = self._process, None
        if process is not None and alone:
            process.process.kill()
        elif process is not None:
            kill_all(process.pid)
        await self._stack.aclose()

    async def stop(self) -> None:
        self._process = None
        await self._stack.aclose()
