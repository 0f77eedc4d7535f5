"""The full load: whole or not at all, and a bad file says which line and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from certificates.errors import ConfigurationError, SignatureError
from certificates.wire.jose import Party, Role, SigningKey, TrustedKey, TrustedKeys
from sync.change.records import Kind
from sync.copy.memory import MemoryCopy
from sync.feed.full_load import FullLoadError, load_full, read_record, write_full_load
from sync.town import Scenario
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import KEY, NOW, TRUSTED, Held, TestRegistry, require_equal


async def load(held: Held, path: Path, trusted: TrustedKeys = TRUSTED) -> None:
    await load_full(held.store, path, trusted, MUNICIPALITY, clock=lambda: NOW)


async def test_a_load_tells_its_progress_and_what_it_brought(
    empty: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    report = await load_full(
        empty.store,
        registry.write(tmp_path / "full.jsonl"),
        TRUSTED,
        MUNICIPALITY,
        lambda done, total: told.append((done, total)),
    )
    total = sum(1 for _ in registry.state.records())
    assert told[-1] == (total, total)
    assert report.sequence == 0
    assert report.records[Kind.RESIDENT] == len(registry.town.residents)
    assert sum(report.records.values()) == total


async def test_a_newer_load_replaces_the_copy_and_the_feed_goes_on_from_its_number(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    for change in day_of_changes(registry.town, 30):
        registry.enter(change)
    await held.receive(registry.frame(1, 10))
    await load(held, registry.write(tmp_path / "newer.jsonl", taken_at=NOW + timedelta(hours=1)))
    mark = await held.reader.watermark()
    assert mark is not None
    assert (mark.applied, mark.known, mark.heard_at) == (registry.position, registry.position, NOW)
    await require_equal(held, registry)
    assert (await held.receive(registry.frame(1, registry.position))).applied == registry.position
    await require_equal(held, registry)


async def test_an_older_load_is_refused(held: Held, registry: TestRegistry, tmp_path: Path) -> None:
    path = registry.write(tmp_path / "older.jsonl")
    for change in day_of_changes(registry.town, 5):
        registry.enter(change)
    await held.take_all(registry)
    with pytest.raises(FullLoadError, match="already") as error:
        await load(held, path)
    assert error.value.line == 1
    await require_equal(held, registry)


def cut_last_line(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def twice(place: int) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: [*lines[: place + 1], lines[place], *lines[place + 1 :]]


def replace_in(place: int, old: bytes, new: bytes) -> Callable[[list[bytes]], list[bytes]]:
    def spoil(lines: list[bytes]) -> list[bytes]:
        assert old in lines[place]
        return [*lines[:place], lines[place].replace(old, new), *lines[place + 1 :]]

    return spoil


@pytest.mark.parametrize(
    ("spoil", "line", "why"),
    [
        (cut_last_line, None, "announces"),
        (twice(3), 5, "second resident"),
        (replace_in(4, b'{"kind"', b'{"kimd"'), 5, "kind and record"),
        (replace_in(4, b'"resident"', b'"alien"'), 5, "no known kind"),
        (replace_in(4, b'"history"', b'"histry"'), 5, "histry"),
        (replace_in(4, b'"number":"0001', b'"number":"0002'), 5, "宛名番号"),
        (replace_in(4, "架空".encode(), "空架".encode()), 1, "not those that were signed"),
        (replace_in(4, b"}\n", b"}"), 5, "not a JSON"),
        (lambda lines: [*lines[:-1], lines[-1].rstrip()], None, "cut short"),
        (lambda lines: [lines[0], *sorted(lines[1:])], 2, "not in the lines before"),
        (lambda lines: [lines[0], b"nonsense\n", *lines[1:]], 2, "not a JSON"),
    ],
)
async def test_a_bad_file_names_line_and_reason(
    simple: Held,
    registry: TestRegistry,
    tmp_path: Path,
    spoil: Callable[[list[bytes]], list[bytes]],
    line: int | None,
    why: str,
) -> None:
    path = registry.write(tmp_path / "bad.jsonl")
    path.write_bytes(b"".join(spoil(path.read_bytes().splitlines(keepends=True))))
    with pytest.raises(FullLoadError, match=why) as error:
        await load(simple, path)
    assert line is None or error.value.line == line
    await require_equal(simple, registry)


async def test_a_bad_last_line_leaves_everything_as_it_was(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    lines = registry.write(tmp_path / "bad.jsonl").read_bytes().splitlines(keepends=True)
    path = tmp_path / "worse.jsonl"
    path.write_bytes(b"".join([*lines[:-1], lines[-2]]))
    with pytest.raises(FullLoadError, match="second card"):
        await load(held, path)
    await require_equal(held, registry)


async def test_a_file_that_our_registry_did_not_sign_is_refused(
    simple: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    stranger = SigningKey.generate("stranger")
    with pytest.raises(SignatureError):
        await load(simple, registry.write(tmp_path / "foreign.jsonl", key=stranger))
    other = Party(role=Role.REGISTRY, name="992020")
    trusted = TrustedKeys([TrustedKey.from_pem(stranger.kid, other, stranger.public_pem)])
    with pytest.raises(ConfigurationError, match="992020"):
        await load(simple, registry.write(tmp_path / "foreign.jsonl", key=stranger), trusted)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        await load(simple, tmp_path / "missing.jsonl")
    (tmp_path / "empty.jsonl").write_bytes(b"")
    with pytest.raises(SignatureError):
        await load(simple, tmp_path / "empty.jsonl")


async def test_a_load_into_memory_is_that_of_the_register(registry: TestRegistry, tmp_path: Path) -> None:
    copy = MemoryCopy()
    held = Held(store=copy, reader=copy)
    await load(held, registry.write(tmp_path / "full.jsonl"))
    await require_equal(held, registry)


def test_a_file_appears_whole_or_not_at_all(registry: TestRegistry, tmp_path: Path) -> None:
    def broken() -> object:
        yield registry.town.person(Scenario.FOREIGN).resident
        raise RuntimeError("the register went away")

    with pytest.raises(RuntimeError):
        write_full_load(
            tmp_path / "full.jsonl",
            broken(),  # type: ignore[arg-type]  # a generator of records that breaks off
            municipality=MUNICIPALITY,
            sequence=0,
            chain=bytes(32),
            taken_at=NOW,
            key=KEY,
        )
    assert list(tmp_path.iterdir()) == []


def test_a_record_line_is_read_with_its_number() -> None:
    with pytest.raises(FullLoadError, match="line 7: "):
        read_record(b"[]", 7)
