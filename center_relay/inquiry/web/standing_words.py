"""What became of a number in one line, for page and command alike."""

from __future__ import annotations

from datetime import datetime

from center_relay.inquiry.web.texts import Texts
from certificates.domain.clock import JST
from certificates.wire.order import StandingTold


def standing_words(texts: Texts, told: StandingTold | None) -> str:
    """Plain text: the standing, since when, and whether the paper was taken back."""
    if told is None:
        return texts("standing.unknown")
    words = texts(f"standing.{told.standing.value}")
    if told.since is not None:
        words = texts("standing.since", standing=words, moment=moment_words(told.since))
    return texts("standing.collected", standing=words) if told.collected else words


def moment_words(moment: datetime) -> str:
    """By the clock of Japan: ``2026-11-20 12:00 JST``."""
    return moment.astimezone(JST).strftime("%Y-%m-%d %H:%M JST")
