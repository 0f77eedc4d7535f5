"""Why an inquiry was not answered: one closed table from troubles to HTTP, with a sentence in each language."""

from __future__ import annotations

from enum import Enum

from center_relay.inquiry.ports import ExaminationTrouble


class SiteTrouble(Enum):
    """The value is the code in JSON and the key of the sentence."""

    NO_FILE = "no-file"
    NOT_A_FORM = "not-a-form"
    TOO_MANY_FILES = "too-many-files"
    FILE_TOO_LARGE = "file-too-large"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    HUNG_UP = "hung-up"
    TOO_OFTEN = "too-often"
    BUSY = "busy"
    TOOK_TOO_LONG = "took-too-long"
    GAVE_UP = "gave-up"
    NOT_FOUND = "not-found"
    BROKEN = "broken"


STATUS: dict[SiteTrouble, int] = {
    SiteTrouble.NO_FILE: 400,
    SiteTrouble.NOT_A_FORM: 415,
    SiteTrouble.TOO_MANY_FILES: 413,
    SiteTrouble.FILE_TOO_LARGE: 413,
    SiteTrouble.TOO_LARGE: 413,
    SiteTrouble.TOO_SLOW: 408,
    SiteTrouble.HUNG_UP: 400,
    SiteTrouble.TOO_OFTEN: 429,
    SiteTrouble.BUSY: 503,
    SiteTrouble.TOOK_TOO_LONG: 503,
    SiteTrouble.GAVE_UP: 422,
    SiteTrouble.NOT_FOUND: 404,
    SiteTrouble.BROKEN: 500,
}
RETRY_SECONDS = {SiteTrouble.TOO_OFTEN: 60, SiteTrouble.BUSY: 20}

EXAMINATION: dict[ExaminationTrouble, SiteTrouble] = {
    ExaminationTrouble.BUSY: SiteTrouble.BUSY,
    ExaminationTrouble.TOOK_TOO_LONG: SiteTrouble.TOOK_TOO_LONG,
    ExaminationTrouble.GAVE_UP: SiteTrouble.GAVE_UP,
}


class SiteError(Exception):
    """The inquiry ends here, with a sentence for the receiver."""

    def __init__(self, trouble: SiteTrouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
