"""Two visits' files are exchanged inside the real centre: both kiosks refuse, and nothing prints."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from center_relay import compose as centre
from center_relay.adapters.paper import MarkedPaper
from center_relay.ports import Page, Sheet
from center_relay.settings import PREFIX, CentreSettings
from certificates.pdf.fonts import Typeface
from certificates.problems import ProblemCode
from certificates.service.command import listening
from certificates.service.settings import read_settings
from kiosk_client.session.screens import Language
from kiosk_client.web.texts import load_texts
from load_tests.town import settings
from load_tests.town.folder import PIN
from load_tests.town.running import KioskAtWork, RunningTown, kiosk_at_work, running_town
from load_tests.town.screen import Experience, Wish, customer
from sync.town import Scenario


class ExchangingPaper:
    """The centre's marks, with the fault of Munakata and Tokushima built in: each caller gets the other's file."""

    def __init__(self, paper: MarkedPaper) -> None:
        self._paper = paper
        self._marked: list[bytes] = []
        self._both = asyncio.Barrier(2)

    def rehearse(self, moment: datetime) -> None:
        self._paper.rehearse(moment)

    def sealer(self, moment: datetime) -> object:
        return self._paper.sealer(moment)

    async def pages(self, pdf: bytes) -> tuple[Page, ...]:
        return await self._paper.pages(pdf)

    async def mark(self, pdf: bytes, sheets: Sequence[Sheet]) -> bytes:
        marked = await self._paper.mark(pdf, sheets)
        self._marked.append(marked)
        await self._both.wait()
        return next(other for other in self._marked if other != marked)


async def visit(town: RunningTown, kiosk: KioskAtWork, scenario: Scenario) -> Experience:
    card = town.folder.card_file(town.town.person(scenario).serial, scenario.value)
    wish = Wish(card=scenario.value, pins=(PIN,))
    async with customer(kiosk.screen, wish, lambda _: kiosk.parts.place(card)) as visitor:
        return await visitor.visit()


async def test_files_exchanged_inside_the_centre_are_printed_for_nobody(
    tmp_path: Path, face: Typeface, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = centre.load_paper

    def exchanging(*arguments: Any, **named: Any) -> ExchangingPaper:
        return ExchangingPaper(real(*arguments, **named))

    monkeypatch.setattr(centre, "load_paper", exchanging)
    async with running_town(
        tmp_path, residents=60, seed=3, face=face, kiosks=0, enrolled=2, real_parts=False
    ) as town:
        environment = settings.centre(
            town.folder, issuance_address=town.issuance.address("issuance-server"), journal="swapped.journal"
        )
        centre_settings = read_settings(CentreSettings, environment, prefix=PREFIX)
        async with (
            centre.compose(centre_settings) as listeners,
            listening(listeners) as addresses,
            kiosk_at_work(town.folder, 0, centre_address=addresses["centre"], real=False) as first,
            kiosk_at_work(town.folder, 1, centre_address=addresses["centre"], real=False) as second,
        ):
            experiences = await asyncio.gather(
                visit(town, first, Scenario.LIVES_ALONE), visit(town, second, Scenario.SEAL_HOLDER)
            )
            papers = [*first.parts.printed.iterdir(), *second.parts.printed.iterdir()]
    expected = load_texts()[Language.JA].reason(ProblemCode.BINDING_BROKEN)
    assert papers == []
    for experience in experiences:
        assert not experience.issued
        assert experience.refusal == expected or expected in experience.notes, experience
