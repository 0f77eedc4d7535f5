"""The whole line: site, real centre, municipality; what became of the paper decides what the receiver is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from center_relay.inquiry.commands import check_files
from center_relay.inquiry.settings import InquirySettings
from certificates.wire.jose import Party, Role
from certificates.wire.order import Standing, StandingTold
from tests.centre.conftest import make_world
from tests.inquiry.inquiry_world import back_file, certificate, running

TOLD: tuple[tuple[Standing, dict[str, Any]], ...] = (
    (Standing.PRINTED, {}),
    (Standing.WITHDRAWN, {}),
    (Standing.REPLACED, {"since": datetime(2026, 11, 20, 3, tzinfo=UTC), "collected": True}),
    (Standing.NO_RECORD, {}),
)


async def test_a_withdrawn_number_is_suspect_although_its_back_is_genuine(
    settings: InquirySettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "centre").mkdir()
    (tmp_path / "back.png").write_bytes(back_file())
    async with make_world(tmp_path / "centre") as world:
        await world.start()
        files = world.authority.tls_files(Party(role=Role.INQUIRY, name="site"))
        line: dict[str, Any] = {
            "centre": world.url,
            "line_certificate": str(files.certificate),
            "line_key": str(files.key),
            "line_authority": str(files.authority),
        }
        async with running(settings, **line) as site:
            found, pages, since = {}, {}, {}
            for standing, more in TOLD:
                world.municipality.standing = lambda ask, standing=standing, more=more: StandingTold(  # type: ignore[misc]
                    order=ask.order, issue_number=ask.issue_number, standing=standing, **more
                )
                sheet = await site.sheet(back_file())
                found[sheet["standing"]] = (sheet["conclusion"], sheet["doubts"])
                page = await (await site.post(back_file(), accept="text/html", language="en")).text()
                assert "Record of issue" in page
                pages[sheet["standing"]] = page
                if standing is Standing.REPLACED:
                    given = [str(tmp_path / "back.png"), "--language", "en"]
                    code = await asyncio.to_thread(check_files, replace(settings, **line), given)
                since[sheet["standing"]] = (sheet["standing_since"], sheet["collected"])
            await world.stop()
            assert (await site.sheet(back_file()))["standing"] is None
    assert found == {
        "printed": ("compare", []),
        "withdrawn": ("suspect", ["withdrawn"]),
        "replaced": ("suspect", ["replaced", "collected"]),
        "no-record": ("suspect", ["no-record"]),
    }
    assert since["withdrawn"] == (None, False)
    assert since["replaced"] == ("2026-11-20T03:00:00+00:00", True)
    exchanged = "Void (replaced by another number), since 2026-11-20 12:00 JST; the paper was taken back"
    assert exchanged in pages["replaced"]
    assert code == 1
    assert exchanged in capsys.readouterr().out
    assert "ask for the new one" in pages["replaced"]
    assert "The municipality has no record of this issue number." in pages["no-record"]
    assert certificate()[0].issue_number in pages["no-record"]
