"""A port for a service whose address another one must know before it starts."""

from __future__ import annotations

import contextlib
import random
import socket
from typing import Final

from certificates.errors import UnavailableError

# Below the ephemeral range: no client and no listener on port 0 takes one meanwhile.
_PORTS: Final = range(20000, 32000)


def free_port(*, host: str = "127.0.0.1", in_a_row: int = 1) -> int:
    """The first of so many TCP ports of ``host`` that nobody listens on at the moment; "" is every address.

    Raises UnavailableError when there are none.
    """
    for port in random.sample(_PORTS, 100):
        with contextlib.suppress(OSError), contextlib.ExitStack() as probes:
            for offset in range(in_a_row):
                probes.enter_context(socket.socket()).bind((host, port + offset))
            return port
    raise UnavailableError("TCP", f"no free port between {_PORTS[0]} and {_PORTS[-1]}", outcome_known=True)
