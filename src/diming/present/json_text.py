"""JSON as text, whatever it is about (JSON 文本)."""

from __future__ import annotations

import json
import math
import re
from numbers import Integral
from typing import Any

#: Characters that JSON allows as they are, but terminals and encoders do not bear.
_HARMFUL = re.compile(
    "[\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ud800-\\udfff\\ufeff]"
)


def dumps(value: Any, *, indent: int | None = None) -> str:
    """Return JSON text that a terminal can show and UTF-8 can hold.

    Chinese stays readable; control, bidi and surrogate characters are escaped.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return _HARMFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def rounded(value: float) -> int | float | None:
    """Return a number without false digits: at least six significant, and to a millionth.

    Examples
    --------
    >>> rounded(812.4000000001), rounded(0.000000123456789), rounded(float("nan"))
    (812.4, 1.23457e-07, None)
    """
    if isinstance(value, Integral):
        return int(value)
    number = float(value)
    if not math.isfinite(number):
        return None
    if number == 0:
        return 0.0
    return round(number, max(6, 5 - math.floor(math.log10(abs(number)))))
