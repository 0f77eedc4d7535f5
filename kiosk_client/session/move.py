"""Where a step leads: the next screen and what has to be done, in that order of the effects."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk_client.session.effects import Effect
from kiosk_client.session.screens import Screen


@dataclass(frozen=True, slots=True, init=False)
class Move:
    screen: Screen
    effects: tuple[Effect, ...]

    def __init__(self, screen: Screen, *effects: Effect) -> None:
        object.__setattr__(self, "screen", screen)
        object.__setattr__(self, "effects", effects)
