"""What may be left off the end of a name when it is looked for (通名省略).

磁器口 is looked for, 磁器口街道 is on record. This says less than the rules of
spelling do: only which endings leave a name that can still be told. Keys in archives are
made with it (`diming.script.keys`), so what is changed here changes
`diming.script.keys.EDITION` too.
"""

from __future__ import annotations

import re

from diming.handbook.peoples import PEOPLES

_ENDINGS = """
    省 市 县 区 旗 盟 镇 乡 村 州 府 厅 道 路 街 巷 里 社 组 司 卫 军 郡
    自治区 特别行政区 自治州 自治县 自治旗 地区 林区 特区 市辖区 县级市 矿区 新区 工矿区
    民族乡 民族镇 苏木 街道 街道办事处 办事处 社区 行政村 自然村 村委会 村民委员会 居委会
    居民委员会 社区居委会 社区居民委员会 村社区 公社 人民公社 大队 生产队 管理区 管理所
    农场 林场 茶场 牧场 园区 开发区 经济开发区 经济技术开发区 工业园区 风景区 直隶厅 直隶州
    土司 宣慰司 宣抚司 安抚司 大道 大街 胡同 小区 小组 村民小组
"""

#: The longest that fits is left off, once. Endings of one character that natural
#: villages bear as part of the word (湾, 沟, 坪) are none.
ENDINGS = tuple(_ENDINGS.split())

#: Least that must be left.
_LEAST = 2

_ENDING = re.compile(rf"^(.{{{_LEAST},}}?)(?:{'|'.join(sorted(ENDINGS, key=len, reverse=True))})$")

#: The same in letters, those that are common.
_IN_LETTERS = re.compile(
    "^(.{3,}?)(?:jiedao|shequ|zizhixian|minzuxiang|cunweihui|juweihui|cun|zhen|xiang|xian|qu|shi"
    "|sheng|lu|jie|dadao)$"
)

#: Peoples that stand in the names of autonomous units, and no word that ends in 族 else.
_PEOPLES = re.compile(f"(?:各族|(?:{'|'.join(PEOPLES)})族)+$")


def without_ending(text: str) -> str:
    """Return a name without its generic term; the name itself where too little would be left.

    Examples
    --------
    >>> without_ending("磁器口街道"), without_ending("石柱土家族自治县")
    ('磁器口', '石柱')
    >>> without_ending("忠县"), without_ending("李家湾")
    ('忠县', '李家湾')
    """
    found = _ENDING.match(text)
    left = found.group(1) if found else text
    if found:
        shorter = _PEOPLES.sub("", left)
        if len(shorter) >= _LEAST:
            left = shorter
    return left


def without_ending_in_letters(letters: str) -> str:
    """Return joined letters without a generic term in pinyin.

    Examples
    --------
    >>> without_ending_in_letters("ciqikoujiedao"), without_ending_in_letters("zhongxian")
    ('ciqikou', 'zhong')
    """
    found = _IN_LETTERS.match(letters)
    return found.group(1) if found else letters
