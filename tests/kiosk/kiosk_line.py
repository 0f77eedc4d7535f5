"""The fake centre behind mutual TLS, and the whole kiosk put together from its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from certificates.service.command import Listener, listening
from certificates.service.edge import only, problems
from certificates.service.keyring import save_trusted_key
from certificates.service.tls import server_context
from certificates.wire.codec import Message, decode, encode
from certificates.wire.frame import CONTENT_TYPE
from certificates.wire.jose import Party, Role
from certificates.wire.visit import Apply, CardProof, OpenSession, ReportOutcome
from kiosk_client.card import cardfile
from kiosk_client.compose import compose
from kiosk_client.settings import KioskSettings
from load_tests.authority.jpki import IssuedCard
from load_tests.authority.transport import TransportAuthority
from tests.kiosk.kiosk_centre import ISSUER, FakeCentre
from tests.kiosk.kiosk_world import PIN

STAFF_CODE = "20260401"
MUNICIPALITIES = """
[[municipality]]
code = "992011"
name = "見本県みほん市"
name_en = "Mihon City, Mihon"
[[municipality]]
code = "992020"
name = "見本県かくう市"
name_en = "Kaku City, Mihon"
"""


def centre_application(centre: FakeCentre) -> web.Application:
    async def sessions(request: web.Request, party: Party) -> web.StreamResponse:
        return _json(await centre.open_session(decode(await request.read(), OpenSession)))

    async def proof(request: web.Request, party: Party) -> web.StreamResponse:
        return _json(await centre.prove(decode(await request.read(), CardProof)))

    async def application(request: web.Request, party: Party) -> web.StreamResponse:
        body = await centre.apply(decode(await request.read(), Apply))
        return web.Response(body=body, content_type=CONTENT_TYPE)

    async def outcome(request: web.Request, party: Party) -> web.StreamResponse:
        return _json(await centre.report(decode(await request.read(), ReportOutcome)))

    served = web.Application(middlewares=[problems])
    served.router.add_post("/v1/sessions", only(Role.KIOSK, sessions))
    served.router.add_post("/v1/sessions/{session}/proof", only(Role.KIOSK, proof))
    served.router.add_post("/v1/sessions/{session}/application", only(Role.KIOSK, application))
    served.router.add_post("/v1/sessions/{session}/outcome", only(Role.KIOSK, outcome))
    return served


def _json(message: Message) -> web.Response:
    return web.Response(body=encode(message), content_type="application/json")


@asynccontextmanager
async def centre_line(centre: FakeCentre, folder: Path) -> AsyncIterator[tuple[str, TransportAuthority]]:
    """The centre's base URL and the authority of the line."""
    authority = TransportAuthority(folder / "line", now=datetime.now(UTC))
    files = authority.tls_files(centre.party)
    save_trusted_key(authority.trusted, centre.party, centre.key)
    save_trusted_key(authority.trusted, ISSUER, centre.issuer)
    listener = Listener(
        name="centre",
        application=centre_application(centre),
        host="127.0.0.1",
        port=0,
        tls=server_context(files),
    )
    async with listening([listener]) as addresses:
        yield addresses["centre"], authority


def kiosk_settings(
    folder: Path,
    base: str,
    authority: TransportAuthority,
    cards: tuple[IssuedCard, ...],
    *,
    bench: bool = True,
    **changed: object,
) -> KioskSettings:
    """A kiosk with a drawer of test cards, a software reader, a file printer and a simulated coin unit."""
    drawer, slot = folder / "cards", folder / "slot"
    drawer.mkdir(exist_ok=True)
    slot.mkdir(exist_ok=True)
    for number, card in enumerate(cards, start=1):
        cardfile.save(
            drawer / f"card-{number}.json",
            certificate=card.certificate,
            ca_certificate=card.ca_certificate,
            key=card.key,
            pin=PIN,
        )
    municipalities = folder / "municipalities.toml"
    municipalities.write_text(MUNICIPALITIES, encoding="utf-8")
    tls = authority.tls_files(Party(role=Role.KIOSK, name="kiosk-1"))
    values: dict[str, object] = {
        "name": "kiosk-1",
        "centre": base,
        "tls_certificate": tls.certificate,
        "tls_key": tls.key,
        "tls_authority": tls.authority,
        "trusted_keys": authority.trusted,
        "reader": f"software:{slot / 'card.json'}",
        "printer": f"file://{folder / 'paper'}",
        "cash_box": f"simulated:{folder / 'drawer.json'}",
        "municipalities": municipalities,
        "journal": folder / "journal.jsonl",
        "staff_code": STAFF_CODE,
        "test_cards": str(drawer) if bench else "",
        **changed,
    }
    return KioskSettings(**values)  # type: ignore[arg-type] # the test names the fields


@asynccontextmanager
async def kiosk_on_the_line(settings: KioskSettings) -> AsyncIterator[str]:
    """The base URL of the touch screen."""
    async with compose(settings) as listeners, listening(listeners) as addresses:
        yield addresses["screen"]
