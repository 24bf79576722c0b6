"""Names of counties and above in the whole country since 1981 (全国县级以上区划名称)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from diming.handbook.loader import load_handbook
from diming.model.naming import Bearer, NameClass

if TYPE_CHECKING:
    from datetime import date

#: Years are known of most codes, not days: what ends and begins within one is one span.
_YEAR = 366


def _year(day: date) -> str:
    """Return the year alone of a first of January, which stands for it in the table."""
    return str(day.year) if (day.month, day.day) == (1, 1) else day.isoformat()


def _last_year(day: date) -> str:
    """Return the last year it held, of an end that stands for one; else the day it ended."""
    return str(day.year - 1) if (day.month, day.day) == (1, 1) else day.isoformat()


def national_names() -> list[Bearer]:
    """Return the names of counties and above since 1981, from the national table.

    A county that kept its name under another code is one bearer, with its last code.
    """
    codes = load_handbook().county_codes
    rows = sorted((r for c in codes.every() for r in codes.rows(c)), key=lambda r: r.begin)
    last = {row.code: row.name for row in rows}
    bearers: dict[str, list[Bearer]] = defaultdict(list)
    for row in rows:
        above = [c for c in (row.code[:2] + "0000", row.code[:4] + "00") if c != row.code]
        bearer = Bearer(
            id=row.code,
            text=row.name,
            code=row.code,
            name_class=NameClass.COUNTY,
            above=tuple(dict.fromkeys(last[c] for c in above if c in last)),
            begin=row.begin,
            end=row.end,
            since=_year(row.begin),
            until="" if row.end is None else _last_year(row.end),
        )
        same = bearers[row.name]
        for n, before in enumerate(same):
            if before.end is not None and abs((row.begin - before.end).days) <= _YEAR:
                same[n] = replace(bearer, begin=before.begin, since=before.since)
                break
        else:
            same.append(bearer)
    return [bearer for same in bearers.values() for bearer in same]
