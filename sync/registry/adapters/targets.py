"""Where the feed is pushed to: the receiver by URL scheme."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import ConfigurationError, UnavailableError
from certificates.service.tls import TlsFiles
from sync.feed import redis
from sync.feed.wire import FeedReceipt
from sync.registry.adapters.http import open_receiver
from sync.registry.adapters.streams import open_stream_receiver
from sync.registry.ports import Receiver
from sync.registry.settings import TARGET

_Opener = Callable[[str, MunicipalityCode, TlsFiles, float], AbstractAsyncContextManager[Receiver]]


def _https(
    url: str, municipality: MunicipalityCode, tls: TlsFiles, seconds: float
) -> AbstractAsyncContextManager[Receiver]:
    return open_receiver(url, tls, seconds=seconds)


def _redis(
    url: str, municipality: MunicipalityCode, tls: TlsFiles, seconds: float
) -> AbstractAsyncContextManager[Receiver]:
    return open_stream_receiver(url, municipality, TARGET, seconds=seconds)


_OPENERS: Mapping[str, _Opener] = {"https": _https, **dict.fromkeys(redis.SCHEMES, _redis)}


def open_target(
    url: str, municipality: MunicipalityCode, tls: TlsFiles, *, seconds: float
) -> AbstractAsyncContextManager[Receiver]:
    """The receiver at ``url``, or one that can never be reached. ``seconds`` bounds one delivery.

    Raises ConfigurationError, also when entered.
    """
    require_target(url)
    if not url:
        return contextlib.nullcontext(_Nobody())
    return _OPENERS[url.partition(":")[0]](url, municipality, tls, seconds)


def require_target(url: str) -> None:
    """Raises ConfigurationError unless ``url`` is empty or of a known scheme."""
    scheme, mark, _ = url.partition("://")
    if url and (scheme not in _OPENERS or not mark):
        choices = ", ".join(f"{scheme}://" for scheme in _OPENERS)
        raise ConfigurationError(TARGET, f"must be empty or begin with one of {choices}")


class _Nobody:
    async def send(self, frame: bytes) -> FeedReceipt:
        raise UnavailableError("issuance server", "no target is set", outcome_known=True)
