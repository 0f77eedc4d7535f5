"""``python -m center_relay.inquiry``: the inquiry site, a service of its own because it holds the key that opens backs."""

from __future__ import annotations

import sys

from center_relay.inquiry.commands import check_files
from center_relay.inquiry.compose import check, compose
from center_relay.inquiry.settings import PREFIX, InquirySettings
from certificates.service.command import Command, Service, run

SERVICE: Service[InquirySettings] = Service(
    name="center_relay.inquiry",
    purpose="問合せサイト: tells whoever received a certificate whether it is genuine, and keeps nothing of it.",
    prefix=PREFIX,
    settings=InquirySettings,
    compose=compose,
    check=check,
    commands={
        "ask": Command(
            help="ask about scans in files, as the page does, and print the answer", action=check_files
        )
    },
)

if __name__ == "__main__":
    sys.exit(run(SERVICE))
