"""The site's answers to one invented sheet, asked about twice: as it was printed, and with one figure changed."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

from anti_forgery.key_files import write_key
from center_relay.inquiry.compose import load, opened, stated_by
from center_relay.inquiry.settings import InquirySettings
from center_relay.inquiry.web.answer_page import answer_page
from center_relay.inquiry.web.texts import Language, load_texts
from certificates.domain.identifiers import MunicipalityCode, OrderId
from certificates.wire.order import Standing, StandingTold
from load_tests.receiver import retouched
from load_tests.scans import sheets
from load_tests.scans.qualities import Family

_SECRET: Final = bytes(32)


class _Printed:
    """The municipality's word, without a town to ask: the invented paper was handed out."""

    async def of(self, municipality: MunicipalityCode, order: OrderId, issue_number: str) -> StandingTold:
        return StandingTold(order=order, issue_number=issue_number, standing=Standing.PRINTED)


async def answer_pages(number: int, *, dpi: int, at: datetime) -> list[str]:
    """Two pages in Japanese about the first sheet of paper ``number`` (``load_tests.scans.sheets``), asked about at ``at``.

    Raises ConfigurationError when the font is not installed.
    """
    texts = load_texts()[Language.JA]
    facts, back = sheets.back(number, dpi, Family.TUNING)
    front = sheets.front(facts.front, dpi, Family.TUNING)
    with tempfile.TemporaryDirectory() as folder:
        settings = _settings(Path(folder))
        async with opened(settings, load(settings)) as site:
            inquire = replace(site.inquire, standings=_Printed(), clock=lambda: at)
            answers = [
                await inquire([_file(one), _file(back)])
                for one in (front, retouched(front, facts.front, sheets.typeface()))
            ]
    return [answer_page(texts, answer, stated_by(settings), at) for answer in answers]


def _settings(folder: Path) -> InquirySettings:
    keys, secret = folder / "keys", folder / "secret"
    keys.mkdir()
    write_key(keys, sheets.keys().site)
    write_key(keys, sheets.keys().centre.public_key)
    secret.touch(mode=0o600)
    secret.write_text(_SECRET.hex())
    return InquirySettings(mark_keys=keys, secret=secret)


def _file(side: Image.Image) -> bytes:
    out = BytesIO()
    side.save(out, "PNG", compress_level=1)
    return out.getvalue()
