"""The measurement of change data runs whole at a tiny size; what it measured there is nobody's business."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certificates.errors import UnavailableError
from load_tests.bench_sync import report
from load_tests.bench_sync.asked import comparisons
from load_tests.bench_sync.figures import Figure, Figures, Key, Unit, percentile
from load_tests.bench_sync.material import Size
from load_tests.bench_sync.pictures import draw
from load_tests.bench_sync.run import measure
from load_tests.bench_sync.size_report import DOCS_JSON
from load_tests.bench_sync.slow import delay
from load_tests.servers.postgres import PostgresServer

# Thirty deliveries: on a busy machine, too, a look at the copy falls between two of them.
TINY = Size(residents=120, singles=4, batches=30, feed=60, delivery=2, reading=0.05, latency=10)
DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"
ABOUT = report.Circumstances(
    command="the command", machine="a machine", date="2026-11-21", seed=1, residents=120
)


def figures_of(**values: float) -> Figures:
    return Figures(
        taken=[Figure(key=Key[name], value=value, unit=Unit.PER_SECOND) for name, value in values.items()]
    )


async def test_a_tiny_run_takes_every_figure(postgres: PostgresServer, redis_url: str) -> None:
    figures = await measure(7, TINY)

    assert {figure.key for figure in figures.taken} == set(Key)
    assert len(figures.taken) == len(Key)
    assert all(figure.value > 0 for figure in figures.taken if figure.unit is Unit.PER_SECOND)
    assert figures.notes == []


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([float(value) for value in range(100)], 0.99) == 99.0
    assert percentile([], 0.5) == 0.0


def test_multiples_are_held_against_commits_as_slow_as_the_studys() -> None:
    figures = figures_of(
        RAW_COMMIT=2_000.0, SLOW_COMMIT=200.0, APPLY_500=9_000.0, SLOW_500=8_000.0, SINGLE=10.0
    )

    (one,) = comparisons(figures)

    assert (one.key, one.reached, one.here) == (Key.APPLY_500, 40.0, 4.5)
    assert round(one.asked, 1) == 40.3
    assert not one.held
    assert str(one) == "asked ×40.3, reached ×40.0"


def test_a_commit_is_slowed_down_to_the_studys_and_never_sped_up() -> None:
    assert round(1 / (delay(Key.RAW_COMMIT, 2_000.0) + 1 / 2_000.0), 1) == 238.5
    assert delay(Key.LITE_RAW_COMMIT, 100.0) == 0.0


def test_a_run_without_a_base_compares_nothing() -> None:
    assert comparisons(figures_of(APPLY_500=8_000.0, SLOW_500=8_000.0)) == []


def test_the_page_shows_figures_ratios_and_what_was_left_out() -> None:
    figures = figures_of(RAW_COPY=50_000.0, RAW_COMMIT=200.0, SINGLE=100.0, APPLY_500=5_000.0)
    figures.taken += figures_of(SLOW_COMMIT=100.0, SLOW_500=4_100.0).taken
    figures.times(Key.LATENCY_P50, Key.LATENCY_P99, [0.004, 0.005, 0.050])
    figures.notes.append("a thing that is not there")

    page = report.page(figures, ABOUT, ["sync-rates.svg"], None)

    assert "`the command` on 2026-11-21: a machine; 120 invented residents, seed 1." in page
    assert f"| {Key.APPLY_500.value} | 5,000/s | ×25.0 | ×50.0 | 10.0% | 9,600 |" in page
    assert f"| {Key.LATENCY_P50.value} | 5.00 ms | | | | |" in page
    assert f"| {Key.APPLY_500.value} | ×40.3 | ×41.0 | yes | ×25.0 |" in page
    assert "![sync-rates](sync-rates.svg)" in page
    assert "Not measured: a thing that is not there." in page


def test_the_run_at_a_citys_size_is_taken_up_where_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "size.json"
    assert report.read_sized(path) is None
    rows = [
        {"label": "residents", "value": 377, "unit": ""},
        {"label": "full load", "value": 21_000.25, "unit": "records/s"},
        {"label": "p50", "value": 1.784, "unit": "ms"},
    ]
    held = {"name": "at Yokohama's size", "command": "c", "machine": "m", "date": "2026-11-20", "rows": rows}
    path.write_text(json.dumps(held), encoding="utf-8")

    page = report.page(Figures(), ABOUT, [], report.read_sized(path))

    assert "## At Yokohama's size\n\n`c` on 2026-11-20: m." in page
    assert "| residents | 377 |\n| full load | 21,000 records/s |\n| p50 | 1.78 ms |" in page


def test_the_section_in_the_documentation_is_that_of_its_json() -> None:
    sized = report.read_sized(DOCS / DOCS_JSON)
    assert sized is not None
    assert "\n".join(report.sized_section(sized)) in (DOCS / report.PAGE_NAME).read_text(encoding="utf-8")


def test_the_json_holds_every_figure_by_its_key() -> None:
    held = json.loads(report.as_json(figures_of(SLOW_COMMIT=100.0, SLOW_HTTPS=3_000.0), ABOUT))

    assert {row["key"]: row["value"] for row in held["rows"]} == {
        "SLOW_COMMIT": 100.0,
        "SLOW_HTTPS": 3_000.0,
    }
    assert held["comparisons"] == [{"key": "HTTPS", "asked": 37.3, "reached": 30.0}]


def test_pictures_are_the_same_for_the_same_figures(tmp_path: Path) -> None:
    figures = figures_of(SLOW_COMMIT=100.0, SLOW_500=5_000.0, APPLY_500=5_000.0, RAW_COPY=60_000.0)
    drawn = []
    for name in ("once", "again"):
        folder = tmp_path / name
        folder.mkdir()
        try:
            names = draw(figures, folder)
        except UnavailableError as error:
            pytest.skip(str(error))
        drawn.append({picture: (folder / picture).read_bytes() for picture in names})

    assert drawn[0] == drawn[1]
    assert set(drawn[0]) == {"sync-rates.svg", "sync-multiples.svg"}
