"""Printer URLs: a closed table, and nothing is guessed."""

from __future__ import annotations

import logging

import pytest

from certificates.errors import ConfigurationError
from kiosk_client.printing.file import FilePrinter
from kiosk_client.printing.ipp import IppPrinter
from kiosk_client.printing.ipp_transport import Endpoint
from kiosk_client.printing.schemes import open_printer

_PIN = "ab" * 32


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("file:///var/spool/kiosk", FilePrinter),
        ("file://localhost/var/spool/with%20space", FilePrinter),
        ("ipp://127.0.0.1/", IppPrinter),
        ("ipp://localhost:8631/ipp/print", IppPrinter),
        ("ipps://[::1]:8631/ipp/print", IppPrinter),
        (f"ipps://printer.example?pin-sha256={_PIN}", IppPrinter),
        (f"ipps://printer.example?pin-sha256={':'.join(['ab'] * 32)}", IppPrinter),
    ],
)
def test_each_scheme_has_its_printer(url: str, kind: type) -> None:
    assert isinstance(open_printer(url), kind)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lpd://printer/queue",
        "/var/spool/kiosk",
        "http://printer:631/ipp/print",
    ],
)
def test_an_unknown_scheme_is_told_the_choices(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"file://, ipp://, ipps://"):
        open_printer(url)


@pytest.mark.parametrize(
    "url",
    [
        "file://",
        "file:///",
        "file://elsewhere/folder",
        "file:///folder?copies=2",
        "ipp://",
        "ipp:///ipp/print",
        "ipp://localhost:port/ipp/print",
        "ipp://localhost:99999/ipp/print",
        "ipp://[::1/ipp/print",
        "ipp://kiosk:word@localhost/ipp/print",
        "ipp://localhost/ipp/print#1",
        "ipp://localhost/ipp/プリンタ",
        f"ipp://localhost/ipp/print?pin-sha256={_PIN}",
        "ipps://localhost/ipp/print?pin-sha256=",
        "ipps://localhost/ipp/print?pin-sha256=zz",
        "ipps://localhost/ipp/print?pin-sha256=abcd",
        f"ipps://localhost/ipp/print?pin={_PIN}",
        f"ipps://localhost/ipp/print?pin-sha256={_PIN}&pin-sha256={_PIN}",
    ],
)
def test_a_url_that_is_not_quite_right_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        open_printer(url)


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_printer("ipp://kiosk:hushhush@localhost/ipp/print")
    assert "hushhush" not in str(caught.value)


def test_plain_ipp_warns_unless_the_printer_is_this_machine(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        open_printer("ipp://localhost/ipp/print")
        open_printer("ipp://127.0.0.2/ipp/print")
        open_printer("ipps://192.0.2.7/ipp/print")
        assert caplog.records == []
        open_printer("ipp://192.0.2.7/ipp/print")
        open_printer("ipp://192.0.2.7/ipp/print")
    assert [record.message for record in caplog.records] == ["printer.ipp.not-encrypted"]


@pytest.mark.parametrize(
    ("endpoint", "uri"),
    [
        (
            Endpoint(host="printer.example", port=631, path="/ipp/print"),
            "ipp://printer.example:631/ipp/print",
        ),
        (Endpoint(host="::1", port=8631, path="/ipp", tls=True), "ipps://[::1]:8631/ipp"),
    ],
)
def test_the_printer_uri_of_requests_names_scheme_host_and_port(endpoint: Endpoint, uri: str) -> None:
    assert endpoint.uri == uri
