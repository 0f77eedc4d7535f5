"""A scanner that reads other processes' memory, and a hold on a process at the moment of its exit."""

from __future__ import annotations

import ctypes
import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import pytest

_PTRACE_CONT, _PTRACE_SEIZE = 7, 0x4206
_PTRACE_O_TRACEEXIT, _PTRACE_EVENT_EXIT = 0x40, 6
_WALL = 0x40000000  # wait for what is traced, too, not for our own children only


@dataclass(frozen=True)
class Findings:
    """Where the needles were found: mappings by their start address, with the flags of each; and what was unreadable."""

    hits: dict[str, dict[int, int]]
    flags: dict[int, set[str]]
    unreadable: set[int]

    def total(self) -> dict[str, int]:
        return {name: sum(places.values()) for name, places in self.hits.items()}


def _scan(memory: FileIO, smaps: str, needles: dict[str, bytes]) -> Findings:
    found = Findings({name: {} for name in needles}, {}, set())
    for block in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", smaps):
        start, end = (int(part, 16) for part in block.split(" ", 1)[0].split("-"))
        if "w" not in block.split(" ", 2)[1]:
            continue
        found.flags[start] = set(block.rpartition("VmFlags:")[2].split())
        memory.seek(start)
        octets = b""
        try:
            while len(octets) < end - start:
                octets += memory.read(end - start - len(octets))
        except OSError:
            found.unreadable.add(start)
            continue
        for name, needle in needles.items():
            if count := octets.count(needle):
                found.hits[name][start] = count
    return found


class ExitWatch:
    """Holds a process at its exit. Every call on the thread that made it: the kernel knows tracers by thread."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._call(_PTRACE_SEIZE, _PTRACE_O_TRACEEXIT)

    def wait_for_exit(self) -> None:
        while True:
            _, status = os.waitpid(self._pid, _WALL)
            assert os.WIFSTOPPED(status), "it was gone before it could be held"
            if status >> 8 == signal.SIGTRAP | _PTRACE_EVENT_EXIT << 8:
                return
            self._call(_PTRACE_CONT, 0 if status >> 16 else os.WSTOPSIG(status))

    def release(self) -> None:
        """Let it die; its parent learns of that only when the tracer has been told first (ptrace(2))."""
        self._call(_PTRACE_CONT, 0)
        os.waitpid(self._pid, _WALL)

    def _call(self, request: int, data: int) -> None:
        if self._libc.ptrace(request, self._pid, None, ctypes.c_void_p(data)) != 0:
            pytest.skip(f"ptrace is not allowed here: {os.strerror(ctypes.get_errno())}")


@pytest.fixture
def scan() -> Callable[[int, dict[str, bytes]], Findings]:
    """Count each needle in all memory that a process can write."""

    def findings(pid: int, needles: dict[str, bytes]) -> Findings:
        try:
            with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
                return _scan(memory, Path(f"/proc/{pid}/smaps").read_text(), needles)
        except PermissionError as error:
            pytest.skip(f"the memory of another process cannot be read here: {error}")

    return findings


@pytest.fixture
def watch_exit() -> type[ExitWatch]:
    return ExitWatch
