"""A real IPP printer for tests and load: CUPS' ippeveprinter on a bus and in a folder of its own."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from certificates.errors import UnavailableError
from load_tests.ports import free_port
from load_tests.servers.process import find_program, running, unix_socket_answers

_ATTEMPTS = 3
_PACKAGE = "cups-ipp-utils"


class Behaviour(Enum):
    """What the printer does with the next job, and with the one that is waiting."""

    PRINT = "print"
    MEDIA_EMPTY = "media-empty"
    """waits for paper; a cancel is heard"""
    COVER_OPEN = "cover-open"
    ABORT = "abort"
    HANG = "hang"
    """says nothing, does nothing and hears no cancel"""


_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
"""

# A colour duplex machine with A4. ippeveprinter adds its own formats behind document-format-supported.
_MULTIFUNCTION_PRINTER = """ATTR mimeMediaType document-format-supported "application/pdf"
ATTR mimeMediaType document-format-default "application/pdf"
ATTR keyword media-supported "iso_a4_210x297mm"
ATTR keyword media-default "iso_a4_210x297mm"
ATTR keyword media-ready "iso_a4_210x297mm"
ATTR boolean color-supported true
ATTR keyword print-color-mode-supported "auto","color","monochrome"
ATTR keyword print-color-mode-default "color"
ATTR keyword print-scaling-supported "none","auto","fit"
ATTR keyword print-scaling-default "auto"
ATTR keyword sides-supported "one-sided","two-sided-long-edge","two-sided-short-edge"
ATTR keyword sides-default "one-sided"
ATTR rangeOfInteger copies-supported 1-99
ATTR integer copies-default 1
"""

# Run once a job with the spooled file; stderr carries STATE: and ATTR: lines back to ippeveprinter, which tells a
# running command nothing of a cancel (it has to ask) and leaves it behind when killed (it has to notice).
_ENGINE = """#!/bin/sh
umask 077
say() {{ printf '%s\\n' "$1" >&2; }}
waiting() {{ kill -0 "$PPID" 2>/dev/null && [ "$(cat {private}/behaviour)" = "$now" ]; }}
cancelled() {{ {ipptool} -q -d job="$IPP_JOB_ID" {uri} {private}/stopping.test >/dev/null 2>&1; }}
discard() {{ shred -n 1 -u -- "$1" 2>/dev/null || rm -f -- "$1"; }}
printf 'copies=%s\\nsides=%s\\nmedia=%s\\ncolor=%s\\nscaling=%s\\n' "$IPP_COPIES" "$IPP_SIDES" "$IPP_MEDIA" \\
  "$IPP_PRINT_COLOR_MODE" "$IPP_PRINT_SCALING" >{private}/ticket."$IPP_JOB_NAME"
now=$(cat {private}/behaviour)
case $now in
media-empty|cover-open)
  say "STATE: +$now-error"
  while waiting; do
    if cancelled; then say "STATE: -$now-error"; discard "$1"; exit 1; fi
    sleep 0.05
  done
  say "STATE: -$now-error" ;;
hang) while waiting; do sleep 0.05; done ;;
abort) say "ERROR: the engine gave up"; discard "$1"; exit 1 ;;
esac
kill -0 "$PPID" 2>/dev/null || exit 1
pages=$(grep -aoE '/Type */Page([^s]|$)' "$1" | wc -l)
part={output}/."$IPP_JOB_NAME".part
cp -- "$1" "$part" && mv -- "$part" {output}/"$IPP_JOB_NAME".pdf || exit 1
say "ATTR: job-impressions-completed=$((pages * ${{IPP_COPIES:-1}}))"
discard "$1"
"""

_STOPPING = """{
  OPERATION Get-Job-Attributes
  GROUP operation-attributes-tag
  ATTR charset attributes-charset utf-8
  ATTR naturalLanguage attributes-natural-language en
  ATTR uri printer-uri $uri
  ATTR integer job-id $job
  STATUS successful-ok
  EXPECT job-state-reasons WITH-VALUE processing-to-stop-point
}
"""


class RunningPrinter:
    """A printer that runs until the ``with`` block ends."""

    def __init__(self, private: Path, port: int, *, tls: bool) -> None:
        self._private = private
        self._port = port
        self._tls = tls
        self._running = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """For ``open_printer``; with TLS it pins the X.509 certificate that the printer made for itself."""
        if not self._tls:
            return f"ipp://localhost:{self._port}/ipp/print"
        pem = (self._private / "keys" / "localhost.crt").read_text()
        pin = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        return f"ipps://localhost:{self._port}/ipp/print?pin-sha256={pin}"

    @property
    def spool(self) -> Path:
        """Where the printer keeps what it was sent."""
        return self._private / "spool"

    def behave(self, behaviour: Behaviour) -> None:
        """From now on; a job that waits because of another behaviour goes on and is printed."""
        unfinished = self._private / "behaviour.part"
        unfinished.write_text(behaviour.value)
        unfinished.replace(self._private / "behaviour")

    def ticket(self, job_name: str) -> dict[str, str]:
        """How the printer understood the job: copies, sides, media, color, scaling; empty while it has none."""
        path = self._private / f"ticket.{job_name}"
        lines = path.read_text().splitlines() if path.exists() else []
        return dict(line.split("=", 1) for line in lines)

    def start(self) -> None:
        """Start, or start again after ``kill``. Raises UnavailableError."""
        private = self._private
        command = [
            *(find_program("ippeveprinter", _PACKAGE, "/usr/sbin"), "-vv", "-p", str(self._port)),
            *("-n", "localhost", "-r", "off", "-d", str(self.spool), "-a", str(private / "mfp.conf")),
            *("-c", str(private / "engine"), *(("-K", str(private / "keys")) if self._tls else ()), "Kiosk"),
        ]
        self._process = self._running.enter_context(
            running(
                "ippeveprinter",
                command,
                ready=lambda: _serves(self._port, tls=self._tls),
                log=private / "printer.log",
                environment={"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={private / 'bus'}", "PATH": os.defpath},
            )
        )

    def kill(self) -> None:
        """Like a pulled plug: the printer and the job that it is printing are gone at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._running.close()


@contextlib.contextmanager
def running_printer(output: Path, *, tls: bool = False) -> Iterator[RunningPrinter]:
    """Start a printer that stores what it prints as ``<output>/<job name>.pdf``; yields it with its ``url``.

    Everything else it has lies in a private folder, in memory where the machine offers that, and is removed at the
    end. Raises UnavailableError, saying why, when it cannot start.
    """
    bus = find_program("dbus-daemon", "dbus-daemon")
    memory = Path("/dev/shm")  # noqa: S108 - only the parent of a fresh private folder
    with contextlib.ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="kofu-printer-", dir=memory if memory.is_dir() else None)
        private = Path(stack.enter_context(folder))
        # ippeveprinter looks for a DNS-SD service on the system bus before it serves: a bus without one will do.
        (private / "bus.conf").write_text(_BUS.format(socket=private / "bus"))
        stack.enter_context(
            running(
                "dbus-daemon",
                [bus, f"--config-file={private / 'bus.conf'}", "--nofork", "--nopidfile"],
                ready=lambda: unix_socket_answers(private / "bus"),
                log=private / "bus.log",
            )
        )
        printer = _started(private, output, tls=tls)
        stack.callback(printer.kill)
        yield printer


def _started(private: Path, output: Path, *, tls: bool) -> RunningPrinter:
    """On a port that was free a moment ago; somebody else may take it first, hence the attempts."""
    for name in ("spool", "keys"):
        (private / name).mkdir()
    output.mkdir(parents=True, exist_ok=True)
    (private / "mfp.conf").write_text(_MULTIFUNCTION_PRINTER)
    (private / "stopping.test").write_text(_STOPPING)
    ipptool = find_program("ipptool", _PACKAGE)
    attempt = 1
    while True:
        port = free_port()
        uri = f"ipp://localhost:{port}/ipp/print"
        words = {"private": private, "output": output.resolve(), "ipptool": ipptool, "uri": uri}
        engine = private / "engine"
        engine.write_text(_ENGINE.format(**{name: shlex.quote(str(word)) for name, word in words.items()}))
        engine.chmod(0o700)
        printer = RunningPrinter(private, port, tls=tls)
        printer.behave(Behaviour.PRINT)
        try:
            printer.start()
        except UnavailableError:
            if attempt == _ATTEMPTS:
                raise
            attempt += 1
        else:
            return printer


def _serves(port: int, *, tls: bool) -> bool:
    """ippeveprinter makes its key and X.509 certificate during the first TLS handshake: have that done."""
    try:
        with socket.create_connection(("localhost", port), timeout=5.0) as stream:
            if tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                context.wrap_socket(stream).close()
    except OSError:
        return False
    return True
