"""A town as files: what its registry would hand over, and who is interesting in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

from certificates.domain.clock import JST
from certificates.wire.codec import Json
from certificates.wire.jose import SigningKey
from sync.change.events import Change
from sync.feed.full_load import write_full_load
from sync.feed.wire import NO_CHAIN
from sync.registry.files import write_changes, write_register
from sync.town import numbers
from sync.town.scenarios import Scenario
from sync.town.town import Person, Town

FULL_LOAD = "full-load.jsonl"
"""The rows of the register, signed, at number 0."""
INDEX = "town.json"
"""Scenario → 宛名番号, 世帯番号 and card serial, for tests and demonstrations."""


def taken_at(today: date) -> datetime:
    """The moment at which a town's register stands: the end of its day."""
    return datetime.combine(today, time(23, 59, 59), JST).astimezone(UTC)


def write_town(town: Town, changes: Iterable[Change], folder: Path, *, key: SigningKey | None = None) -> None:
    """Write the files into ``folder``; the full load only with the registry's ``key``."""
    folder.mkdir(parents=True, exist_ok=True)
    write_register(folder, town.records())
    write_changes(folder, changes)
    write_index(folder, town.seed, town.today, len(town.residents), town.people)
    if key is not None:
        write_full_load(
            folder / FULL_LOAD,
            town.records(),
            municipality=town.municipality,
            sequence=0,
            chain=NO_CHAIN,
            taken_at=taken_at(town.today),
            key=key,
        )


def write_index(
    folder: Path, seed: int, today: date, residents: int, people: Mapping[Scenario, Person]
) -> None:
    named: dict[str, Json] = {
        scenario.value: {
            "resident": person.resident.number,
            "household": person.resident.household,
            "serial": person.serial,
        }
        for scenario, person in people.items()
    }
    index: dict[str, Json] = {
        "municipality": numbers.MUNICIPALITY,
        "seed": seed,
        "today": today.isoformat(),
        "residents": residents,
        "people": named,
    }
    text = json.dumps(index, ensure_ascii=False, indent=2)
    (folder / INDEX).write_text(text + "\n", encoding="utf-8")
