"""What codes, kinds and names say of the units of a list (名录识别)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.handbook.loader import load_handbook
from diming.model.code import parse_code
from diming.model.kind import KINDS_OF_TERM
from diming.model.unit import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Of provinces, whose names end in 省 or in the kind itself.
_PROVINCES = ("直辖市", "自治区", "特别行政区", "省")

#: Level of each kind that stands for one level only.
_LEVEL_OF_KIND: dict[str, Level] = {
    **{
        kind: level
        for level, terms in KINDS_OF_TERM.items()
        for kinds in terms.values()
        for kind in kinds
    },
    **dict.fromkeys(_PROVINCES, Level.PROVINCE),
}


def are_division_codes(pairs: Sequence[tuple[str, str]]) -> bool:
    """Tell whether codes are those of Chinese divisions: the national table knows half of them.

    Parameters
    ----------
    pairs
        Code and name of each unit; a code may be empty.
    """
    table = load_handbook().county_codes
    present = sure = 0
    for text, name in pairs:
        if not text:
            continue
        present += 1
        code = parse_code(text)
        if code is None:
            continue
        county = code.digits[:6]
        if code.level > Level.PREFECTURE:
            sure += table.known(county)
        else:
            # Two digits are soon met by chance: the name must agree. 内蒙, 黑龙, 石家.
            sure += code.is_summary_row or any(
                row.name[:2] == name[:2] for row in table.rows(county)
            )
    return present == 0 or 2 * sure >= present


def level_of_unit(name: str, kind: str) -> Level:
    """Return the level that a kind tells, or else the end of a name; unknown if neither does.

    Examples
    --------
    >>> level_of_unit("两江新区", "市辖区"), level_of_unit("大湾镇", "")
    (<Level.COUNTY: 3>, <Level.TOWNSHIP: 4>)
    """
    if kind:
        return _LEVEL_OF_KIND.get(kind, Level.UNKNOWN)
    if name.endswith(_PROVINCES):
        return Level.PROVINCE
    # 市 may be a prefecture or a county.
    levels = {
        level
        for level, terms in KINDS_OF_TERM.items()
        if any(name.endswith(term) and name != term for term in terms)
    }
    return levels.pop() if len(levels) == 1 else Level.UNKNOWN


def kind_of(name: str, level: Level) -> str:
    """Return the kind that the end of a name tells at a level; empty where it may be several.

    Examples
    --------
    >>> kind_of("綦江区", Level.COUNTY), kind_of("红椿乡", Level.TOWNSHIP)
    ('市辖区', '')
    """
    terms = KINDS_OF_TERM.get(level, {})
    kinds = next((kinds for term, kinds in terms.items() if name.endswith(term)), ())
    return kinds[0] if len(kinds) == 1 else ""
