"""Names of nobody: words that say "sample" and "fictitious", with the characters that real registers are hard for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One part of a name and its 振り仮名."""

    text: str
    kana: str


SURNAMES: tuple[Word, ...] = (
    Word("架空", "カクウ"),
    Word("見本", "ミホン"),
    Word("例示", "レイジ"),
    Word("試験", "シケン"),
    Word("仮名", "カメイ"),
    Word("標本", "ヒョウホン"),
    Word("模型", "モケイ"),
    Word("雛形", "ヒナガタ"),
    Word("仮想", "カソウ"),
    Word("例題", "レイダイ"),
    Word("設例", "セツレイ"),
    Word("見取", "ミトリ"),
    Word("下書", "シタガキ"),
    Word("試作", "シサク"),
    Word("空想", "クウソウ"),
    Word("手本", "テホン"),
    Word("練習", "レンシュウ"),
    Word("甲野", "コウノ"),
    Word("乙山", "オツヤマ"),
    Word("丙川", "ヘイカワ"),
    Word("丁田", "チョウダ"),
)

# Variation sequences of the Moji_Joho collection and characters beyond U+FFFF, all of which IPAmj Mincho draws.
VARIANT_SURNAMES: tuple[Word, ...] = (
    Word("見本辻\U000e0102", "ミホンツジ"),
    Word("辻\U000e0103架空", "ツジカクウ"),
    Word("葛\U000e0102見本", "クズミホン"),
    Word("例示葛\U000e0103", "レイジカツ"),
    Word("試験邉\U000e0110", "シケンベ"),
    Word("架空齋\U000e0103", "カクウサイ"),
    Word("見本榊\U000e0102", "ミホンサカキ"),
)
SUPPLEMENTARY_SURNAMES: tuple[Word, ...] = (
    Word("\U00020bb7見本", "ヨシミホン"),
    Word("架空\U00020bb7", "カクウヨシ"),
    Word("\U0002123d例示", "ツチレイジ"),
    Word("\U0002000b試験", "ジョウシケン"),
)
COMPATIBILITY_SURNAMES: tuple[Word, ...] = (
    Word("髙見本", "タカミホン"),
    Word("架空\ufa11", "カクウザキ"),
    Word("濵例示", "ハマレイジ"),
)
RARE_SURNAMES = VARIANT_SURNAMES + SUPPLEMENTARY_SURNAMES + COMPATIBILITY_SURNAMES

_STEMS: tuple[Word, ...] = (
    Word("例", "レイ"),
    Word("試", "シ"),
    Word("仮", "カ"),
    Word("見", "ミ"),
    Word("標", "ヒョウ"),
    Word("模", "モ"),
    Word("写", "シャ"),
    Word("証", "ショウ"),
    Word("架", "カケ"),
    Word("想", "ソウ"),
    Word("題", "ダイ"),
    Word("準", "ジュン"),
    Word("正", "マサ"),
    Word("本", "モト"),
    Word("空", "ソラ"),
)


def _given(endings: tuple[Word, ...], extra: tuple[Word, ...]) -> tuple[Word, ...]:
    made = tuple(Word(stem.text + end.text, stem.kana + end.kana) for stem in _STEMS for end in endings)
    return made + extra


MALE = _given(
    (
        Word("太郎", "タロウ"),
        Word("一", "イチ"),
        Word("次郎", "ジロウ"),
        Word("之助", "ノスケ"),
        Word("夫", "オ"),
        Word("彦", "ヒコ"),
        Word("平", "ヘイ"),
    ),
    (
        Word("太郎", "タロウ"),
        Word("丈\U000e0102夫", "タケオ"),
        Word("\U0002000b太郎", "ジョウタロウ"),
        Word("あきら", "アキラ"),
    ),
)
FEMALE = _given(
    (
        Word("子", "コ"),
        Word("美", "ミ"),
        Word("代", "ヨ"),
        Word("江", "エ"),
        Word("香", "カ"),
        Word("乃", "ノ"),
        Word("枝", "エダ"),
    ),
    (
        Word("花子", "ハナコ"),
        Word("芦\U000e0102花", "アシカ"),
        Word("榮", "サカエ"),
        Word("みほ", "ミホ"),
    ),
)


@dataclass(frozen=True, slots=True)
class Nation:
    """国籍・地域, and whether its people's names are recorded in kanji beside the letters."""

    name: str
    surnames: tuple[str, ...]
    given: tuple[str, ...]
    kanji: bool = False


NATIONS: tuple[Nation, ...] = (
    Nation("ブラジル", ("EXEMPLO", "AMOSTRA"), ("ANA", "JOAO CARLOS", "LUCAS")),
    Nation("フィリピン", ("HALIMBAWA", "SAMPLE"), ("MARIA", "JOSE", "ANGELICA MAE")),
    Nation("ベトナム", ("VI DU", "MAU THU"), ("LAN", "MINH", "THI HOA")),
    Nation("ネパール", ("NAMUNA", "UDAHARAN"), ("SITA", "RAM", "GITA")),
    Nation("米国", ("SPECIMEN", "EXAMPLE"), ("JOHN Q", "JANE", "ALEX")),
    Nation("中国", ("SHILI", "YANGBEN"), ("MEILING", "WEI", "JUN"), kanji=True),
    Nation("韓国", ("GYEONBON", "YESI"), ("MINJUN", "SEOYEON", "JIHO"), kanji=True),
)
KANJI_NAMES: tuple[str, ...] = ("示例　美玲", "様本　偉", "見本　民俊", "例示　瑞娟")
STATUSES: tuple[tuple[str, str | None, int | None], ...] = (
    # 在留資格, 在留期間, its length in years
    ("永住者", None, None),
    ("技術・人文知識・国際業務", "３年", 3),
    ("留学", "２年３月", 2),
    ("日本人の配偶者等", "３年", 3),
    ("定住者", "５年", 5),
    ("特定技能１号", "１年", 1),
)
