"""A private Redis on a unix socket, without persistence."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from load_tests.servers.process import find_program, running, unix_socket_answers


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """Yields its URL, ``unix:///…/redis.sock``. Raises UnavailableError with the reason."""
    program = find_program("redis-server", "redis-server")
    with tempfile.TemporaryDirectory(
        prefix="kofu-redis-", dir="/tmp"
    ) as name:  # a short path: sockets allow 107 bytes
        folder = Path(name)
        socket = folder / "redis.sock"
        command = [program, "--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no"]
        with running(
            "Redis", [*command, "--dir", name], ready=lambda: unix_socket_answers(socket), log=folder / "log"
        ):
            yield f"unix://{socket}"
