"""One running site for a test: its examiners are forked from a server that is started once for all tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from center_relay.inquiry.settings import InquirySettings
from tests.inquiry.inquiry_world import RunningSite, running, site_settings


@pytest.fixture
def settings(tmp_path: Path) -> InquirySettings:
    return site_settings(tmp_path)


@pytest.fixture
async def site(settings: InquirySettings) -> AsyncIterator[RunningSite]:
    async with running(settings) as site:
        yield site
