"""A town too large to be held: the same people as in one that is, whoever wrote them and in how many pieces."""

from __future__ import annotations

import io
import json
from itertools import pairwise
from pathlib import Path

import pytest

from certificates.errors import InvalidValueError
from certificates.service.keyring import save_signing_key
from certificates.service.progress import progress_bar
from sync.change.events import Record
from sync.copy.memory import MemoryCopy
from sync.feed.full_load import load_full, read_record
from sync.feed.full_load.lines import reading
from sync.town import FOUNDED, invent
from sync.town.__main__ import main
from sync.town.homes import plots
from sync.town.large import Site, write_large_town
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import KEY, NOW, TRUSTED, Held, TestRegistry, require_equal

SITE = Site(seed=7, today=FOUNDED)


def records(path: Path) -> list[Record]:
    with reading(path) as source:
        return [
            read_record(line.rstrip(b"\n"), number) for number, line in enumerate(source, 1) if number > 1
        ]


@pytest.mark.parametrize(
    ("name", "processes", "households"),
    [("town.jsonl", 0, 1000), ("town.jsonl.gz", 0, 7), ("town.jsonl.gz", 2, 20), ("town.jsonl", 2, 13)],
)
async def test_a_large_town_is_the_town_of_its_seed(
    tmp_path: Path, name: str, processes: int, households: int
) -> None:
    told: list[tuple[int, int]] = []
    head = write_large_town(
        tmp_path / name,
        SITE,
        130,
        KEY,
        lambda done, total: told.append((done, total)),
        processes=processes,
        households=households,
    )
    town = invent(7, 130)
    written = records(tmp_path / name)
    assert written == list(town.records())
    assert head.count == len(written)
    assert told[-1] == (130, 130)
    assert {path.name for path in tmp_path.iterdir()} == {name, "town.json"}
    copy = MemoryCopy()
    await load_full(copy, tmp_path / name, TRUSTED, MUNICIPALITY, clock=lambda: NOW)
    await require_equal(Held(store=copy, reader=copy), TestRegistry(town=town))


def test_a_town_is_made_of_plots_without_gaps_and_a_larger_one_begins_with_the_same() -> None:
    small, large = list(plots(3, 400)), list(plots(3, 900))
    assert small[:-1] == large[: len(small) - 1]
    for before, after in pairwise(large):
        assert (after.household, after.first) == (before.household + 1, before.first + before.size)
    assert large[-1].first + large[-1].size == 900


def test_a_town_of_one_has_one_plot_and_one_of_none_is_refused(tmp_path: Path) -> None:
    (only,) = [plot for plot in plots(3, 1) if plot.scenario is None] or list(plots(3, 1))
    assert only.size == 1
    with pytest.raises(InvalidValueError):
        write_large_town(tmp_path / "town.jsonl", SITE, 0, KEY)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_full_load_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = save_signing_key(tmp_path / "keys", KEY)
    file = tmp_path / "out" / "town.jsonl.gz"
    command = ["--seed", "7", "--residents", "120", "--full-load", str(file), "--processes", "0"]
    assert main([*command, "--signing-key", str(key)]) == 0
    assert "records of 992011" in capsys.readouterr().out
    town = invent(7, 120)
    assert records(file) == list(town.records())
    index = json.loads((tmp_path / "out" / "town.json").read_text(encoding="utf-8"))
    assert index["residents"] == 120
    assert set(index["people"]) == {scenario.value for scenario in town.people}
    with pytest.raises(SystemExit):
        main(command)
    assert "--signing-key" in capsys.readouterr().err
    assert main([*command, "--signing-key", str(key), "--font", str(tmp_path / "none.ttf")]) == 2
    assert "none.ttf" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_progress_bar_tells_the_rate_and_the_time_left() -> None:
    moments = iter([100.0, 100.0, 110.0, 4_000.0])
    output = Terminal()
    show = progress_bar(output, "load", lambda: next(moments))
    show(0, 4_000_000)
    assert "0/s -:-- left" in output.getvalue()
    show(20_000, 4_000_000)
    assert "2,000/s 33:10 left" in output.getvalue()
    show(4_000_000, 4_000_000)
    assert "1,026/s 1:05:00 in all 100 % 4,000,000/4,000,000\n" in output.getvalue()


def test_away_from_a_terminal_only_the_last_line_is_written() -> None:
    output = io.StringIO()
    show = progress_bar(output, "load")
    show(1, 2)
    assert output.getvalue() == ""
    show(2, 2)
    assert output.getvalue().count("\n") == 1
