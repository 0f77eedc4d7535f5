"""Both writers of certificates, so that one suite holds for both."""

from __future__ import annotations

import pytest

from tests.certificates.paper import WRITERS, Write, mincho


@pytest.fixture(scope="module", params=sorted(WRITERS))
def write(request: pytest.FixtureRequest) -> Write:
    return WRITERS[request.param](mincho())
