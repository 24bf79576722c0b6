"""Which language and script a name is in, by its characters (语种与文字, BCP 47)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

#: Script as Unicode names letters → its tag.
_SCRIPTS = {
    "CJK": "Hani", "LATIN": "Latn", "TIBETAN": "Tibt", "MONGOLIAN": "Mong", "ARABIC": "Arab",
    "YI": "Yiii", "CYRILLIC": "Cyrl", "GREEK": "Grek", "HANGUL": "Kore", "HIRAGANA": "Jpan",
    "KATAKANA": "Jpan", "HEBREW": "Hebr", "DEVANAGARI": "Deva", "THAI": "Thai", "TAI": "Tale",
    "NEW": "Talu", "LISU": "Lisu", "MIAO": "Plrd", "NUSHU": "Nshu", "BOPOMOFO": "Bopo",
    "ARMENIAN": "Armn", "GEORGIAN": "Geor", "PHAGS": "Phag", "KHMER": "Khmr", "LAO": "Laoo",
}  # fmt: skip
#: Languages that are alone in writing so, as far as names in China go.
_ONLY = {"Tibt": "bo", "Yiii": "ii", "Mong": "mn-Mong", "Kore": "ko", "Jpan": "ja"}
#: Scripts that a language is usually written in: its tag need not say so.
_USUAL = {"bo": "Tibt", "ii": "Yiii", "ko": "Kore", "ja": "Jpan", "en": "Latn", "ug": "Arab",
          "za": "Latn", "lis": "Lisu"}  # fmt: skip

#: Initials, and the finals they have in Mandarin; ``v`` stands for ü.
_SYLLABLES = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan un uo v ü üe ve ue",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ü üe ve ue",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}  # fmt: skip


def script_of(text: str) -> str:
    """Return the tag of the script that the first letters of a text are in; ``Zyyy`` without any.

    Examples
    --------
    >>> script_of("磁器口"), script_of("Cíqìkǒu"), script_of("ꆈꌠ"), script_of("318")
    ('Hani', 'Latn', 'Yiii', 'Zyyy')
    """
    if "\u4e00" <= text[:1] <= "\u9fff":
        return "Hani"
    for character in text:
        if character.isascii():
            if character.isalpha():
                return "Latn"
            continue
        if "\u4e00" <= character <= "\u9fff":
            return "Hani"
        if unicodedata.category(character)[0] == "L":
            name = unicodedata.name(character, "").split(" ")[0].split("-")[0]
            return _SCRIPTS.get(name, "Zyyy")
    return "Zyyy"


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _traditional() -> frozenset[str]:
    """Return the characters that simplification replaces, taken each by itself."""
    blocks = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))
    characters = [chr(c) for first, last in blocks for c in range(first, last)]
    plain = _converter().convert("\n".join(characters)).split("\n")
    return frozenset(c for c, p in zip(characters, plain, strict=True) if c != p)


def is_traditional(text: str) -> bool:
    """Tell whether a text holds traditional characters (繁体字).

    Examples
    --------
    >>> is_traditional("萬縣"), is_traditional("万县"), is_traditional("庸州")
    (True, False, False)
    """
    # Some characters are traditional in one word and simplified in another (乾隆).
    return not _traditional().isdisjoint(text) and _converter().convert(text) != text


def lang_of(text: str, language: str = "") -> str:
    """Return language and script of a name.

    Parameters
    ----------
    text : str
    language : str
        Tag of the language, where the source says it.

    Examples
    --------
    >>> lang_of("萬縣"), lang_of("万县"), lang_of("Wan Xian"), lang_of("ꆈꌠ"), lang_of("x", "za")
    ('zh-Hant', 'zh-Hans', 'und-Latn', 'ii', 'za')
    """
    script = script_of(text)
    if script == "Hani" and language in ("", "zh", "und"):
        return "zh-Hant" if is_traditional(text) else "zh-Hans"
    if language and language != "und":
        if "-" in language or script in ("Zyyy", _USUAL.get(language)):
            return language
        return f"{language}-{script}"
    return _ONLY.get(script) or ("und" if script == "Zyyy" else f"und-{script}")


@lru_cache(maxsize=1)
def _pinyin() -> re.Pattern[str]:
    each = {i + f for i, finals in _SYLLABLES.items() for f in finals.split(" ")}
    one = "|".join(sorted(each, key=lambda s: (-len(s), s)))
    return re.compile(rf"(?:(?:{one})(?:['’ -]|r?\b)?)+")


def looks_pinyin(text: str) -> bool:
    """Tell whether letters may spell Mandarin in pinyin, with tones or without.

    Examples
    --------
    >>> looks_pinyin("Cíqìkǒu Jiēdào"), looks_pinyin("T'ung-nan-hsien"), looks_pinyin("Zi tong")
    (True, False, True)
    """
    plain = "".join(
        c for c in unicodedata.normalize("NFD", text.lower())
        if not unicodedata.combining(c) or c == "\u0308"
    )  # fmt: skip
    return _pinyin().fullmatch(unicodedata.normalize("NFC", plain)) is not None
