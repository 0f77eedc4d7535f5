"""Problem codes: every way a request can end without a certificate, as one closed table (RFC 9457)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ProblemCode(Enum):
    """The ``type`` of a problem document is ``urn:kofu:problem:`` followed by this value."""

    # the message
    MALFORMED_MESSAGE = "malformed-message"
    BODY_TOO_LARGE = "body-too-large"
    WRONG_SIGNATURE = "wrong-signature"
    CLIENT_CERTIFICATE_REQUIRED = "client-certificate-required"
    NOT_PERMITTED = "not-permitted"
    NOT_FOUND = "not-found"
    # the session and the order
    UNKNOWN_SESSION = "unknown-session"
    SESSION_EXPIRED = "session-expired"
    OUT_OF_TURN = "out-of-turn"
    ORDER_EXPIRED = "order-expired"
    ORDER_REUSED = "order-reused"
    ORDER_SUPERSEDED = "order-superseded"
    # the card
    CARD_CERTIFICATE_INVALID = "card-certificate-invalid"
    CARD_CERTIFICATE_EXPIRED = "card-certificate-expired"
    CARD_CERTIFICATE_REVOKED = "card-certificate-revoked"
    CARD_CERTIFICATE_HELD = "card-certificate-held"
    REVOCATION_UNKNOWN = "revocation-unknown"
    CARD_SIGNATURE_INVALID = "card-signature-invalid"
    # the municipality
    UNKNOWN_MUNICIPALITY = "unknown-municipality"
    UNKNOWN_SERIAL = "unknown-serial"
    OUTSIDE_SERVICE_HOURS = "outside-service-hours"
    LINE_STOPPED = "line-stopped"
    # the resident and the record
    UNDER_AGE = "under-age"
    MOVING_OUT = "moving-out"
    NOT_RESIDENT = "not-resident"
    SUPPRESSED = "suppressed"
    CHANGE_PENDING = "change-pending"
    REGISTER_GAP = "register-gap"
    REGISTER_STALE = "register-stale"
    NO_SEAL_REGISTRATION = "no-seal-registration"
    KIND_NOT_OFFERED = "kind-not-offered"
    OPTION_NOT_OFFERED = "option-not-offered"
    OPTION_NOT_APPLICABLE = "option-not-applicable"
    STAFF_DESK_ONLY = "staff-desk-only"
    NOT_MOVING_OUT = "not-moving-out"
    NO_SUCH_MEMBER = "no-such-member"
    COPIES_OUT_OF_RANGE = "copies-out-of-range"
    # the paper
    NO_GLYPH = "no-glyph"
    DOES_NOT_FIT = "does-not-fit"
    LEGAL_ITEM_MISSING = "legal-item-missing"
    DATE_UNKNOWN = "date-unknown"
    # the change feed
    FEED_GAP = "feed-gap"
    FEED_CONFLICT = "feed-conflict"
    # the house
    BINDING_BROKEN = "binding-broken"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"

    @property
    def urn(self) -> str:
        return f"urn:kofu:problem:{self.value}"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means: HTTP status, whether an operator must look, and the sentence in two languages."""

    status: int
    ja: str
    en: str


_COUNTER = "お住まいの市区町村の窓口へお問い合わせください。"
_AT_COUNTER = "Please ask at the counter of your municipality."

MEANINGS: dict[ProblemCode, Meaning] = {
    ProblemCode.MALFORMED_MESSAGE: Meaning(
        400, "電文の形式に誤りがあります。", "The message is not well formed."
    ),
    ProblemCode.BODY_TOO_LARGE: Meaning(413, "電文が大きすぎます。", "The message is too large."),
    ProblemCode.WRONG_SIGNATURE: Meaning(
        401, "電文の署名を確認できません。", "The signature of the message could not be verified."
    ),
    ProblemCode.CLIENT_CERTIFICATE_REQUIRED: Meaning(
        403, "端末証明書が提示されていません。", "No client certificate was presented."
    ),
    ProblemCode.NOT_PERMITTED: Meaning(
        403, "この接続元にはこの操作が許可されていません。", "This caller may not do this."
    ),
    ProblemCode.NOT_FOUND: Meaning(404, "宛先がありません。", "There is nothing at this address."),
    ProblemCode.UNKNOWN_SESSION: Meaning(
        404,
        "お手続きの情報がありません。最初からやり直してください。",
        "This visit is not known. Please start again.",
    ),
    ProblemCode.SESSION_EXPIRED: Meaning(
        410,
        "時間切れです。最初からやり直してください。",
        "The time for this visit is over. Please start again.",
    ),
    ProblemCode.OUT_OF_TURN: Meaning(409, "手順の順序が正しくありません。", "This step is not due now."),
    ProblemCode.ORDER_EXPIRED: Meaning(
        410,
        "申請の有効時間が過ぎました。最初からやり直してください。",
        "The application has expired. Please start again.",
    ),
    ProblemCode.ORDER_REUSED: Meaning(
        409, "同じ申請番号で異なる申請が届きました。", "This order number was used for another application."
    ),
    ProblemCode.ORDER_SUPERSEDED: Meaning(
        409,
        "申請の後に記録が更新されました。最初からやり直してください。",
        "The record changed after the application. Please start again.",
    ),
    ProblemCode.CARD_CERTIFICATE_INVALID: Meaning(
        403,
        "カードの電子証明書を確認できません。" + _COUNTER,
        "The card's certificate is not accepted. " + _AT_COUNTER,
    ),
    ProblemCode.CARD_CERTIFICATE_EXPIRED: Meaning(
        403,
        "カードの電子証明書の有効期間が過ぎています。" + _COUNTER,
        "The card's certificate has expired. " + _AT_COUNTER,
    ),
    ProblemCode.CARD_CERTIFICATE_REVOKED: Meaning(
        403,
        "カードの電子証明書は失効しています。" + _COUNTER,
        "The card's certificate has been revoked. " + _AT_COUNTER,
    ),
    ProblemCode.CARD_CERTIFICATE_HELD: Meaning(
        403,
        "カードの電子証明書は一時停止中です。" + _COUNTER,
        "The card's certificate is suspended. " + _AT_COUNTER,
    ),
    ProblemCode.REVOCATION_UNKNOWN: Meaning(
        503,
        "ただいま電子証明書の失効確認ができません。しばらくしてからお試しください。",
        "Revocation cannot be checked at the moment. Please try again later.",
    ),
    ProblemCode.CARD_SIGNATURE_INVALID: Meaning(
        403,
        "カードの署名を確認できません。最初からやり直してください。",
        "The card's signature is wrong. Please start again.",
    ),
    ProblemCode.UNKNOWN_MUNICIPALITY: Meaning(
        404, "この市区町村はサービスを提供していません。", "This municipality does not offer the service."
    ),
    ProblemCode.UNKNOWN_SERIAL: Meaning(
        403,
        "このカードでは、この市区町村の証明書を取得できません。" + _COUNTER,
        "This card cannot be used for certificates of this municipality. " + _AT_COUNTER,
    ),
    ProblemCode.OUTSIDE_SERVICE_HOURS: Meaning(
        503, "サービス提供時間外です。", "The service is closed at this hour."
    ),
    ProblemCode.LINE_STOPPED: Meaning(
        503,
        "ただいまこの市区町村の証明書は発行を停止しています。",
        "Issuing for this municipality has been stopped for the moment.",
    ),
    ProblemCode.UNDER_AGE: Meaning(
        403,
        "15歳未満の方はご利用いただけません。" + _COUNTER,
        "The holder must be 15 or older. " + _AT_COUNTER,
    ),
    ProblemCode.MOVING_OUT: Meaning(
        403, "転出の届出があるため発行できません。" + _COUNTER, "A move-out has been notified. " + _AT_COUNTER
    ),
    ProblemCode.NOT_RESIDENT: Meaning(
        403,
        "現在の住民として登録されていません。" + _COUNTER,
        "The holder is not a current resident. " + _AT_COUNTER,
    ),
    # 支援措置 must not be readable from the screen by the person who stands beside: no reason is given.
    ProblemCode.SUPPRESSED: Meaning(
        403, "この証明書はこちらでは発行できません。" + _COUNTER, "This cannot be issued here. " + _AT_COUNTER
    ),
    ProblemCode.CHANGE_PENDING: Meaning(
        409,
        "届出の内容を処理しています。しばらくしてからお試しください。",
        "A notified change is being processed. Please try again later.",
    ),
    ProblemCode.REGISTER_GAP: Meaning(
        503,
        "住民記録との連携を確認しています。しばらくしてからお試しください。",
        "The link to the resident record is being checked. Please try again later.",
    ),
    ProblemCode.REGISTER_STALE: Meaning(
        503,
        "住民記録との連携が遅れています。しばらくしてからお試しください。",
        "The copy of the resident record is out of date. Please try again later.",
    ),
    ProblemCode.NO_SEAL_REGISTRATION: Meaning(
        403, "印鑑登録がありません。" + _COUNTER, "There is no seal registration. " + _AT_COUNTER
    ),
    ProblemCode.KIND_NOT_OFFERED: Meaning(
        403, "この種類の証明書は取り扱っていません。", "This kind of certificate is not offered."
    ),
    ProblemCode.OPTION_NOT_OFFERED: Meaning(
        403, "この記載事項は選択できません。", "This optional item cannot be chosen."
    ),
    ProblemCode.OPTION_NOT_APPLICABLE: Meaning(
        403,
        "選択された方の記録にない記載事項が選ばれています。最初からやり直してください。",
        "An item was chosen that none of the chosen people can have. Please start again.",
    ),
    ProblemCode.STAFF_DESK_ONLY: Meaning(
        403,
        "この証明書または記載事項は窓口だけで取り扱っています。" + _COUNTER,
        "This certificate or item is given out at the counter only. " + _AT_COUNTER,
    ),
    ProblemCode.NOT_MOVING_OUT: Meaning(
        403, "転出の届出がありません。" + _COUNTER, "No move-out has been notified. " + _AT_COUNTER
    ),
    ProblemCode.NO_SUCH_MEMBER: Meaning(
        403,
        "選択された方は世帯にいません。最初からやり直してください。",
        "The chosen person is not in the household. Please start again.",
    ),
    ProblemCode.COPIES_OUT_OF_RANGE: Meaning(
        400, "部数の指定が正しくありません。", "The number of copies is out of range."
    ),
    ProblemCode.NO_GLYPH: Meaning(
        422,
        "印字できない文字があるため発行できません。" + _COUNTER,
        "A character cannot be drawn, so nothing is issued. " + _AT_COUNTER,
    ),
    ProblemCode.DOES_NOT_FIT: Meaning(
        422,
        "記載事項が様式に収まらないため発行できません。" + _COUNTER,
        "A value does not fit the form, so nothing is issued. " + _AT_COUNTER,
    ),
    ProblemCode.LEGAL_ITEM_MISSING: Meaning(
        422,
        "法定の記載事項が不足しているため発行できません。" + _COUNTER,
        "An item required by law is missing, so nothing is issued. " + _AT_COUNTER,
    ),
    ProblemCode.DATE_UNKNOWN: Meaning(
        422,
        "必要な年月日が不詳と記録されているため発行できません。" + _COUNTER,
        "A date that is needed is recorded as unknown, so nothing is issued. " + _AT_COUNTER,
    ),
    ProblemCode.FEED_GAP: Meaning(
        409,
        "異動データの通番に欠番があります。再送してください。",
        "The change feed has a gap; replay is required.",
    ),
    ProblemCode.FEED_CONFLICT: Meaning(
        409,
        "同じ通番で異なる異動データが届きました。",
        "A sequence number arrived twice with different content.",
    ),
    ProblemCode.BINDING_BROKEN: Meaning(
        502,
        "証明書の照合に失敗したため、印刷を中止しました。料金はいただきません。",
        "The certificate did not match this visit. Nothing was printed and nothing is charged.",
    ),
    ProblemCode.BUSY: Meaning(
        503,
        "混み合っています。しばらくしてからお試しください。",
        "The service is busy. Please try again later.",
    ),
    ProblemCode.UNAVAILABLE: Meaning(
        503,
        "ただいまご利用いただけません。しばらくしてからお試しください。",
        "The service is unavailable. Please try again later.",
    ),
    ProblemCode.INTERNAL: Meaning(
        500, "システムの異常により中止しました。", "Stopped because of an internal fault."
    ),
}
