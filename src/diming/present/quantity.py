"""Lengths, areas and numbers as a surveyor writes them."""

from __future__ import annotations

import math

from diming.present.language import N_, say

#: From which value on (metres), in which unit, and how many of them make a metre.
_LENGTHS: tuple[tuple[float, str, float], ...] = (
    (1000.0, N_("{number} km"), 0.001),
    (1.0, N_("{number} m"), 1.0),
    (0.01, N_("{number} cm"), 100.0),
    (0.0, N_("{number} mm"), 1000.0),
)
_AREAS: tuple[tuple[float, str, float], ...] = (
    (1_000_000.0, N_("{number} km²"), 1e-6),
    (10_000.0, N_("{number} ha"), 1e-4),
    (0.1, N_("{number} m²"), 1.0),
    (0.0, N_("{number} cm²"), 1e4),
)


def significant(value: float, digits: int = 4) -> str:
    """Return a number with so many significant digits, never in exponents.

    Examples
    --------
    >>> significant(812.43), significant(0.0012347), significant(123456.7)
    ('812.4', '0.001235', '123457')
    """
    if not math.isfinite(value):
        return "?"
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:.{min(decimals, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def length_text(metres: float, lang: str | None) -> str:
    """Return a length in mm, cm, m or km, whichever reads best.

    Examples
    --------
    >>> length_text(0.0042, "en"), length_text(1.02, "en"), length_text(12345, "en")
    ('4.2 mm', '1.02 m', '12.35 km')
    """
    if 0 < abs(metres) < 1e-6:
        return say(N_("less than {quantity}"), lang, quantity=length_text(1e-6, lang))
    return _scaled(metres, _LENGTHS, lang)


def area_text(square_metres: float, lang: str | None) -> str:
    """Return an area in cm², m², ha or km², whichever reads best.

    Examples
    --------
    >>> area_text(812.4, "en"), area_text(25000, "en")
    ('812.4 m²', '2.5 ha')
    """
    if 0 < abs(square_metres) < 1e-6:
        return say(N_("less than {quantity}"), lang, quantity=area_text(1e-6, lang))
    return _scaled(square_metres, _AREAS, lang)


def angle_text(degrees: float) -> str:
    """Return an angle in degrees."""
    return f"{significant(degrees, 3)}°"


def share_text(share: float) -> str:
    """Return a share of one as per cent; almost all is not rounded to all."""
    if share < 1 and round(share * 100, 1) >= 100:
        return "99.9%"
    return f"{significant(share * 100, 3)}%"


def _scaled(value: float, units: tuple[tuple[float, str, float], ...], lang: str | None) -> str:
    if value == 0 or not math.isfinite(value):
        unit, factor = next((u, f) for _, u, f in units if f == 1.0)
    else:
        unit, factor = next((u, f) for limit, u, f in units if abs(value) >= limit)
    return say(unit, lang, number=significant(value * factor))
