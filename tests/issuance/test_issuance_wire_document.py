"""docs/wire.md says what the code does."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import certificates.wire
import sync
from certificates.wire.codec import Message
from tests.issuance.wire_document import DESCRIBED_ELSEWHERE, DOCUMENT, MESSAGES, found_in, tables

ROOT = Path(__file__).parents[2]


def test_the_tables_are_those_of_the_code() -> None:
    found = found_in(DOCUMENT.read_text(encoding="utf-8"))
    assert found == tables(), "run: python -m tests.issuance.wire_document"


def messages_of(package: str, paths: list[str]) -> set[type[Message]]:
    found: set[type[Message]] = set()
    for module in pkgutil.walk_packages(paths, package + "."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and isinstance(getattr(value, "TAG", None), str):
                found.add(value)
    return found


def test_no_message_between_services_is_left_out() -> None:
    sent = messages_of("certificates.wire", list(certificates.wire.__path__)) | messages_of(
        "sync", list(sync.__path__)
    )
    assert sent == {*MESSAGES, *DESCRIBED_ELSEWHERE}


def test_tags_are_unique() -> None:
    tags = [message.TAG for message in (*MESSAGES, *DESCRIBED_ELSEWHERE)]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("service", ["issuance_server", "center_relay", "sync"])
def test_every_address_of_a_service_is_described(service: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / service).rglob("web/*.py"))
    addresses = re.findall(r'add_(?:post|get)\(\s*"(/v1/[^"]+)"', sources)
    assert "/v1/health" in addresses
    for address in addresses:
        assert f"{address}`" in text, address
