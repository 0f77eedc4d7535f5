"""Difference files: verified whole before anything is taken, and refused by line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.domain.identifiers import municipality_code
from certificates.errors import ConfigurationError, SignatureError
from certificates.wire.jose import Party, Role, SigningKey, TrustedKey, TrustedKeys
from sync.feed import difference_file
from sync.feed.difference import DifferenceReport, take_differences
from sync.feed.difference_file import DifferenceError, write_difference
from sync.feed.full_load import load_full
from sync.feed.wire import FullLoadHead
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import KEY, NOW, TRUSTED, Held, TestRegistry, require_equal, small_town

CHANGES = 30


@pytest.fixture
def source() -> TestRegistry:
    return TestRegistry.having(day_of_changes(small_town(), CHANGES)[:CHANGES])


async def write(path: Path, source: TestRegistry, first: int, last: int, *, key: SigningKey = KEY) -> Path:
    async def events() -> AsyncIterator[bytes]:
        for number in range(first, last + 1):
            yield source.event(number)

    await write_difference(
        path,
        events(),
        municipality=MUNICIPALITY,
        first=first,
        position=source.position,
        chain=source.chain(first - 1),
        taken_at=NOW,
        key=key,
    )
    return path


async def take(copy: Held, *paths: Path, trusted: TrustedKeys = TRUSTED) -> DifferenceReport:
    return await take_differences(copy.reception(), paths, trusted, MUNICIPALITY)


async def untouched(copy: Held) -> bool:
    mark = await copy.reader.watermark()
    return mark is not None and (mark.applied, mark.known) == (0, 0)


@pytest.mark.parametrize("portion", [1, 7, 500])
async def test_files_are_taken_in_the_order_of_their_numbers_in_portions(
    copy: Held, source: TestRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    monkeypatch.setattr(difference_file, "LINES_AT_ONCE", portion)
    paths = [await write(tmp_path / f"{first}", source, first, first + 9) for first in (21, 1, 11)]
    seen: list[tuple[int, int]] = []
    report = await take_differences(
        copy.reception(), paths, TRUSTED, MUNICIPALITY, lambda done, total: seen.append((done, total))
    )
    assert report == DifferenceReport(applied=CHANGES, count=CHANGES, quarantined=0)
    assert seen[-1] == (CHANGES, CHANGES)
    assert seen == sorted(seen)
    await require_equal(copy, source)
    assert (await take(copy, *paths)).applied == CHANGES  # again changes nothing
    await require_equal(copy, source)


async def test_what_is_missing_before_a_file_is_named(
    copy: Held, source: TestRegistry, tmp_path: Path
) -> None:
    first = await write(tmp_path / "first", source, 1, 4)
    third = await write(tmp_path / "third", source, 10, 20)
    with pytest.raises(DifferenceError, match="numbers 5 to 9 are missing"):
        await take(copy, third, first)
    mark = await copy.reader.watermark()
    assert mark is not None
    assert (mark.applied, mark.known) == (4, CHANGES)


async def test_a_file_without_changes_is_a_sign_of_life(
    copy: Held, source: TestRegistry, tmp_path: Path
) -> None:
    path = await write(tmp_path / "none", source, CHANGES + 1, CHANGES)
    with pytest.raises(DifferenceError, match=f"numbers 1 to {CHANGES} are missing"):
        await take(copy, path)
    await take(copy, await write(tmp_path / "all", source, 1, CHANGES))
    assert await take(copy, path) == DifferenceReport(applied=CHANGES, count=0, quarantined=0)


def spoil_line(number: int, spoil: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def change(text: bytes) -> bytes:
        lines = text.splitlines(keepends=True)
        lines[number - 1] = spoil(lines[number - 1])
        return b"".join(lines)

    return change


def another_head() -> bytes:
    head = FullLoadHead(
        municipality=MUNICIPALITY, sequence=0, count=0, sha256=bytes(32), taken_at=NOW, chain=bytes(32)
    )
    return KEY.sign(head)


@dataclass(frozen=True)
class Spoilt:
    change: Callable[[bytes], bytes]
    error: type[Exception]
    said: str


@pytest.mark.parametrize(
    "spoilt",
    [
        Spoilt(spoil_line(7, lambda line: b""), DifferenceError, "announces 30"),
        Spoilt(lambda text: text + text.splitlines(keepends=True)[-1], DifferenceError, "announces 30"),
        Spoilt(lambda text: text[:-1], DifferenceError, "cut short"),
        Spoilt(spoil_line(7, lambda line: line.replace(b'"1.0"', b'"1.1"')), DifferenceError, "not those"),
        Spoilt(spoil_line(1, lambda line: b"{}\n"), SignatureError, "JWS"),
        Spoilt(spoil_line(1, lambda line: line[:-9] + b"AAAAAAAA\n"), SignatureError, "signature"),
        Spoilt(lambda text: b"", SignatureError, "JWS"),
        Spoilt(spoil_line(1, lambda line: another_head() + b"\n"), SignatureError, "difference/1"),
    ],
)
async def test_a_file_that_is_not_as_it_was_signed_changes_nothing(
    copy: Held, source: TestRegistry, tmp_path: Path, spoilt: Spoilt
) -> None:
    path = await write(tmp_path / "file", source, 1, CHANGES)
    path.write_bytes(spoilt.change(path.read_bytes()))
    good = await write(tmp_path / "good", source, 1, 5)
    with pytest.raises(spoilt.error, match=spoilt.said):
        await take(copy, good, path)  # not even the good one beside it
    assert await untouched(copy)


async def test_a_line_that_does_not_say_whom_it_is_about_is_named_by_its_place(
    copy: Held, source: TestRegistry, tmp_path: Path
) -> None:
    events = [source.event(number) for number in range(1, 6)]
    events[3] = events[3].replace(b'"specversion":"1.0"', b'"specversion":"1.1"')

    async def lines() -> AsyncIterator[bytes]:
        for event in events:
            yield event

    path = tmp_path / "file"
    await write_difference(
        path,
        lines(),
        municipality=MUNICIPALITY,
        first=1,
        position=5,
        chain=bytes(32),
        taken_at=NOW,
        key=KEY,
    )
    with pytest.raises(DifferenceError) as error:
        await take(copy, path)
    assert error.value.line == 5  # the head is line 1
    assert await untouched(copy)
    events[3:] = [source.event(5), source.event(4)]
    await write_difference(
        path,
        lines(),
        municipality=MUNICIPALITY,
        first=1,
        position=5,
        chain=bytes(32),
        taken_at=NOW,
        key=KEY,
    )
    with pytest.raises(DifferenceError, match="numbers"):
        await take(copy, path)


@pytest.mark.parametrize("cut", [False, True])
async def test_a_file_that_is_changed_while_it_is_read_is_not_taken_further(
    copy: Held, source: TestRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: bool
) -> None:
    monkeypatch.setattr(difference_file, "LINES_AT_ONCE", 10)
    path = await write(tmp_path / "file", source, 1, CHANGES)
    text = path.read_bytes()

    def change(done: int, total: int) -> None:
        forged = text.replace(b'"specversion":"1.0"', b'"specversion":"1.1"')
        with path.open("r+b") as output:
            output.write(forged)
            if cut:
                output.truncate(len(b"".join(text.splitlines(keepends=True)[:11])))

    with pytest.raises(DifferenceError, match=r"changed while|cut short"):
        await take_differences(copy.reception(), [path], TRUSTED, MUNICIPALITY, change)


async def test_only_the_municipalitys_own_registry_is_believed(
    copy: Held, source: TestRegistry, tmp_path: Path
) -> None:
    stranger = SigningKey.generate("stranger")
    path = await write(tmp_path / "file", source, 1, 3, key=stranger)
    with pytest.raises(SignatureError):
        await take(copy, path)
    other = Party(role=Role.REGISTRY, name=municipality_code("992020"))
    trusted = TrustedKeys([TrustedKey.from_pem(stranger.kid, other, stranger.public_pem)])
    with pytest.raises(ConfigurationError, match="992020"):
        await take(copy, path, trusted=trusted)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        await take(copy, tmp_path / "nowhere")
    assert await untouched(copy)


async def test_a_file_of_a_past_that_was_ended_is_refused_and_changes_nothing(
    source: TestRegistry, tmp_path: Path
) -> None:
    path = await write(tmp_path / "file", source, 1, 3)
    after = TestRegistry(base=2)  # a register taken over anew, at 2
    copy = after.ideal()
    held = Held(store=copy, reader=copy)
    later = after.write(tmp_path / "full", taken_at=datetime(2026, 4, 2, 4, tzinfo=UTC))
    await load_full(copy, later, TRUSTED, MUNICIPALITY, clock=lambda: NOW)
    with pytest.raises(DifferenceError, match="another past"):
        await take(held, path)
    mark = await held.reader.watermark()
    assert mark is not None
    assert (mark.applied, mark.known) == (2, 2)
