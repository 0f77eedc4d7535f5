"""認証文: what the mayor certifies, by kind and by how much of the record is shown."""

from __future__ import annotations

from certificates.domain.kinds import CertificateKind
from certificates.domain.kinds.kind import Scope
from certificates.domain.kinds.table import KINDS


def statement(kind: CertificateKind, scope: Scope) -> str:
    return KINDS[kind].statements[scope]
