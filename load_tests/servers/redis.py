"""A private Redis on a unix socket, without persistence: whatever ends it, it starts again empty."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from load_tests.servers.process import find_program, kill_all, running, unix_socket_answers


class PrivateRedis:
    """One Redis under ``folder``; made by ``private_redis``."""

    def __init__(self, folder: Path) -> None:
        self._program = find_program("redis-server", "redis-server")
        self._folder = folder
        self._socket = folder / "redis.sock"
        self._process = ExitStack()
        self._pid = 0

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start, or start again at the same socket. Raises UnavailableError with the reason."""
        self._socket.unlink(missing_ok=True)
        command = [self._program, "--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        process = self._process.enter_context(
            running(
                "Redis",
                [*command, "--appendonly", "no", "--dir", str(self._folder)],
                ready=lambda: unix_socket_answers(self._socket),
                log=self._folder / "log",
            )
        )
        self._pid = process.pid

    def kill(self) -> None:
        """kill -9; what it held is gone."""
        kill_all(self._pid)
        self._process.close()

    def stop(self) -> None:
        self._process.close()


@contextlib.contextmanager
def private_redis() -> Iterator[PrivateRedis]:
    """One that runs. Raises UnavailableError with the reason."""
    # a short path: sockets allow 107 bytes
    with tempfile.TemporaryDirectory(prefix="kofu-redis-", dir="/tmp", ignore_cleanup_errors=True) as name:
        server = PrivateRedis(Path(name))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """Yields its URL, ``unix:///…/redis.sock``. Raises UnavailableError with the reason."""
    with private_redis() as server:
        yield server.url
