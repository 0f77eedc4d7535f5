"""A key folder while a service runs: new keys and retirements are taken up without a restart."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from anti_forgery.key_files import KeyFolder, load_folder
from certificates.errors import ConfigurationError

EVERY_SECONDS = 2.0
"""The folder is looked at no more often, unless a key is asked for that is not known."""
REMIND_SECONDS = 60.0
"""How often it is said again that the folder cannot be taken up."""
_log = logging.getLogger(__name__)

State = tuple[tuple[str, int, int, int, int], ...]


class KeyWatch:
    """The keys of ``folder`` as they are now. Threads may share it.

    A look costs one listing; files are read only when a name, inode, size, mode or time has changed. What cannot be read,
    or what ``require`` refuses by ConfigurationError, is not taken up: the keys that were good stay, and the log says so
    until it is set right. What can be read counts as it is: when every key is retired, nothing is sealed.
    """

    def __init__(
        self,
        folder: Path,
        *,
        require: Callable[[KeyFolder], None] = lambda keys: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ConfigurationError when the folder cannot be read or is refused at the start."""
        self._folder = folder
        self._require = require
        self._monotonic = monotonic
        self._lock = threading.Lock()
        # listed before it is read: what changes in between is seen by the next look
        self._seen = _state(folder)
        self._keys = self._load()
        self._looked = monotonic()
        self._reminded: float | None = None

    def current(self) -> KeyFolder:
        """Never raises; looks at the folder when the last look is ``EVERY_SECONDS`` ago."""
        if self._monotonic() - self._looked >= EVERY_SECONDS:
            self.look()
        return self._keys

    def look(self) -> KeyFolder:
        """Look now: for a key id that is not known. Never raises."""
        with self._lock:
            self._looked = self._monotonic()
            try:
                state = _state(self._folder)
                if state != self._seen or self._reminded is not None:
                    self._take_up(state)
            except ConfigurationError as error:
                self._remind(error)
            return self._keys

    def _take_up(self, state: State) -> None:
        before, self._keys = self._keys, self._load()
        self._seen, self._reminded = state, None
        known, found = _ids(before), _ids(self._keys)
        _log.warning(
            "mark keys taken up",
            extra={"new": " ".join(sorted(found - known)), "gone": " ".join(sorted(known - found))},
        )

    def _load(self) -> KeyFolder:
        keys = load_folder(self._folder)
        self._require(keys)
        return keys

    def _remind(self, error: ConfigurationError) -> None:
        if self._reminded is None or self._looked - self._reminded >= REMIND_SECONDS:
            self._reminded = self._looked
            _log.critical("mark keys not taken up, the earlier ones stay", extra={"reason": str(error)})


def _ids(keys: KeyFolder) -> set[str]:
    return {key.id for key in keys.all}


def _state(folder: Path) -> State:
    """What changes when a key file is written, replaced, removed or opened to others. Raises ConfigurationError."""
    try:
        with os.scandir(folder) as entries:
            files = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(".json")]
    except OSError as error:
        raise ConfigurationError(str(folder), f"cannot be read: {error.strerror}") from error
    return tuple(sorted((name, at.st_ino, at.st_mtime_ns, at.st_size, at.st_mode) for name, at in files))
