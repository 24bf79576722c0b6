"""Numbers written in Chinese characters (汉字数字)."""

from __future__ import annotations

import re

#: Characters that numbers of dates are written with, as part of a pattern.
NUMERAL = "0-9〇零○Ｏ一二三四五六七八九十廿卅卌百千两元正"

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SHORT = {"廿": "二十", "卅": "三十", "卌": "四十"}
_MOST = 12


def number_of(text: str) -> int | None:
    """Return a number; None if it is none.

    Examples
    --------
    >>> number_of("三十四"), number_of("一九五八"), number_of("元"), number_of("廿三")
    (34, 1958, 1, 23)
    """
    if not text or len(text) > _MOST:
        return None
    if text.isascii():
        return int(text) if text.isdecimal() else None
    if text in ("元", "正"):
        return 1
    text = "".join(_SHORT.get(c, c) for c in text)
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    if found := re.fullmatch(
        r"(?:([〇-鿿])千)?零?(?:([〇-鿿])百)?零?(?:([〇-鿿])?(十))?零?([〇-鿿])?", text
    ):
        thousand, hundred, tens, ten, one = found.groups()
        parts = [(thousand, 1000), (hundred, 100), (one, 1)]
        if any(c is not None and c not in _DIGITS for c, _ in parts) or (
            tens is not None and tens not in _DIGITS
        ):
            return None
        total = sum(_DIGITS[c] * unit for c, unit in parts if c is not None)
        if ten:
            total += 10 * (1 if tens is None else _DIGITS[tens])
        return total
    return None
