"""The site's few drawings, as SVG inside the page: no font has to know them, nothing is loaded."""

from __future__ import annotations

from center_relay.inquiry.usecases.conclusions import Conclusion

EMBLEM = """<svg class="emblem" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
<path class="sheet" d="M8 3h18l7 7v27H8z"/><path class="fold" d="M26 3v7h7z"/>
<circle class="glass" cx="22" cy="23" r="8"/><path class="handle" d="m28 29 7 7"/><path class="tick" d="m18 23 3 3 5-6"/></svg>"""

_FRONT = """<rect class="sheet" x="{x}" y="14" width="58" height="80" rx="2"/>
<path class="line" d="M{a} 28h38M{a} 38h38M{a} 48h30M{a} 58h34"/><rect class="seal" x="{b}" y="68" width="16" height="16" rx="2"/>"""
_BACK = """<rect class="sheet" x="{x}" y="14" width="58" height="80" rx="2"/><g class="code">{cells}</g>"""
_CELLS = "".join(
    f'<path d="M{{x{column}}} {28 + 15 * row}h11v11h-11z"/>' for row in range(4) for column in range(3)
)


def _back(x: int) -> str:
    cells = _CELLS.format(x0=x + 8, x1=x + 23, x2=x + 38)
    return _BACK.format(x=x, cells=cells)


def _front(x: int) -> str:
    return _FRONT.format(x=x, a=x + 10, b=x + 34)


def _drawing(inner: str) -> str:
    return f'<svg class="how" viewBox="0 0 180 108" aria-hidden="true" focusable="false">{inner}</svg>'


HOW = (
    _drawing(f'{_front(26)}{_back(96)}<path class="beam" d="M10 54h160"/>'),
    _drawing(
        f'{_front(12)}{_back(44)}<path class="arrow" d="M112 54h34m-11-11 11 11-11 11"/>'
        '<path class="box" d="M152 30h16v48h-16"/>'
    ),
    _drawing(
        f'{_front(26)}{_front(96)}<rect class="frame" x="104" y="42" width="34" height="12" rx="2"/>'
        '<path class="equal" d="M86 50h8M86 58h8"/>'
    ),
)

_SIGNS = {
    Conclusion.CONFIRMED: '<circle cx="24" cy="24" r="21"/><path d="m14 25 7 7 14-16"/>',
    Conclusion.COMPARE: '<circle cx="24" cy="24" r="21"/><path d="M7 24c9-12 25-12 34 0-9 12-25 12-34 0z"/><circle cx="24" cy="24" r="4"/>',
    Conclusion.SUSPECT: '<path d="M24 5 44 41H4z"/><path d="M24 18v11m0 4v3"/>',
    Conclusion.ALTERED: '<path d="M12 5h17l8 8v30H12z"/><path d="m18 22 12 12m0-12L18 34"/>',
    Conclusion.FORGED: '<circle cx="24" cy="24" r="21"/><path d="m16 16 16 16m0-16L16 32"/>',
    Conclusion.RESCAN: '<circle cx="24" cy="24" r="21"/><path d="M17 19c1-9 14-8 14 0 0 5-7 5-7 11m0 4v3"/>',
}


def sign(conclusion: Conclusion) -> str:
    return f'<svg class="sign" viewBox="0 0 48 48" aria-hidden="true" focusable="false">{_SIGNS[conclusion]}</svg>'
