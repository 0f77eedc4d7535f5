"""A visit as the screen draws it: words in the customer's language, choices, buttons; nothing to decide is left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import assert_never

from certificates.domain.identifiers import MunicipalityCode
from kiosk_client.municipalities import OfferedMunicipality
from kiosk_client.session import screens as at
from kiosk_client.session.screens import Language
from kiosk_client.usecases.serve import Snapshot
from kiosk_client.web.pages import application, identification, settlement
from kiosk_client.web.pages.page import Object, Page, onward
from kiosk_client.web.texts import Texts, load_texts


class Viewer:
    """Turns snapshots into views."""

    def __init__(self, municipalities: Sequence[OfferedMunicipality]) -> None:
        self._municipalities = tuple(municipalities)
        self._texts = load_texts()

    def texts(self, language: Language) -> Texts:
        return self._texts[language]

    def view(self, snapshot: Snapshot) -> Object:
        """One ``screen`` frame; the names in it are those of the customer's own household."""
        visit = snapshot.visit
        texts = self._texts[visit.language]
        page = self._page(visit, texts)
        chrome = f"{page.name}.title", f"{page.name}.lead"
        left = snapshot.seconds_left
        return {
            "kind": "screen",
            "at": snapshot.at,
            "visit": snapshot.number,
            "lang": visit.language.value,
            "screen": page.name,
            "step": page.step,
            "title": texts(chrome[0]) if page.title is None else page.title,
            "lead": texts.optional(chrome[1]) if page.lead is None else page.lead,
            "art": page.art,
            "notes": page.notes,
            "choices": page.choices,
            "rows": page.rows,
            "next": page.next,
            "back": page.back,
            "cancel": page.cancel,
            "busy": page.busy,
            "alarm": page.alarm,
            "languages": [
                {"code": one.value, "label": self._texts[one]("name.language"), "on": one is visit.language}
                for one in Language
            ],
            "words": {
                name.removeprefix("chrome."): text
                for name, text in texts.table.items()
                if name.startswith("chrome.")
            },
            "warning": None
            if not visit.warning or left is None
            else {
                "seconds": math.ceil(left),
                "title": texts("warning.title"),
                "text": texts("warning.text"),
                "extend": texts("warning.extend"),
                "count": texts.table["warning.seconds"],
            },
            **page.extra,
        }

    def _page(self, visit: at.Visit, texts: Texts) -> Page:
        screen = visit.screen
        match screen:
            case at.Welcome():
                return identification.welcome(texts)
            case at.ChooseService():
                return identification.choose_service(texts)
            case at.ChooseMunicipality():
                return identification.choose_municipality(
                    texts, [(one.code, _name(one, texts)) for one in self._municipalities]
                )
            case at.PlaceCard(notice=notice):
                return identification.place_card(texts, notice)
            case at.EnterPin():
                return identification.enter_pin(texts, screen)
            case at.ConfirmLastTry():
                return identification.confirm_last_try(texts)
            case at.Authenticating():
                return Page(name="authenticating", step=0, art="card", busy=True, cancel=True)
            case at.TakeCardOff():
                return identification.take_card_off(texts)
            case at.ChooseKind(menu=menu):
                return application.choose_kind(texts, menu, self._municipality(menu.municipality, texts))
            case at.ChooseMembers(menu=menu, draft=draft):
                return application.choose_members(texts, menu, draft)
            case at.ChooseItems(menu=menu, draft=draft):
                return application.choose_items(texts, menu, draft)
            case at.ChooseCopies(draft=draft):
                return application.choose_copies(texts, draft)
            case at.Confirm(menu=menu):
                return application.confirm(texts, screen, self._municipality(menu.municipality, texts))
            case at.Applying():
                return settlement.applying(texts, screen)
            case at.Paying():
                return settlement.paying(texts, screen)
            case at.Settling():
                return Page(name="settling", step=3, art="coins", busy=True)
            case at.Printing():
                return settlement.printing(texts, screen)
            case at.Refunding():
                return Page(name="refunding", step=3, art="coins", busy=True)
            case at.TakeCertificate():
                return settlement.take_certificate(texts, screen)
            case at.Finished():
                return Page(name="finished", art="thanks", next=onward(texts("chrome.close")))
            case at.Refused():
                return settlement.refused(texts, screen, card_on_reader=visit.card_on_reader)
            case at.TakeCardAway():
                return settlement.take_card_away(texts)
            case at.CallStaff():
                return settlement.call_staff(texts, screen)
        assert_never(screen)

    def _municipality(self, code: MunicipalityCode, texts: Texts) -> str:
        return next((_name(one, texts) for one in self._municipalities if one.code == code), code)


def _name(one: OfferedMunicipality, texts: Texts) -> str:
    return one.name if texts.language is Language.JA else one.name_en
