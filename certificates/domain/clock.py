"""日本標準時: the calendar in which certificates are dated and ages counted."""

from __future__ import annotations

from datetime import timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
"""Japan has no summer time, so a fixed offset is exact (標準時ニ関スル件)."""
