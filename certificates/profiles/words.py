"""Words of the paper: 認証文 in ``[statements.…]`` and the words of empty boxes in ``[paper]``."""

from __future__ import annotations

from certificates.domain.kinds import CertificateKind
from certificates.domain.kinds.kind import Scope
from certificates.domain.kinds.table import KINDS
from certificates.domain.wording import PaperWords, Statements
from certificates.profiles.tables import Table

_EVERYBODY = "世帯全員"
_LONGEST = 45  # what the form holds in one line of 認証文


def read_statements(table: Table) -> Statements:
    """Those that the municipality words itself."""
    found: dict[CertificateKind, dict[Scope, str]] = {}
    for kind in CertificateKind:
        own = table.table(kind.value, required=False)
        scopes = [scope for scope in KINDS[kind].statements if scope.value in own]
        found[kind] = {scope: _statement(own, kind, scope) for scope in scopes}
        own.close(*[scope.value for scope in KINDS[kind].statements])
    table.close()
    return found


def _statement(table: Table, kind: CertificateKind, scope: Scope) -> str:
    """A sentence that attests, and neither more nor less than the paper shows."""
    text = table.text(scope.value, longest=_LONGEST)
    if not text:
        return ""
    if "証明" not in text or not text.endswith("。"):
        table.fault(
            scope.value,
            "「…証明する。」のような文にしてください",
            "must be a sentence that attests (…証明する。)",
        )
    if Scope.WHOLE in KINDS[kind].statements and (scope is Scope.WHOLE) is not (_EVERYBODY in text):
        whole = scope is Scope.WHOLE
        table.fault(
            scope.value,
            f"「{_EVERYBODY}」を{'入れて' if whole else '入れないで'}ください",
            f"{'must' if whole else 'must not'} say {_EVERYBODY}: it is for {scope.value}",
        )
    return text


def read_paper_words(table: Table) -> PaperWords:
    standard = PaperWords()
    blank = table.text("blank", longest=8, default=standard.blank) or standard.blank
    left_out = table.text("left_out", longest=8, default=standard.left_out) or standard.left_out
    unused = table.text("unused", longest=8, default=standard.unused) or standard.unused
    noted = "seal_note" not in table or table.flag("seal_note")
    table.close()
    note = standard.seal_note if noted else ""
    return table.reading.built(
        table.path,
        lambda: PaperWords(blank=blank, left_out=left_out, unused=unused, seal_note=note),
        standard,
        "空欄・省略・使わない欄の語は互いに異なるものにしてください",
    )
