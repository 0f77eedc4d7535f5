"""Which reader the kiosk uses: one line of the settings, looked up in a closed table."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from certificates.errors import ConfigurationError
from kiosk_client.card.file_slot import FileSlotReader
from kiosk_client.card.ports import CardReader

_log = logging.getLogger(__name__)


def open_reader(url: str, *, setting: str = "card reader") -> CardReader:
    """The reader that ``url`` names; ``setting`` is what the operator calls this line of the settings.

    - ``software:/path/to/card.json`` – a test card in this process, on the reader while the file is there
    - ``pcsc:`` or ``pcsc:part of the reader's name`` – a reader of pcscd

    Nothing is held open: there is nothing to close, and a reader may be plugged in later.

    Raises:
        ConfigurationError: the scheme is unknown, or what it needs is missing.
    """
    scheme, colon, rest = url.partition(":")
    choice = _CHOICES.get(scheme) if colon else None
    if choice is None:
        raise ConfigurationError(
            setting, f"{url!r} names no kind of reader: choose software:/path/to/card.json or pcsc:[name]"
        )
    return choice(rest, setting)


def _software(rest: str, setting: str) -> CardReader:
    path = Path(rest)
    if not rest or not path.parent.is_dir():
        raise ConfigurationError(setting, f"{rest!r} is not a file in a folder that exists")
    _log.warning("software-card-protects-nothing", extra={"path": rest})
    return FileSlotReader(path)


def _pcsc(rest: str, setting: str) -> CardReader:
    try:
        from kiosk_client.card.pcsc import PcscReader
    except ImportError as error:
        raise ConfigurationError(setting, "pyscard is missing: install this package with [pcsc]") from error
    return PcscReader(rest)


_CHOICES: Final[dict[str, Callable[[str, str], CardReader]]] = {"software": _software, "pcsc": _pcsc}
