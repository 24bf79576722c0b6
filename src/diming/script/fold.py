"""One spelling for all ways to write the same (归一): 简繁, width, case, marks.

What is folded is compared and looked up, never shown. Each character is folded by
itself, so that a part of a name folds to a part of the folded name, and a prefix to
a prefix: that a dictionary of words would keep 乾 in 乾隆 and turn it into 干
elsewhere would spoil that.

Latin letters lose their marks. Of ü, which offices write ü, v, u or yu, all become
``u``: 绿 is found as *lü*, *lǜ*, *lv*, *lu* and *lyu*. So 路 and 绿 fold alike; who
needs them apart compares readings (`diming.script.reading.syllables`), which keep ü.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Variants that OpenCC leaves alone: each is followed by the form it stands for,
#: mostly by 第一批异体字整理表 (1955), found on old maps and in copies of chronicles.
_VARIANTS = (
    "邨村菴庵嵓岩巗岩巖岩埧坝塲场隣邻峩峨渓溪鑛矿砲炮礮炮窰窑磘窑堦阶碁棋栢柏鴈雁逈迥夀寿畧略坵丘"
    "埜野壄野甎砖塼砖凢凡畒亩鄊乡舘馆菓果畊耕濶阔㘭坳菸烟衝冲囘回囬回塟葬峝峒崐昆崑昆崘仑崙仑"
    "屻仞嵗岁巵卮徃往恠怪氷冰汙污泝溯渉涉湌餐濬浚烱炯珎珍畵画皁皂盌碗硃朱礼礼竒奇笋笋簷檐"
    "縂总罇樽羗羌艸草萅春蓡参蘓苏蠏蟹衞卫觧解貎貌躭耽逰游遶绕酧酬鉄铁銕铁閙闹陿狭隄堤雑杂"
    "靣面頋顾髙高鬴釜魯鲁鳯凤鵞鹅麪面黒黑龎庞龝秋"
)
#: Letters that are no base letter with a mark, and ○, which is written for 〇.
_LETTERS = {
    "đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "ɑ": "a", "ɡ": "g", "æ": "ae", "œ": "oe",
    "○": "〇", "◯": "〇",
}  # fmt: skip
#: What is dropped: spaces, punctuation, symbols, controls, marks of variants.
_DROPPED = ("Z", "P", "S", "Cc", "Cf", "Me")
#: ü as v, or as yu after l, or after n where n begins a syllable.
_U_WRITTEN = re.compile(r"(?<=[ln])v|(?<=l)yu|(?<=(?<![a-z])n)yu|(?<=nn)yu")


def fold(text: str) -> str:
    """Return the one spelling of a text.

    Parameters
    ----------
    text : str
        A name or a query, in Han characters or Latin letters.

    Returns
    -------
    str
        Nothing if there was nothing but spaces and punctuation.

    Examples
    --------
    >>> fold("磁器口鎮"), fold("Cíqìkǒu　Zhèn"), fold("土家·族（自治縣）")
    ('磁器口镇', 'ciqikouzhen', '土家族自治县')
    >>> {fold(written) for written in ("Lǜshuǐ", "lvshui", "Lu Shui", "LYUSHUI")}
    {'lushui'}
    """
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    folded = "".join(map(_TABLE.__getitem__, text))
    if "v" in folded or "yu" in folded:
        return _U_WRITTEN.sub("u", folded)
    return folded


def fold_many(texts: Iterable[str]) -> list[str]:
    """Fold many texts, in order; alike ones are folded once.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    list of str
    """
    known: dict[str, str] = {}
    folded = []
    for text in texts:
        found = known.get(text)
        if found is None:
            found = known[text] = fold(text)
        folded.append(found)
    return folded


def simplified(text: str) -> str:
    """Return a text in simplified characters, one for one; all else stays.

    Examples
    --------
    >>> simplified("磁器口鎮 Zhèn")
    '磁器口镇 Zhèn'
    """
    return text if text.isascii() else "".join(map(_SIMPLIFIED.__getitem__, text))


class _Simplified(dict[str, str]):
    """Simplified characters asked of OpenCC once each."""

    def __missing__(self, written: str) -> str:
        char = written
        if unicodedata.category(char) == "Lo":
            convert = _converter().convert
            # Ideographs that are there twice, for exchange with old codes, are one.
            char = normal if len(normal := unicodedata.normalize("NFKC", char)) == 1 else char
            # What a character becomes may have variants itself: 薴 苧 苎.
            plain = convert(_variants().get(char, char))
            plain = convert(_variants().get(plain, plain))
            char = plain if len(plain) == 1 else char
        self[written] = char
        return char


class _Folded(dict[str, str]):
    """Folded characters."""

    def __missing__(self, char: str) -> str:
        folded = self[char] = self._fold(char)
        return folded

    def _fold(self, char: str) -> str:
        if char in _LETTERS:
            return _LETTERS[char]
        category = unicodedata.category(char)
        if category.startswith(_DROPPED) or unicodedata.combining(char) or _is_selector(char):
            return ""
        if category == "Lo":
            return _SIMPLIFIED[char]
        low = char.casefold()
        if low == char and unicodedata.name(char, "").startswith("LATIN"):
            parts = unicodedata.normalize("NFKD", char)
            low = "".join(c for c in parts if not unicodedata.combining(c))
        return low if low == char else "".join(self[c] for c in low)


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


@cache
def _variants() -> dict[str, str]:
    return dict(zip(_VARIANTS[::2], _VARIANTS[1::2], strict=True))


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


_SIMPLIFIED, _TABLE = _Simplified(), _Folded()
