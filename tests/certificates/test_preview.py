"""The preview shows every kind that a profile offers; the check says what is wrong before anybody applies."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from certificates.__main__ import main
from certificates.domain.content import bare
from certificates.pdf.reading import read_pages
from certificates.preview.side_by_side import main as draw_side_by_side
from certificates.profiles.reading import load_profile, shipped_profile
from tests.certificates.paper import mincho

TOWN, WARD = shipped_profile("993212"), shipped_profile("981010")
PROFILES = [shipped_profile("992011"), TOWN, WARD]


@pytest.fixture(autouse=True)
def face() -> None:
    mincho()


def test_the_profiles_that_ship_are_without_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-profile", *map(str, PROFILES)]) == 0
    assert capsys.readouterr().out.count(": OK") == len(PROFILES)


def test_every_fault_of_every_file_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = WARD.read_text("utf-8")
    wrong, long = tmp_path / "wrong.toml", tmp_path / "long.toml"
    wrong.write_text(text.replace("= 450", "= -1").replace('"household"', '"town"'), "utf-8")
    long.write_text(
        text.replace('title = "区長"', 'title = "区長職務代理者第一順位副区長兼企画調整室長"'), "utf-8"
    )
    assert main(["check-profile", str(wrong), str(WARD), str(long)]) == 1
    said = capsys.readouterr().out
    assert len(re.findall(r"^\S*wrong\.toml:\d+: ", said, re.MULTILINE)) == 2
    assert f"{WARD}: 例示都かくう区: OK" in said
    assert re.search(r"^\S*long\.toml:\d+: signatories\[1\]\.title: ", said, re.MULTILINE)
    assert main(["check-profile", "--day", "2020-01-01", str(WARD)]) == 1
    assert "nobody is in office" in capsys.readouterr().out


def test_a_preview_is_pdf_png_and_a_page_that_shows_them_all(tmp_path: Path) -> None:
    assert main(["preview", "--profile", str(TOWN), "--out", str(tmp_path), "--day", "2026-11-26"]) == 0
    page = (tmp_path / "index.html").read_text("utf-8")
    pictures = re.findall(r'<img src="([^"]+)"', page)
    files = {path.name for path in tmp_path.iterdir()}
    assert set(pictures) == {name for name in files if name.endswith(".png")}
    papers = {path.stem: read_pages(path.read_bytes()) for path in tmp_path.glob("*.pdf")}
    assert sum(map(len, papers.values())) == len(pictures)
    town = load_profile(TOWN)
    for kind in town.fees:
        shown = {name: pages for name, pages in papers.items() if name.startswith(kind.value)}
        assert any(name.endswith("-foreign") for name in shown)
        acting, mayor = (town.signatory_on(date(2026, month, 1)).name for month in (11, 10))
        signed = {name: bare(pages[-1].text) for name, pages in shown.items()}
        assert {bare(acting) in text for name, text in signed.items() if "2023" not in name} == {True}
        assert {bare(mayor) in text for name, text in signed.items() if "2023" in name} == {True}
    assert len(papers["resident-record-pages"]) == 2
    with Image.open(tmp_path / pictures[0]) as picture:
        assert picture.size == (993, 1404)  # A4 at 120 dots per inch, rounded up
    assert "ひながた町" in page
    assert "12:00 休止" in page


def test_the_three_are_drawn_side_by_side(tmp_path: Path) -> None:
    draw_side_by_side(["--out", str(tmp_path)])
    with Image.open(tmp_path / "municipalities.png") as picture:
        assert picture.width > 2 * picture.height


def test_what_cannot_be_looked_at_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "--profile", str(tmp_path / "none.toml")]) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert main(["check-profile", "--font", str(tmp_path / "none.ttf"), str(TOWN)]) == 2
