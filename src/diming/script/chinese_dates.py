"""Dates in Chinese words: 1997年6月, 民国三十年, 清乾隆年间, 五十年代, 解放前 (中文时间).

What is read is the time that something may have been: 1958年以前 reaches to the end of
that year, for nobody says when in it; 解放前 ends on the day itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.script.era_dates import read_era
from diming.script.moments import Ending, Stretch
from diming.script.year_words import read_years

if TYPE_CHECKING:
    from diming.handbook.eras import Eras

_NOW = frozenset([
    "今", "至今", "现今", "现在", "现", "目前", "如今", "当今", "现行", "现用", "在用", "现存",
    "沿用至今", "使用至今", "延续至今", "沿用", "迄今",
])  # fmt: skip
_PAST = frozenset(
    ["历史", "曾用", "过去", "以往", "旧时", "昔", "往昔", "旧", "历史上", "原", "已废", "废止"]
)
_UNTOLD = frozenset(
    ["不详", "未知", "无考", "待考", "不明", "无", "年代不详", "时间不详", "具体时间不详", "失考"]
)


def read_chinese(text: str, eras: Eras) -> Stretch | None:
    """Read a date in Chinese words, without what may stand around it; None if it is none.

    Raises
    ------
    BadDate
        If its form is right and the date impossible.
    """
    if text in _NOW:
        return Stretch(ending=Ending.OPEN)
    if text in _PAST or text in _UNTOLD:
        return Stretch()
    bound = read_years(text)
    return read_era(text, eras) if bound is None else Stretch(bound, bound)
