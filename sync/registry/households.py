"""続柄 when the head changes: how everybody stands to the new head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from certificates.domain.resident import Resident, Sex
from sync.registry.state import revised

HEAD = "世帯主"
DISTANT = "縁故者"
"""The word for a relation that the 続柄 cannot name (住民基本台帳事務処理要領)."""

_SPOUSES = frozenset({"妻", "夫", "妻（未届）", "夫（未届）"})
_TO_CHILD: Mapping[str, str] = {
    "妻": "母",
    "夫": "父",
    "妻（未届）": "母",
    "夫（未届）": "父",
    "父": "祖父",
    "母": "祖母",
    "子の妻": "妻",
    "子の夫": "夫",
    "子の子": "子",
    "子の子の子": "子の子",
}


def under_new_head(staying: Sequence[Resident], head: Resident, former: Resident) -> list[Resident]:
    """Next rows of everybody who stays, with ``head`` as 世帯主 in place of ``former``."""
    return [
        revised(
            member,
            relation=HEAD if member.number == head.number else relation_to(head, member, former),
            household_head=head.name,
        )
        for member in staying
    ]


def relation_to(head: Resident, member: Resident, former: Resident) -> str:
    """The 続柄 of ``member`` to ``head``, both given as they stood to ``former``."""
    if head.relation in _SPOUSES:
        if member.relation == "子":
            return "子"
        kin = "夫" if former.sex is Sex.MALE else "妻"
        return f"{kin}の{member.relation}" if "の" not in member.relation else DISTANT
    if head.relation == "子":
        if member.relation == "子":
            return _sibling(member, head)
        return _TO_CHILD.get(member.relation, DISTANT)
    if head.relation in ("父", "母"):
        return {"妻": "子の妻", "夫": "子の夫", "子": "子の子", "父": "夫", "母": "妻"}.get(
            member.relation, DISTANT
        )
    return DISTANT


def _sibling(member: Resident, head: Resident) -> str:
    elder = member.birth.sort_key <= head.birth.sort_key
    if member.sex is Sex.FEMALE:
        return "姉" if elder else "妹"
    return "兄" if elder else "弟"
