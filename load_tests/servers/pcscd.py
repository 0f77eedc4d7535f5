"""A private pcscd with a virtual reader, and the software card as a process that lies on it."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import kiosk_client
from certificates.errors import UnavailableError
from kiosk_client.card.ports import CardReader
from load_tests.ports import free_port
from load_tests.servers.process import find_program, running

READER_NAME: Final = "Virtual PCD 00 00"

_DRIVER: Final = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_RUN_FOLDER: Final = Path("/run/pcscd")  # compiled into pcscd, which insists on it
_LISTENING: Final = "0A"  # a socket's state in /proc/net/tcp, see proc(5)
_ASKED: Final[dict[int, str]] = {}  # process id → socket of the pcscd that it asks
_SLOTS: Final = 2  # the driver listens on as many ports in a row

# Hands pcscd its listening socket the way systemd does (sd_listen_fds(3)), which lets it lie anywhere.
_LAUNCH: Final = """
import os, socket, sys
path, *command = sys.argv[1:]
listening = socket.socket(socket.AF_UNIX)
listening.bind(path)
listening.listen(16)
os.dup2(listening.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(command[0], command)
"""


# libpcsclite reads its environment once in the life of a process, so whoever only looks does so in another one.
_LOOK: Final = """
import sys
from kiosk_client.card.pcsc import PcscReader
name, present, timeout = sys.argv[1:]
reader = PcscReader(name)
wait = reader.wait_for_card if present == "True" else reader.wait_for_removal
sys.exit(0 if wait(float(timeout)) else 1)
"""


class PrivatePcscd:
    """One pcscd with one virtual reader; made by `private_pcscd`."""

    def __init__(self, folder: Path, program: str) -> None:
        self.folder = folder
        self.port = free_port(host="", in_a_row=_SLOTS)
        self._program = program
        self._process = ExitStack()
        self._socket = folder / "socket"

    @property
    def environment(self) -> dict[str, str]:
        """What a client process needs in its environment to ask this pcscd and no other."""
        return {"PCSCLITE_CSOCK_NAME": str(self._socket)}

    def shows(self, *, present: bool, timeout: float) -> bool:
        """Whether another process sees a card on the reader (or sees none) within ``timeout`` seconds."""
        look = [sys.executable, "-c", _LOOK, READER_NAME, str(present), str(timeout)]
        looked = subprocess.run(look, env=self.child_environment(), capture_output=True, check=False)
        return looked.returncode == 0

    def child_environment(self) -> dict[str, str]:
        """The whole environment of a Python process that imports this tree and asks this pcscd."""
        root = str(Path(kiosk_client.__file__).parents[1])
        return {**os.environ, "PYTHONPATH": root, **self.environment}

    def start(self) -> None:
        """Start, or start again at the same socket and port; raises UnavailableError with the reason."""
        empty = self.folder / "empty"
        empty.mkdir(exist_ok=True)
        self._socket.unlink(missing_ok=True)
        launcher = [sys.executable, "-I", "-S", "-c", _LAUNCH, str(self._socket)]
        command = [self._program, "--foreground", "--config", str(self._configuration())]
        self._process.enter_context(
            running(
                "pcscd",
                [*launcher, *command],
                ready=lambda: _listens(self.port),
                log=self.folder / "log",
                environment={"PCSCLITE_HP_DROPDIR": str(empty)},
            )
        )

    def stop(self) -> None:
        self._process.close()

    def _configuration(self) -> Path:
        folder = self.folder / "readers"
        folder.mkdir(exist_ok=True)
        (folder / "vpcd").write_text(
            'FRIENDLYNAME "Virtual PCD"\n'
            f"DEVICENAME /dev/null:0x{self.port:X}\n"
            f"LIBPATH {_DRIVER}\n"
            f"CHANNELID 0x{self.port:X}\n"
        )
        return folder


@contextlib.contextmanager
def private_pcscd() -> Iterator[PrivatePcscd]:
    """Start a pcscd of our own, and stop it whatever happens.

    Its virtual reader listens on all addresses of this machine: it belongs on no kiosk.

    Raises:
        UnavailableError: it cannot run here, with the reason.
    """
    program = find_program("pcscd", "pcscd", "/usr/sbin")
    if not _DRIVER.exists():
        raise UnavailableError(
            "vpcd", "is not installed (Debian package vsmartcard-vpcd)", outcome_known=True
        )
    if importlib.util.find_spec("smartcard") is None:
        raise UnavailableError("pyscard", "is not installed (this package's [pcsc])", outcome_known=True)
    try:
        _RUN_FOLDER.mkdir(exist_ok=True)
    except OSError as error:
        raise UnavailableError("pcscd", f"needs {_RUN_FOLDER}: {error}", outcome_known=True) from error
    # a short path: sockets allow 107 bytes
    with tempfile.TemporaryDirectory(prefix="kofu-pcscd-", dir="/tmp", ignore_cleanup_errors=True) as name:
        server = PrivatePcscd(Path(name), program)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def card_on_reader(server: PrivatePcscd, card_file: Path) -> Iterator[None]:
    """Lay a test card on the reader as a process of its own; on leaving it is taken off, and seen to be."""
    command = [sys.executable, "-m", "kiosk_client.card.vpcd", "--card", str(card_file)]
    try:
        with running(
            "vpcd card",
            [*command, "--port", str(server.port)],
            ready=lambda: server.shows(present=True, timeout=5),
            log=server.folder / "card.log",
            environment=server.child_environment(),
        ):
            yield
    finally:
        server.shows(present=False, timeout=5)


@contextlib.contextmanager
def asked_from_this_process(server: PrivatePcscd) -> Iterator[CardReader]:
    """Point this whole process at ``server`` and give its reader; the environment is restored at the end.

    Only one pcscd can be asked from one process, ever: libpcsclite reads the variable once.

    Raises:
        UnavailableError: this process has asked another one before.
    """
    from kiosk_client.card.pcsc import PcscReader

    socket_name = server.environment["PCSCLITE_CSOCK_NAME"]
    if _ASKED.setdefault(os.getpid(), socket_name) != socket_name:
        raise UnavailableError("pcscd", "this process has asked another one before", outcome_known=True)
    previous = os.environ.get("PCSCLITE_CSOCK_NAME")
    os.environ["PCSCLITE_CSOCK_NAME"] = socket_name
    try:
        yield PcscReader(READER_NAME)
    finally:
        del os.environ["PCSCLITE_CSOCK_NAME"]
        if previous is not None:
            os.environ["PCSCLITE_CSOCK_NAME"] = previous


def _listens(port: int) -> bool:
    """Whether somebody listens on ``port``, found out without connecting: vpcd would take that for a card."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(line[1].endswith(f":{port:04X}") and line[3] == _LISTENING for line in lines)
