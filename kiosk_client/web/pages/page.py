"""One screen's own part of a view, and the pieces that many screens have."""

from __future__ import annotations

from dataclasses import dataclass, field

from certificates.wire.codec import Json

Object = dict[str, Json]


@dataclass(slots=True, kw_only=True)
class Page:
    """One screen's own part of a view; the rest is the same everywhere."""

    name: str
    step: int | None = None
    art: str = ""
    lead: str | None = None
    title: str | None = None
    choices: list[Json] = field(default_factory=list)
    notes: list[Json] = field(default_factory=list)
    rows: list[Json] = field(default_factory=list)
    next: Object | None = None
    back: bool = False
    cancel: bool = False
    busy: bool = False
    alarm: str = ""
    extra: Object = field(default_factory=dict)

    def note(self, text: str, tone: str = "info") -> None:
        self.notes.append({"text": text, "tone": tone})


def onward(label: str, *, enabled: bool = True) -> Object:
    return {"label": label, "enabled": enabled}


def choice(
    label: str, send: Object, *, detail: str = "", on: bool | None = None, icon: str = "", state: str = ""
) -> Object:
    return {"label": label, "detail": detail, "send": send, "on": on, "icon": icon, "state": state}
