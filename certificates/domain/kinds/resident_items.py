"""住民票記載事項証明書 (住民基本台帳法12条): the chosen items of the chosen members, and nothing else of the record.

The name always stands, with 旧氏 or 通称 where one is recorded: these may not be left out (住民基本台帳法施行令30条の14,
30条の16), and without a name it certifies nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from certificates.domain import items as item
from certificates.domain.blocks import UNUSED, Block, Entry, Slot, agreed
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.kinds.kind import Body, Counter, FormName, Granted, Kind, Scope
from certificates.domain.kinds.resident_record import require_staying
from certificates.domain.resident import Resident

_FORM = FormName("items")
# Of each item that stands in the block of a resident, its boxes.
_BOXES: Mapping[OptionalItem, Callable[[Resident], Block]] = {
    OptionalItem.BIRTH: lambda one: {Slot.BIRTH: item.birth(one)},
    OptionalItem.SEX: lambda one: {Slot.SEX: item.sex(one)},
    OptionalItem.RELATION: lambda one: {Slot.RELATION: item.relation(one)},
    OptionalItem.HONSEKI: lambda one: _origin(one) if one.foreign is None else {},
    OptionalItem.FOREIGN: lambda one: _origin(one) if one.foreign is not None else {},
    OptionalItem.BECAME_RESIDENT: lambda one: {Slot.BECAME_RESIDENT: item.became_resident(one)},
    OptionalItem.ADDRESS_SINCE: lambda one: {Slot.ADDRESS_SINCE: item.address_since(one)},
    OptionalItem.PREVIOUS_ADDRESS: lambda one: {
        Slot.PREVIOUS_ADDRESS: item.previous_address(one),
        Slot.NOTIFIED: item.notified(one),
    },
    OptionalItem.INDIVIDUAL_NUMBER: lambda one: {Slot.INDIVIDUAL_NUMBER: item.individual_number(one)},
    OptionalItem.RESIDENT_CODE: lambda one: {Slot.RESIDENT_CODE: item.resident_code(one)},
}


def _origin(resident: Resident) -> Block:
    boxes = item.origin(resident, asked=True)
    return {slot: entry for slot, entry in boxes.items() if entry.label != UNUSED}


def _body(granted: Granted) -> Body:
    head = {}
    if OptionalItem.ADDRESS in granted.items:
        address = agreed("住所", (subject.address for subject in granted.subjects))
        head[Slot.ADDRESS] = Entry(label="住所", lines=(address,))
    if OptionalItem.RELATION in granted.items:
        name = agreed("世帯主", (subject.household_head for subject in granted.subjects))
        head[Slot.HOUSEHOLD_HEAD] = Entry(label="世帯主", lines=(name,))
    blocks = tuple(_block(subject, granted.items) for subject in granted.subjects)
    return Body(form=_FORM, scope=Scope.ONE, head=head, blocks=blocks)


def _block(resident: Resident, items: frozenset[OptionalItem]) -> Block:
    block = {Slot.NAME_KANA: item.name_kana(resident), Slot.NAME: item.name(resident)}
    if resident.former_surname or resident.alias:
        block[Slot.OTHER_NAME_KANA], block[Slot.OTHER_NAME] = item.other_name(resident)
    for asked, boxes in _BOXES.items():
        if asked in items:
            block |= boxes(resident)
    return block


RESIDENT_ITEMS = Kind(
    kind=CertificateKind.RESIDENT_ITEMS,
    title="住民票記載事項証明書",
    title_en="Resident record items (住民票記載事項証明書)",
    counters=frozenset(Counter),
    members=True,
    items=frozenset(OptionalItem),
    usual=frozenset({OptionalItem.ADDRESS, OptionalItem.BIRTH, OptionalItem.SEX}),
    only_chosen=True,
    forms=frozenset({_FORM}),
    statements={Scope.ONE: "上記の事項は、住民票に記載があることを証明する。"},
    require=require_staying,
    body=_body,
)
