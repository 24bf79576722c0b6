"""Levels of division (区划级别)."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """Level of a division (级别)."""

    UNKNOWN = 0
    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3
    TOWNSHIP = 4
    VILLAGE = 5


#: Words for levels that occur in data, besides the numbers 1-5.
LEVEL_WORDS: dict[str, Level] = {
    "province": Level.PROVINCE, "省": Level.PROVINCE, "省级": Level.PROVINCE,
    "prefecture": Level.PREFECTURE, "city": Level.PREFECTURE, "地": Level.PREFECTURE,
    "地级": Level.PREFECTURE, "county": Level.COUNTY, "district": Level.COUNTY,
    "县": Level.COUNTY, "县级": Level.COUNTY, "区县": Level.COUNTY,
    "township": Level.TOWNSHIP, "town": Level.TOWNSHIP, "street": Level.TOWNSHIP,
    "乡": Level.TOWNSHIP, "乡级": Level.TOWNSHIP, "乡镇": Level.TOWNSHIP,
    "village": Level.VILLAGE, "村": Level.VILLAGE, "村级": Level.VILLAGE,
}  # fmt: skip


def parse_level(value: object) -> Level:
    """Read a level given as number or word; `Level.UNKNOWN` if it says nothing.

    Examples
    --------
    >>> parse_level("乡级")
    <Level.TOWNSHIP: 4>
    >>> parse_level(3.0)
    <Level.COUNTY: 3>
    """
    text = str(value).strip().lower()
    if text in LEVEL_WORDS:
        return LEVEL_WORDS[text]
    try:
        number = float(text)
    except ValueError:
        return Level.UNKNOWN
    return Level(int(number)) if number in (1, 2, 3, 4, 5) else Level.UNKNOWN
