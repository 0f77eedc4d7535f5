"""The whole kiosk from its settings, over the screen's WebSocket: real vault, real journal, centre behind mutual TLS."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from certificates.wire.visit import OutcomeKind
from load_tests.authority.jpki import IssuedCard
from tests.kiosk.kiosk_centre import HOUSEHOLD, FakeCentre
from tests.kiosk.kiosk_line import STAFF_CODE, centre_line, kiosk_on_the_line, kiosk_settings
from tests.kiosk.kiosk_paper import real_paper
from tests.kiosk.kiosk_screen import ScreenCustomer, at_the_screen
from tests.kiosk.kiosk_world import PIN, eventually


@dataclass(slots=True, kw_only=True)
class Street:
    """A kiosk with its centre; ``base`` is the address of its screen."""

    centre: FakeCentre
    base: str
    paper: Path
    folder: Path


@contextlib.asynccontextmanager
async def street_in(
    folder: Path, cards: tuple[IssuedCard, ...], *, bench: bool = True, centre: FakeCentre | None = None
) -> AsyncIterator[Street]:
    centre = centre or FakeCentre(draw=real_paper)
    async with centre_line(centre, folder) as (base, authority):
        settings = kiosk_settings(folder, base, authority, cards, bench=bench)
        async with kiosk_on_the_line(settings) as screen:
            yield Street(centre=centre, base=screen, paper=folder / "paper", folder=folder)


@pytest.fixture
async def street(tmp_path: Path, kiosk_cards: tuple[IssuedCard, ...]) -> AsyncIterator[Street]:
    async with street_in(tmp_path, kiosk_cards) as street:
        yield street


@pytest.fixture
async def customer(street: Street) -> AsyncIterator[ScreenCustomer]:
    async with at_the_screen(street.base) as customer:
        yield customer


async def test_a_visit_over_the_screen_prints_what_the_centre_sealed(
    street: Street, customer: ScreenCustomer
) -> None:
    await customer.proves()
    await customer.applies()
    await customer.say(do="bench-money", yen=500)
    view = await customer.sees("take-certificate")
    assert [row["value"] for row in view["rows"]] == ["200円", "300円"]
    await customer.touch("next")
    await customer.sees("finished")
    await customer.touch("next")
    await customer.sees("welcome")
    assert {"kind": "reload", "visit": 2} in customer.frames
    (sheet,) = street.paper.glob("*.pdf")
    assert [sheet.read_bytes()] == street.centre.papers
    await eventually(lambda: [one.outcome for one in street.centre.reports] == [OutcomeKind.PRINTED])


async def test_nothing_of_a_finished_visit_is_in_what_the_next_one_is_shown(
    street: Street, customer: ScreenCustomer
) -> None:
    await customer.proves()
    await customer.touch("kind", kind="resident-record")
    view = await customer.sees("choose-members")
    assert [one["label"] for one in view["choices"][1:]] == [name for name, _ in HOUSEHOLD]
    await customer.touch("cancel")
    await customer.sees("refused")
    await customer.touch("next")
    await customer.sees("welcome")
    async with at_the_screen(street.base) as next_customer:
        view = await next_customer.sees("welcome")
    assert all(name not in str(view) for name, _ in HOUSEHOLD)


async def test_residents_numbers_never_go_to_the_screen(customer: ScreenCustomer) -> None:
    await customer.proves()
    await customer.touch("kind", kind="resident-record")
    view = await customer.sees("choose-members")
    assert "000000000000" not in str(view)
    assert view["choices"][1]["send"] == {"do": "member", "member": 0}


async def test_no_frame_ever_holds_a_digit_of_the_pin(customer: ScreenCustomer) -> None:
    await customer.goes_to_pin()
    customer.frames.clear()
    for count, digit in enumerate(PIN, start=1):
        await customer.touch("digit", digit=int(digit))
        while customer.view["pad"]["digits"] != count:
            await customer.frame()
    shown = [frame["pad"] for frame in customer.frames if frame["kind"] == "screen"]
    assert [pad["digits"] for pad in shown] == [1, 2, 3, 4]
    assert {tuple(sorted(pad)) for pad in shown} == {("clear", "digits", "entered", "of")}


async def test_the_socket_is_never_compressed_even_when_the_page_asks(street: Street) -> None:
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(street.base + "/v1/screen", compress=15) as socket,
    ):
        assert socket.compress == 0
        assert "Sec-WebSocket-Extensions" not in socket._response.headers


async def test_what_is_no_command_is_answered_and_changes_nothing(customer: ScreenCustomer) -> None:
    await customer.sees("welcome")
    await customer.socket.send_str('{"do":"unheard-of","at":1}')
    while (answer := await customer.frame())["kind"] != "error":
        assert answer["kind"] == "bench"
    await customer.touch("start")
    await customer.sees("choose-service")


async def test_a_frame_that_is_too_long_ends_the_connection(customer: ScreenCustomer) -> None:
    await customer.sees("welcome")
    await customer.socket.send_str('{"do":"start","at":1,"x":"' + "x" * 5000 + '"}')
    while not (message := await customer.socket.receive(timeout=10)).type.name.startswith("CLOS"):
        assert message.type is aiohttp.WSMsgType.TEXT


async def test_a_binary_frame_ends_the_connection(customer: ScreenCustomer) -> None:
    await customer.sees("welcome")
    await customer.socket.send_bytes(b"\x00")
    while not (message := await customer.socket.receive(timeout=10)).type.name.startswith("CLOS"):
        assert message.type is aiohttp.WSMsgType.TEXT


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
async def test_a_page_of_another_origin_gets_no_socket(street: Street, headers: dict[str, str]) -> None:
    async with aiohttp.ClientSession() as client:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await client.ws_connect(street.base + "/v1/screen", headers=headers)
    assert caught.value.status == 403


async def test_the_kiosks_own_page_gets_one(street: Street) -> None:
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(street.base + "/v1/screen", headers={"Origin": street.base}) as socket,
    ):
        assert (await socket.receive_json())["screen"] == "welcome"


async def test_only_a_few_screens_may_look_on(street: Street) -> None:
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(aiohttp.ClientSession())
        for _ in range(4):
            await stack.enter_async_context(client.ws_connect(street.base + "/v1/screen"))
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await client.ws_connect(street.base + "/v1/screen")
        assert caught.value.status == 503


@pytest.mark.parametrize("path", ["/", "/kiosk.css", "/bench.css", "/kiosk.js", "/icon.svg"])
async def test_every_part_of_the_page_is_guarded_and_never_cached(street: Street, path: str) -> None:
    async with aiohttp.ClientSession() as client, client.get(street.base + path) as answer:
        assert answer.status == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        text = await answer.text()
    assert "http://" not in text.replace("http://www.w3.org/", "")
    assert "https://" not in text


async def test_other_addresses_hold_nothing(street: Street) -> None:
    async with aiohttp.ClientSession() as client:
        for path in ("/static/index.html", "/../settings.py", "/v1/none"):
            async with client.get(street.base + path) as answer:
                assert answer.status == 404


async def test_health_tells_the_version_and_nothing_personal(street: Street) -> None:
    async with aiohttp.ClientSession() as client, client.get(street.base + "/v1/health") as answer:
        body = await answer.json()
    assert body["service"] == "kiosk_client"
    assert set(body) == {"service", "version"}


async def test_the_screen_speaks_the_language_that_was_chosen_and_forgets_it(
    street: Street, customer: ScreenCustomer
) -> None:
    await customer.sees("welcome")
    await customer.touch("language", code="en")
    while customer.view["lang"] != "en":
        await customer.frame()
    assert customer.view["title"] == "Public services"
    await customer.touch("start")
    await customer.sees("choose-service")
    await customer.touch("service")
    view = await customer.sees("choose-municipality")
    assert view["choices"][0]["label"] == "Mihon City, Mihon"
    await customer.touch("cancel")
    await customer.sees("refused")
    await customer.touch("next")
    assert (await customer.sees("welcome"))["lang"] == "ja"


async def test_the_bench_lays_cards_takes_coins_and_shows_the_receipt(
    street: Street, customer: ScreenCustomer
) -> None:
    while not customer.bench:
        await customer.frame()
    assert [one["card"] for one in customer.bench["cards"]] == ["card-1", "card-2"]
    await customer.say(do="bench-card", card="../drawer")
    while customer.bench.get("done") is not False:
        await customer.frame()
    await customer.say(do="bench-money", yen=100)
    while customer.bench.get("done") is not False or "money" not in customer.bench:
        await customer.frame()
    await customer.proves()
    await customer.applies()
    await customer.say(do="bench-money", yen=1000)
    await customer.sees("take-certificate")
    while not customer.bench["receipts"]:
        await customer.frame()
    assert customer.bench["tray"] == 800
    await customer.say(do="bench-tray")
    while customer.bench["tray"] != 0:
        await customer.frame()


async def test_a_kiosk_without_the_setting_has_no_bench(
    tmp_path: Path, kiosk_cards: tuple[IssuedCard, ...]
) -> None:
    async with (
        street_in(tmp_path, kiosk_cards, bench=False) as street,
        at_the_screen(street.base) as customer,
    ):
        await customer.sees("welcome")
        await customer.say(do="bench-card", card="card-1")
        answer = await customer.frame()
        assert (answer["kind"], answer["reason"]) == ("error", "this kiosk has no bench")
        assert not (tmp_path / "slot" / "card.json").exists()
        assert not customer.bench


async def test_staff_let_a_stopped_kiosk_go_on_with_their_code_alone(
    tmp_path: Path, kiosk_cards: tuple[IssuedCard, ...]
) -> None:
    """The journal of a crash in mid-print is found at the start."""
    async with street_in(tmp_path, kiosk_cards) as street, at_the_screen(street.base) as customer:
        await customer.proves()
        await customer.applies()
    journal = tmp_path / "journal.jsonl"
    from certificates.domain.identifiers import OrderId
    from kiosk_client.adapters.journal_file import open_journal
    from kiosk_client.record import PrintBegun
    from tests.kiosk.kiosk_world import now

    async with open_journal(journal, now) as opened:
        (order,) = (entry.order for entry in opened.entries if hasattr(entry, "order"))
        await opened.append(PrintBegun(order=OrderId(order), job="0" * 16))
    async with (
        street_in(tmp_path, kiosk_cards, centre=street.centre) as street,
        at_the_screen(street.base) as customer,
    ):
        view = await customer.sees("call-staff")
        assert set(view["staff"]) == {"staff", "staff_lead", "ok", "clear", "wrong"}
        await customer.touch("staff", code="000000")
        while (answer := await customer.frame())["kind"] != "staff":
            pass
        assert answer == {"kind": "staff", "open": False}
        await customer.touch("staff", code=STAFF_CODE)
        await customer.sees("welcome")
    assert '"kiosk-staff-looked/1"' in journal.read_text()
