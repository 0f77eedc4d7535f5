"""Log lines as JSON: a constant event and its fields, nothing personal."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One object a line: ``at``, ``level``, ``logger``, ``event`` and the fields given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update({key: value for key, value in record.__dict__.items() if key not in _STANDARD})
        if record.exc_info:
            line["trace_back"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def place_only(error: BaseException) -> Exception:
    """For ``exc_info``: the name of the error's type and its traceback, without its text, which may quote a resident."""
    return RuntimeError(type(error).__name__).with_traceback(error.__traceback__)


class NothingSent(logging.Filter):
    """aiohttp says who sent a request that it could not read, and quotes it: neither belongs into a log.

    What remains is that it happened, and the type of the error.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "aiohttp.server":
            fault = record.exc_info[0] if record.exc_info else None
            record.fault = None if fault is None else fault.__name__
            record.msg, record.args, record.exc_info, record.exc_text = "request not served", (), None, None
        return True


def log_to_stderr(level: str) -> None:
    """Called once by a service's ``__main__``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(NothingSent())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
