"""The whole line: site, real centre, municipality; what became of the paper decides what the receiver is told."""

from __future__ import annotations

from pathlib import Path

from center_relay.inquiry.settings import InquirySettings
from certificates.wire.jose import Party, Role
from certificates.wire.order import Standing, StandingTold
from tests.centre.conftest import make_world
from tests.inquiry.inquiry_world import back_file, certificate, running


async def test_a_withdrawn_number_is_suspect_although_its_back_is_genuine(
    settings: InquirySettings, tmp_path: Path
) -> None:
    (tmp_path / "centre").mkdir()
    async with make_world(tmp_path / "centre") as world:
        await world.start()
        files = world.authority.tls_files(Party(role=Role.INQUIRY, name="site"))
        line = {
            "centre": world.url,
            "line_certificate": str(files.certificate),
            "line_key": str(files.key),
            "line_authority": str(files.authority),
        }
        async with running(settings, **line) as site:
            found = {}
            for standing in (Standing.PRINTED, Standing.WITHDRAWN, Standing.NO_RECORD):
                world.municipality.standing = lambda ask, standing=standing: StandingTold(  # type: ignore[misc]
                    order=ask.order, issue_number=ask.issue_number, standing=standing
                )
                sheet = await site.sheet(back_file())
                found[sheet["standing"]] = (sheet["conclusion"], sheet["doubts"])
            page = await (await site.post(back_file(), accept="text/html", language="en")).text()
            await world.stop()
            assert (await site.sheet(back_file()))["standing"] is None
    assert found == {
        "printed": ("compare", []),
        "withdrawn": ("suspect", ["withdrawn"]),
        "no-record": ("suspect", ["no-record"]),
    }
    assert "The municipality has no record of this issue number." in page
    assert certificate()[0].issue_number in page
