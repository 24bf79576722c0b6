"""Which language and script a name is in, by its characters (语种与文字, BCP 47)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from diming.script.syllable import SYLLABLES, bare, parted

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


def looks_pinyin(text: str) -> bool:
    """Tell whether letters may spell Mandarin in pinyin, with tones or without.

    Examples
    --------
    >>> looks_pinyin("Cíqìkǒu Jiēdào"), looks_pinyin("T'ung-nan-hsien"), looks_pinyin("zi tong")
    (True, False, True)
    """
    words = [word for word in re.split(r"[\s'’-]+", bare(text).lower()) if word]
    return bool(words) and all(SYLLABLES.issuperset(parted(word)) for word in words)
