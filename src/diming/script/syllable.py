"""Letters as syllables: which they may be, and how alike they sound (音节)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SYLLABLES = """
    a ai an ang ao ba bai ban bang bao bei ben beng bi bian biang biao bie bin bing bo bu ca cai
    can cang cao ce cei cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua
    chuai chuan chuang chui chun chuo ci cong cou cu cuan cui cun cuo da dai dan dang dao de dei
    den deng di dia dian diao die ding diu dong dou du duan dui dun duo e ei en eng er fa fan fang
    fei fen feng fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai guan guang gui
    gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia
    jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke kei ken keng kong
    kou ku kua kuai kuan kuang kui kun kuo la lai lan lang lao le lei leng li lia lian liang liao
    lie lin ling liu lo long lou lu luan lun luo lü lüe ma mai man mang mao me mei men meng mi mian
    miao mie min ming miu mo mou mu na nai nan nang nao ne nei nen neng ni nian niang niao nie nin
    ning niu nong nou nu nuan nun nuo nü nüe o ou pa pai pan pang pao pei pen peng pi pian piao pie
    pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang rao
    re ren reng ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan
    shang shao she shei shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou
    su suan sui sun suo ta tai tan tang tao te tei teng ti tian tiao tie ting tong tou tu tuan tui
    tun tuo wa wai wan wang wei wen weng wo wu xi xia xian xiang xiao xie xin xing xiong xiu xu
    xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun za zai zan zang zao ze
    zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu zhua zhuai zhuan
    zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo
"""

#: All syllables of the standard language without tones.
SYLLABLES = frozenset(_SYLLABLES.split())

_LONGEST = max(map(len, SYLLABLES))

_DIAERESIS = "\u0308"

#: In this order: what people who speak the dialect of Sichuan and Chongqing write for one another.
_ALIKE = (
    ("ü", "u"), ("v", "u"), ("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"),
    ("hu", "f"), ("fu", "f"),
)  # fmt: skip


def bare(letters: str) -> str:
    """Return letters without the marks and digits of tones; ü stays.

    Examples
    --------
    >>> bare("Cíqìkǒu lǚ3").lower()
    'ciqikou lü'
    """
    parted = unicodedata.normalize("NFD", letters)
    kept = "".join(c for c in parted if c == _DIAERESIS or not unicodedata.combining(c))
    return re.sub(r"(?<=[A-Za-zü])[1-5]", "", unicodedata.normalize("NFC", kept))


def sound(letters: str) -> str:
    """Return joined letters as they sound to who tells neither zh from z nor l from n.

    Examples
    --------
    >>> sound("zhangjiawan") == sound("zanjiawan"), sound("longhua") == sound("nonghua")
    (True, True)
    """
    for this, that in _ALIKE:
        letters = letters.replace(this, that)
    return letters


@lru_cache(maxsize=4096)
def parted(word: str) -> tuple[str, ...]:
    """Return the syllables of a word in letters; what is none stands for an initial.

    The fewest parts win, then the fewest that are no syllable, then the longest first.

    Examples
    --------
    >>> parted("ciqikou"), parted("ciqk"), parted("cqk")
    (('ci', 'qi', 'kou'), ('ci', 'q', 'k'), ('c', 'q', 'k'))
    """
    word = word.replace("v", "ü")
    best: list[tuple[int, int, tuple[str, ...]]] = [(0, 0, ())]
    for end in range(1, len(word) + 1):
        found = []
        for begin in range(max(0, end - _LONGEST), end):
            part = word[begin:end]
            broken, count, before = best[begin]
            if part in SYLLABLES:
                found.append((broken, count + 1, (*before, part)))
            elif len(part) == 1 or part in ("zh", "ch", "sh"):
                found.append((broken + 1, count + 1, (*before, part)))
        best.append(min(found, key=lambda f: (f[0], f[1], [-len(p) for p in f[2]])))
    return best[-1][2]
