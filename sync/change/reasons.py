"""異動事由: why a change happened, which stream it belongs to and what it may do to a row.

Symbolic names with the standard's own terms (住民記録システム標準仕様書 1.0); its numeric codes are not public, so a
municipality's mapping table stands at the registry's end. Terms that the standard uses for both 記載 and 消除 carry
theirs in parentheses here.
"""

from __future__ import annotations

from enum import Enum


class Stream(Enum):
    """What a change is about; each stream has rows of its own."""

    RESIDENTS = "residents"
    SEALS = "seals"
    SUPPRESSIONS = "suppressions"
    CARDS = "cards"

    # every change is looked up by these in a dozen tables; by its name, as enum does it, a look-up takes thrice as long
    __hash__ = object.__hash__


class Nature(Enum):
    """What a reason does to a resident's row."""

    ENTRY = "記載"
    REMOVAL = "消除"
    AMENDMENT = "修正"

    __hash__ = object.__hash__


class Reason(Enum):
    """Every 異動事由, and those of the seal, suppression and card streams."""

    # 記載
    MOVE_IN = "国内転入"
    MOVE_IN_FROM_ABROAD = "国外転入等"
    BIRTH = "出生"
    ENTRY_NATURALISATION = "職権記載（帰化等）"
    ENTRY_LOSS_OF_NATIONALITY = "職権記載（国籍喪失）"
    ENTRY_EX_OFFICIO = "職権記載"
    ENTRY_RENEWAL = "改製（記載）"
    ENTRY_RESTORATION = "再製（記載）"
    REMOVAL_CANCELLED = "異動の取消し（増）"
    # 消除
    MOVE_OUT = "国内転出"
    MOVE_OUT_ABROAD = "国外転出"
    DEATH = "死亡"
    REMOVAL_NATURALISATION = "職権消除（帰化等）"
    REMOVAL_LOSS_OF_NATIONALITY = "職権消除（国籍喪失）"
    REMOVAL_EX_OFFICIO = "職権消除"
    REMOVAL_RENEWAL = "改製（消除）"
    REMOVAL_RESTORATION = "再製（消除）"
    ENTRY_CANCELLED = "異動の取消し（減）"
    # 修正
    MOVE_WITHIN = "転居"
    MINOR_AMENDMENT = "軽微な修正"
    AMENDMENT_EX_OFFICIO = "職権修正"
    CLERICAL_AMENDMENT = "誤記修正"
    INDIVIDUAL_NUMBER_ON_REQUEST = "個人番号の変更請求"
    INDIVIDUAL_NUMBER_EX_OFFICIO = "個人番号の職権修正"
    INDIVIDUAL_NUMBER_ENTERED = "個人番号の職権記載"
    RESIDENT_CODE_ON_REQUEST = "住民票コードの変更請求"
    RESIDENT_CODE_ENTERED = "住民票コードの職権記載"
    HOUSEHOLD_SPLIT = "世帯分離"
    HOUSEHOLD_MERGED = "世帯合併"
    HOUSEHOLD_CHANGED = "世帯変更"
    HEAD_CHANGED = "世帯主変更"
    FORMER_SURNAME_ENTERED = "旧氏の記載"
    FORMER_SURNAME_CHANGED = "旧氏の変更"
    FORMER_SURNAME_DELETED = "旧氏の削除"
    ALIAS_ENTERED = "通称の記載"
    ALIAS_DELETED = "通称の削除"
    AMENDMENT_CANCELLED = "異動の取消し（修正）"
    # streams of their own
    SEAL_REGISTERED = "印鑑登録"
    SEAL_ABOLISHED = "印鑑登録の廃止"
    SEAL_CHANGED = "改印"
    SUPPRESSED = "発行抑止"
    SUPPRESSION_RELEASED = "発行抑止の解除"
    CARD_REGISTERED = "電子証明書の発行番号の登録"
    CARD_REMOVED = "電子証明書の発行番号の削除"

    __hash__ = object.__hash__

    @property
    def stream(self) -> Stream:
        return _OTHER_STREAMS.get(self, Stream.RESIDENTS)

    @property
    def nature(self) -> Nature:
        """記載, 消除 or 修正; meaningful in the residents' stream only."""
        if self in _ENTRIES:
            return Nature.ENTRY
        return Nature.REMOVAL if self in _REMOVALS else Nature.AMENDMENT


_OTHER_STREAMS = {
    Reason.SEAL_REGISTERED: Stream.SEALS,
    Reason.SEAL_ABOLISHED: Stream.SEALS,
    Reason.SEAL_CHANGED: Stream.SEALS,
    Reason.SUPPRESSED: Stream.SUPPRESSIONS,
    Reason.SUPPRESSION_RELEASED: Stream.SUPPRESSIONS,
    Reason.CARD_REGISTERED: Stream.CARDS,
    Reason.CARD_REMOVED: Stream.CARDS,
}

_ENTRIES = frozenset(
    {
        Reason.MOVE_IN,
        Reason.MOVE_IN_FROM_ABROAD,
        Reason.BIRTH,
        Reason.ENTRY_NATURALISATION,
        Reason.ENTRY_LOSS_OF_NATIONALITY,
        Reason.ENTRY_EX_OFFICIO,
        Reason.ENTRY_RENEWAL,
        Reason.ENTRY_RESTORATION,
        Reason.REMOVAL_CANCELLED,
    }
)

_REMOVALS = frozenset(
    {
        Reason.MOVE_OUT,
        Reason.MOVE_OUT_ABROAD,
        Reason.DEATH,
        Reason.REMOVAL_NATURALISATION,
        Reason.REMOVAL_LOSS_OF_NATIONALITY,
        Reason.REMOVAL_EX_OFFICIO,
        Reason.REMOVAL_RENEWAL,
        Reason.REMOVAL_RESTORATION,
        Reason.ENTRY_CANCELLED,
    }
)

MOVES_OUT = frozenset({Reason.MOVE_OUT, Reason.MOVE_OUT_ABROAD})
"""The only reasons whose 異動日 may lie ahead (転出予定)."""

HALVES = frozenset({Reason.REMOVAL_RENEWAL, Reason.REMOVAL_RESTORATION})
"""改製 and 再製 remove a row only to enter it anew: the first half alone must never show anybody as gone."""

CORRECTIONS = frozenset(
    {
        Reason.AMENDMENT_EX_OFFICIO,
        Reason.CLERICAL_AMENDMENT,
        Reason.ENTRY_EX_OFFICIO,
        Reason.REMOVAL_EX_OFFICIO,
        Reason.ENTRY_RENEWAL,
        Reason.ENTRY_RESTORATION,
        Reason.REMOVAL_CANCELLED,
        Reason.ENTRY_CANCELLED,
        Reason.AMENDMENT_CANCELLED,
    }
)
"""Reasons by which the registry sets right what it sent before; they alone lift a resident's quarantine. 軽微な修正 is
none: an edit that has nothing to do with the fault would carry the fault in."""
