"""What the last characters of a name, or a kind column, say of a division's kind (类别).

A term may stand for several kinds: 碑林区 ends in 林区 and is a district all
the same, 红椿乡 may be a 民族乡. Terms that say nothing certain are left out.
"""

from __future__ import annotations

from diming.model.unit import Level

#: Level → term at the end of a name → the kinds it can stand for. Longest term first.
KINDS_OF_TERM: dict[Level, dict[str, tuple[str, ...]]] = {
    Level.PREFECTURE: {
        "地级市": ("地级市",),
        "自治州": ("自治州",),
        "地区": ("地区",),
        "盟": ("盟",),
        "市": ("地级市",),
    },
    Level.COUNTY: {
        "市辖区": ("市辖区",),
        "县级市": ("县级市",),
        "自治县": ("自治县",),
        "自治旗": ("自治旗",),
        "林区": ("林区", "市辖区"),
        "特区": ("特区", "市辖区"),
        "县": ("县",),
        "旗": ("旗",),
        "区": ("市辖区",),
        "市": ("县级市",),
    },
    Level.TOWNSHIP: {
        "街道办事处": ("街道",),
        # 地区办事处 stand beside a 乡 or 镇 in Beijing and bear its code.
        "地区办事处": ("街道", "镇", "乡", "类似乡级单位"),
        "民族苏木": ("民族苏木",),
        "办事处": ("街道", "类似乡级单位"),
        "民族乡": ("民族乡",),
        "街道": ("街道",),
        "苏木": ("苏木", "民族苏木"),
        "镇": ("镇",),
        "乡": ("乡", "民族乡"),
    },
    # 社区 and 村 alone say nothing: 劳动新村 may well be a residents' committee.
    Level.VILLAGE: {
        "居民委员会": ("居委会",),
        "村民委员会": ("村委会",),
        "居委会": ("居委会",),
        "村委会": ("村委会",),
    },
}
