"""``python -m sync.registry``."""

from __future__ import annotations

import sys

from certificates.service.command import Service, run
from sync.registry.commands import COMMANDS
from sync.registry.compose import check, compose
from sync.registry.settings import PREFIX, Settings

SERVICE = Service(
    name="sync.registry",
    purpose="住民記録システム (simulated): holds invented residents, numbers their changes and pushes them.",
    prefix=PREFIX,
    settings=Settings,
    compose=compose,
    check=check,
    commands=COMMANDS,
    many_values=True,
)

if __name__ == "__main__":
    sys.exit(run(SERVICE))
