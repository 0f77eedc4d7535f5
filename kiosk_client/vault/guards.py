"""What the vault's process gives up before it holds anything secret (Linux)."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

from certificates.errors import UnavailableError

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def raise_guards() -> None:
    """No core dump, no debugger of the same user, no new rights, no life without the thread that started us.

    Raises UnavailableError where the system refuses: without the guards there is no vault.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in (
        (_PR_SET_PDEATHSIG, int(signal.SIGKILL)),
        (_PR_SET_DUMPABLE, 0),
        (_PR_SET_NO_NEW_PRIVS, 1),
    ):
        if (
            libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
            != 0
        ):
            reason = f"prctl {option} was refused: {os.strerror(ctypes.get_errno())}"
            raise UnavailableError("vault", reason, outcome_known=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, most = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (most, most))
    os.umask(0o077)
