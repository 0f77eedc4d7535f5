"""Memory for a secret: never swapped, never in a core dump, inherited only where it says so, zero when left."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from types import TracebackType

from certificates.errors import UnavailableError

_libc = ctypes.CDLL(None, use_errno=True)
_MEMFD_SECRET = 447  # the same number on every architecture (Linux 5.14 and later)
_BYTES_HEADER = bytes.__basicsize__ - 1


class MemoryKind(Enum):
    """Where the plaintext lies."""

    UNREADABLE = "unreadable"
    """memfd_secret(2): not even root reads it through /proc; where the kernel has none, as LOCKED"""
    LOCKED = "locked"
    """anonymous memory under mlock(2)"""


class LockedMemory:
    """``size`` writable bytes as ``view``; leaving the context overwrites them and checks that they are zero.

    Raises UnavailableError when the memory cannot be locked (RLIMIT_MEMLOCK): nothing secret is put into memory
    that might reach a disk.
    """

    def __init__(self, size: int, kind: MemoryKind) -> None:
        self._size = size
        secret = _secret_map(size) if kind is MemoryKind.UNREADABLE else None
        self._map = _locked_map(size) if secret is None else secret
        self.view = memoryview(self._map)[:size]

    def __enter__(self) -> LockedMemory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wipe()

    @contextmanager
    def inherited(self) -> Iterator[None]:
        """Within this context a process that forks off sees the bytes; outside of it none does."""
        self._map.madvise(mmap.MADV_DOFORK)
        try:
            yield
        finally:
            self._map.madvise(mmap.MADV_DONTFORK)

    def wipe(self) -> None:
        """Overwrite with zeros and look that it took. The mapping stays until nobody refers to it."""
        start = _address(self._map)
        ctypes.memset(start, 0, self._size)
        if self.view[0] != 0 or _libc.memcmp(
            ctypes.c_void_p(start), ctypes.c_void_p(start + 1), ctypes.c_size_t(self._size - 1)
        ):
            raise UnavailableError("vault", "the memory could not be wiped", outcome_known=False)


def forget(secret: bytes) -> None:
    """Overwrite a bytes object that a library handed out and that nobody else refers to (CPython's layout)."""
    if sys.implementation.name == "cpython":
        ctypes.memset(id(secret) + _BYTES_HEADER, 0, len(secret))


def forget_freed(size: int) -> None:
    """Overwrite what a library freed as bytes objects of ``size``: its intermediate keys.

    CPython hands out first what was freed last, so a few new objects of zeros take those very places.
    """
    _ = [bytes(size) for _ in range(64)]


def _secret_map(size: int) -> mmap.mmap | None:
    descriptor = _libc.syscall(_MEMFD_SECRET, os.O_CLOEXEC)
    if descriptor < 0:
        return None
    try:
        os.ftruncate(descriptor, size)
        return mmap.mmap(descriptor, size)
    except OSError:
        return None  # e.g. RLIMIT_MEMLOCK, which the other kind then reports
    finally:
        os.close(descriptor)


def _locked_map(size: int) -> mmap.mmap:
    try:
        memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        reason = f"{size} bytes of memory are not to be had ({error.strerror})"
        raise UnavailableError("vault", reason, outcome_known=True) from error
    if _libc.mlock(ctypes.c_void_p(_address(memory)), ctypes.c_size_t(size)) != 0:
        reason = f"{size} bytes cannot be locked ({os.strerror(ctypes.get_errno())}): raise RLIMIT_MEMLOCK"
        raise UnavailableError("vault", reason, outcome_known=True)
    memory.madvise(mmap.MADV_DONTDUMP)
    memory.madvise(mmap.MADV_DONTFORK)
    return memory


def _address(memory: mmap.mmap) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))
