"""``python -m center_relay``: the certificate-issuing centre."""

from __future__ import annotations

import sys

from center_relay.commands import release_line, verify_journal
from center_relay.compose import check, compose
from center_relay.settings import PREFIX, CentreSettings
from certificates.service.command import Command, Service, run

SERVICE: Service[CentreSettings] = Service(
    name="center_relay",
    purpose="証明書交付センター: relays applications between kiosks and municipalities, and keeps nothing.",
    prefix=PREFIX,
    settings=CentreSettings,
    compose=compose,
    check=check,
    commands={
        "release-line": Command(
            help="approve the release of a stopped line (two people)", action=release_line
        ),
        "verify-journal": Command(help="verify the journal and print its head", action=verify_journal),
    },
)

if __name__ == "__main__":
    sys.exit(run(SERVICE))
