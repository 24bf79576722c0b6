"""How characters are read, by the dictionary alone."""

from __future__ import annotations


def syllables(text: str) -> str:
    """Return the usual reading without tones, a space between; nothing without Han characters."""
    from pypinyin import Style, lazy_pinyin

    said = lazy_pinyin(text, style=Style.NORMAL, errors="ignore", v_to_u=True)
    return " ".join(said)
