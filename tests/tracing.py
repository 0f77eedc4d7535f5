"""Coverage is measured outside greenlets, and the collector of cycles leaves alone what stays: both cost a third of a run.

SQLAlchemy runs its own code in greenlets. Told of them, coverage.py asks at every call and return of every function in
which greenlet it is; not told, it mistakes one's lines for another's. So its tracer rests while one runs: of our code that
is a handful of callbacks (``run_sync``, the events of an engine).
"""

from __future__ import annotations

import gc
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING, Any

import greenlet
import pytest

if TYPE_CHECKING:
    from _typeshed import TraceFunction

_resting = threading.local()  # .tracer: that of a thread whose greenlet runs


def _rest_in_greenlets(_: str, switched: tuple[greenlet.greenlet, greenlet.greenlet]) -> None:
    """Called by greenlet after each switch; a thread's own greenlet has no parent."""
    origin, target = switched
    if origin.parent is None:
        _resting.tracer = sys.gettrace()
        sys.settrace(None)
    elif target.parent is None:
        sys.settrace(_resting.tracer)


def pytest_configure() -> None:
    if sys.gettrace() is None:
        return
    greenlet.settrace(_rest_in_greenlets)
    begin = threading.gettrace()
    if begin is None:
        return

    def begin_thread(frame: FrameType, event: str, argument: Any) -> TraceFunction | None:
        greenlet.settrace(_rest_in_greenlets)
        return begin(frame, event, argument)

    threading.settrace(begin_thread)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Any:
    """What is imported stays: the collector neither runs while it grows nor walks over it afterwards."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()
