"""``python -m issuance_server``."""

from __future__ import annotations

import sys

from certificates.service.command import Service, Workers, run
from issuance_server.commands import COMMANDS
from issuance_server.compose import LISTENER, check, compose, prepare_workers
from issuance_server.settings import PREFIX, Settings

SERVICE = Service(
    name="issuance_server",
    purpose="証明発行サーバー: decides who may have what, builds the certificate and keeps the issue record.",
    prefix=PREFIX,
    settings=Settings,
    compose=compose,
    check=check,
    commands=COMMANDS,
    many_values=True,
    workers=Workers(
        count=lambda settings: settings.workers,
        addresses=lambda settings: {LISTENER: (settings.host, settings.port)},
        prepare=prepare_workers,
    ),
)

if __name__ == "__main__":
    sys.exit(run(SERVICE))
