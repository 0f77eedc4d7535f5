"""An invented town: residents for tests, demonstrations and the simulated registry."""

from sync.town.scenarios import Scenario
from sync.town.town import FOUNDED, Person, Town, invent

__all__ = ["FOUNDED", "Person", "Scenario", "Town", "invent"]
