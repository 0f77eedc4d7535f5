"""``python -m kiosk_client serve | check-config | release-line``."""

from __future__ import annotations

import sys

from certificates.service.command import run
from kiosk_client.compose import SERVICE

if __name__ == "__main__":
    sys.exit(run(SERVICE))
