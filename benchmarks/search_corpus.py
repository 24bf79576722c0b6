"""400,000 names as a region the size of Chongqing has them, drawn from a seed (语料).

Real are the 11,270 village names of 2023 (`search_seeds.txt.gz`; NBS codes by way of the npm
package china-division 2.7.0, MIT) and the county and township names of `data/placenames`, former
ones among them. The rest is drawn as the second census counted: hamlets, roads, waters and
heights, facilities. What is before the generic term is written by the characters that follow each
other in real names (a Markov chain over pairs, with their frequencies), so that common morphemes
are common and names repeat as they do.
"""

from __future__ import annotations

import csv
import gzip
import random
import re
from bisect import bisect
from collections import Counter, defaultdict
from itertools import accumulate
from pathlib import Path

HERE = Path(__file__).parent
PLACENAMES = HERE.parent / "data" / "placenames"

#: Share of the drawn names, and the generic terms with their weights.
_KINDS = {
    "hamlet": (
        0.55,
        "湾 14 坝 8 坪 10 沟 9 院子 8 房子 6 屋基 5 湾子 4 堡 5 岭 4 岩 4 坡 5 咀 4 "
        "塘 4 田 4 井 3 垭口 4 槽 2 林 3 坨 1 沱 2 塆 2 凼 2 磅 1 新屋 2 老屋 2 "
        "大院 2 祠堂 2 组 6",
    ),
    "road": (
        0.1,
        "路 10 街 6 巷 4 支路 3 大道 2 一路 1 二路 1 正街 1 横街 1 东路 1 西路 1",
    ),
    "nature": (
        0.13,
        "山 8 河 7 溪 6 沟 6 岩 4 洞 4 滩 3 梁 4 峡 1 寨 4 垭 3 包 5 坝 3 泉 1 瀑布 1",
    ),
    "facility": (
        0.22,
        "小学 6 中学 2 水库 5 大桥 5 卫生院 2 寺 4 庙 3 煤矿 2 电站 3 渡口 2 车站 2 "
        "敬老院 2 公园 3 小区 6 花园 5 市场 2 大厦 3 隧道 2 加油站 2 水厂 1 公墓 1 "
        "农场 1 林场 1",
    ),
}

_SURNAMES = (
    "李 90 王 85 张 84 刘 65 陈 70 杨 60 黄 42 周 42 吴 36 罗 34 唐 26 冉 18 "
    "谭 30 向 20 何 32 郭 22 田 20 曾 24 谢 22 邓 26 胡 28 彭 22 蒋 22 余 20 "
    "秦 16 袁 18 熊 16 龚 12 廖 18 冯 16 石 14 程 14 任 14 文 14 傅 10 付 6 "
    "苏 10 沈 8 范 12 魏 10 雷 12 汪 12 夏 14 郑 12 徐 16 朱 14 高 10 马 12 牟 8 "
    "覃 8 游 8 骆 6 代 8 戴 5 梁 10 宋 10 蒲 8 赖 6 叶 8 钟 12 姚 8 贺 8 万 8 "
    "卢 8 聂 6 舒 5 简 4 况 4 阳 3 欧 4 申 5 庞 4 税 2 鲜 2 敖 3 晏 4 幸 3 危 1 "
    "喻 4 涂 5 艾 3 古 4 易 5 辜 3"
)

#: Endings of the real names that are no part of what is written before them.
_ENDING = re.compile(r"(?:社区|村|街道|镇|乡)+$")


def seeds() -> list[str]:
    """Return the real village names, as often as they occur."""
    return gzip.decompress((HERE / "search_seeds.txt.gz").read_bytes()).decode().split("\n")


def divisions() -> list[str]:
    """Return the names of counties and townships, former ones too, each once."""
    found: dict[str, None] = {}
    for file, columns in (
        ("chongqing_county_codes.csv", ("name",)),
        ("chongqing_townships_nbs_2022.csv", ("name",)),
        ("chongqing_township_changes_2014_2023.csv", ("old_name", "new_name")),
    ):
        with (PLACENAMES / file).open(encoding="utf-8-sig", newline="") as source:
            for row in csv.DictReader(source):
                found.update((row[c], None) for c in columns if row[c])
    with (PLACENAMES / "chongqing_events.csv").open(encoding="utf-8-sig", newline="") as source:
        for row in csv.DictReader(source):
            for units in (row["units_before"], row["units_after"]):
                for unit in re.findall(r"[\u4e00-\u9fff]{2,}(?=\[|;|$|~)", units):
                    found[unit] = None
    return list(found)


def corpus(count: int = 400_000, seed: int = 0) -> list[str]:
    """Return so many names, the real ones first."""
    names = divisions() + seeds()
    draw = random.Random(seed)
    real = list(names)
    chain = Chain([_ENDING.sub("", n) for n in names])
    surname = _weighted(_SURNAMES)
    kinds = [(k, _weighted(endings)) for k, (_, endings) in _KINDS.items()]
    shares = list(accumulate(share for share, _ in _KINDS.values()))
    while len(names) < count:
        kind, endings = kinds[bisect(shares, draw.random() * shares[-1])]
        ending = draw.choices(*endings)[0]
        if kind == "hamlet" and draw.random() < 0.4:
            middle = draw.choices(("家", "", "氏", "家大", "家老", "家上", "家下"),
                                  (60, 12, 1, 6, 5, 3, 3))[0]  # fmt: skip
            before = draw.choices(*surname)[0] + middle
        elif kind == "facility" and draw.random() < 0.5:
            # 骡坪镇中心小学, 龙洞村水库.
            before = draw.choice(real)
            if draw.random() < 0.3:
                before += draw.choice(("中心", "第一", "第二", "老", "新"))
        else:
            before = chain.word(draw)
        names.append(before if before.endswith(ending) else before + ending)
    return names[:count]


class Chain:
    """Characters that follow one another in words, with their frequencies."""

    def __init__(self, words: list[str]) -> None:
        follows: dict[str, Counter[str]] = defaultdict(Counter)
        for word in words:
            for this, that in zip("^" + word, word + "$", strict=True):
                follows[this][that] += 1
        self._follows = {
            c: (list(n), list(accumulate(n.values()))) for c, n in sorted(follows.items())
        }

    def word(self, draw: random.Random) -> str:
        """Return a word of one to four characters, most of two or three."""
        while True:
            word, last = "", "^"
            while last != "$" and len(word) < 5:
                to, sums = self._follows[last]
                last = to[bisect(sums, draw.random() * sums[-1])]
                word += last
            word = word.rstrip("$")
            if len(word) <= 4 and (len(word) > 1 or draw.random() < 0.3):
                return word


def _weighted(text: str) -> tuple[list[str], list[int]]:
    parts = text.split()
    return parts[::2], [int(n) for n in parts[1::2]]
