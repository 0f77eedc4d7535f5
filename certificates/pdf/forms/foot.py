"""The foot that all forms share: 認証文, date, mayor, official seal, issue number and page."""

from __future__ import annotations

from certificates.domain.content import CertificateContent
from certificates.domain.official_seal import OfficialSeal
from certificates.pdf.layout import LEFT, WIDTH
from certificates.pdf.sheet import Align, Box, Placement, Style

_TITLE = Style(size=17, smallest=17, align=Align.SPREAD, inset=0)
_STATEMENT = Style(size=10.5, smallest=9)
_DATE = Style(size=10.5, smallest=9)
_OFFICE = Style(size=12, smallest=8, align=Align.RIGHT)
_NAME = Style(size=14, smallest=8)
_NOTE = Style(size=6.5, smallest=6, align=Align.CENTER, inset=0)
_NUMBER = Style(size=8.5, smallest=8, inset=0)
_PAGE = Style(size=8.5, smallest=8, align=Align.RIGHT, inset=0)
_NEXT = Style(size=9, smallest=9, align=Align.RIGHT)


def title(content: CertificateContent, y: float) -> Placement:
    """The title, spread as on paper: 「住　民　票　の　写　し」."""
    return Placement(text=content.title, box=Box(LEFT, y, WIDTH, 9), style=_TITLE, row="標題")


def attestation(
    content: CertificateContent, y: float
) -> tuple[tuple[Placement, ...], tuple[OfficialSeal, Box]]:
    """認証文, date, office and name from ``y`` down, with the seal at their right: for the last page only."""
    official = content.official_seal
    seal = Box(LEFT + WIDTH - official.width_mm - 8, y + 8.5, official.width_mm, official.height_mm)
    lines = (
        (content.statement, Box(LEFT + 4, y, 150, 6), _STATEMENT, "認証文"),
        (content.issued, Box(LEFT + 12, y + 9, 60, 6), _DATE, "交付年月日"),
        (content.signatory, Box(LEFT + 40, y + 17, 72, 8), _OFFICE, "職名"),
        (content.signatory_name, Box(LEFT + 115, y + 17, seal.x - LEFT - 117, 8), _NAME, "市区町村長"),
        (content.seal_note, Box(seal.x - 2, seal.y + seal.height + 0.8, seal.width + 4, 3.4), _NOTE, "公印"),
    )
    texts = tuple(
        Placement(text=text, box=box, style=style, row=row) for text, box, style, row in lines if text
    )
    return texts, (official, seal)


def continuation(y: float) -> Placement:
    """At the right of the title of every page but the first."""
    return Placement(text="（続紙）", box=Box(LEFT, y + 2, WIDTH, 6), style=_NEXT, row="続紙")


def continued(y: float) -> Placement:
    """In place of the attestation on every page but the last."""
    return Placement(text="（次葉に続く）", box=Box(LEFT, y, WIDTH, 6), style=_NEXT, row="次葉")


def numbering(content: CertificateContent, page: int, pages: int, y: float) -> tuple[Placement, ...]:
    """発行番号 and page of the copy, on every page."""
    number = Placement(text="発行番号", box=Box(LEFT, y, 16, 5), style=_NUMBER, row="発行番号")
    value = Placement(
        text=str(content.issue_number), box=Box(LEFT + 17, y, 60, 5), style=_NUMBER, row="発行番号"
    )
    count = Placement(text=f"{page}／{pages}頁", box=Box(LEFT + 140, y, 48, 5), style=_PAGE, row="頁")
    return (number, value, count)
