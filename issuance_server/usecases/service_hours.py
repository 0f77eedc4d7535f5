"""サービス提供時間: when the municipality's counter at the kiosk is open."""

from __future__ import annotations

from datetime import datetime

from certificates.domain.clock import JST
from certificates.domain.municipality import Policy

# コンビニ交付 is closed from 29 December to 3 January in every municipality (地方公共団体情報システム機構).
_YEAR_END = ((12, 29), (1, 3))


def is_open(policy: Policy, now: datetime) -> bool:
    """``now`` in any zone; hours and days count in JST. The closing minute is closed."""
    local = now.astimezone(JST)
    day = (local.month, local.day)
    if day >= _YEAR_END[0] or day <= _YEAR_END[1]:
        return False
    return policy.opens <= local.time() < policy.closes
