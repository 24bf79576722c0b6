"""Small coverages with a past, for acts to be tried on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import shapely

from diming.geometry.checksum import added, chain_sums, territory_key
from diming.history.apply import Outcome, apply
from diming.history.belief import Belief
from diming.model.changeset import Changeset
from diming.model.event import Event, EventType, UnitRef
from diming.model.notation import parse_units
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, Span, parse_when
from diming.model.unit import Level
from diming.model.version import Version

ALWAYS = Span(UNKNOWN_BEGIN, NOT_ENDED)


def unit(name: str, code: str, level: int = 3, parent: str | None = "p", **given: Any) -> Version:
    """Return a unit that has always stood; its id is its code."""
    return Version(f"u{code}", ALWAYS, Level(level), name, codes=(("ministry", code),),
                   parent_id=parent, **given)  # fmt: skip


def grid(columns: int = 3, rows: int = 2, size: float = 0.01) -> Belief:
    """Return counties 500101, 500102… in a grid of cells, below a province."""
    belief = Belief([replace(unit("重庆市", "500000", 1, None), unit_id="p")], crs="EPSG:4490")
    versions, shapes = [], {}
    for n in range(columns * rows):
        i, j = n % columns, n // columns
        shape = shapely.box(
            106 + i * size, 29 + j * size, 106 + (i + 1) * size, 29 + (j + 1) * size
        )
        key = territory_key(shape)
        shapes[key] = shape
        versions.append(unit(f"甲{n + 1}县", f"5001{n + 21:02d}", kind="县", territory=key))
    belief.append(Changeset(tuple(versions), territories=shapes))
    return belief


def event(kind: str, before: str, after: str, day: str = "2000-01-01", **given: Any) -> Event:
    """Return an act in the notation of event tables."""
    return Event(EventType(kind), parse_when(day), parse_units(before), parse_units(after), **given)


def record(belief: Belief, act: Event) -> Outcome:
    """Apply an act and take it in, if it fits."""
    outcome = apply(act, belief)
    if outcome.change is not None:
        belief.append(outcome.change)
    return outcome


def names(belief: Belief, day: str, level: int = 3) -> list[str]:
    """Return labels of what stood on a day."""
    return sorted(v.label for v in belief.at(date.fromisoformat(day), Level(level)))


def level_sum(belief: Belief, day: str, level: int = 3) -> int:
    """Return the checksum of a level on a day."""
    keys = [v.territory for v in belief.at(date.fromisoformat(day), Level(level))]
    shapes = belief.shapes({k for k in keys if k})
    drawn = np.array([shapes[k] for k in keys if k], dtype=object)
    return added(chain_sums(drawn).tolist())


def ref(text: str, **given: Any) -> UnitRef:
    """Return one unit of the notation, with more said of it."""
    return replace(parse_units(text)[0], **given)


def townships(belief: Belief, county: str = "500121", count: int = 4) -> Belief:
    """Give a county townships in a row, coded by both offices: 统计代码 is one higher."""
    above = belief.of_unit(f"u{county}")[0]
    west, south, east, north = belief.shapes([above.territory])[above.territory].bounds
    edges = np.linspace(west, east, count + 1).tolist()
    versions, shapes = [], {}
    for n in range(count):
        shape = shapely.box(edges[n], south, edges[n + 1], north)
        key = territory_key(shape)
        shapes[key] = shape
        code = f"{county}{n + 100}"
        one = unit(f"乙{n + 1}镇", code, 4, above.unit_id, kind="镇", territory=key)
        codes = (("ministry", code), ("nbs", f"{county}{n + 101}"))
        versions.append(replace(one, codes=codes))
    belief.append(Changeset(tuple(versions), territories=shapes))
    return belief


def held(belief: Belief, name: str, day: str = "2020-01-01") -> Version:
    """Return the one version of a name that held on a day."""
    (found,) = [v for v in belief.with_name(name) if v.holds(date.fromisoformat(day))]
    return found


def shape_of(belief: Belief, name: str, day: str = "2020-01-01") -> Any:
    """Return the shape of the one of a name on a day."""
    key = held(belief, name, day).territory
    return None if key is None else belief.shapes([key])[key]


def area_m2(shape: Any) -> float:
    """Return an area by pyproj's own geodesics: another way than the library's."""
    import pyproj

    return abs(pyproj.Geod(ellps="GRS80").geometry_area_perimeter(shape)[0])


def rules(outcome: Outcome) -> list[str]:
    """Return the rules of the findings that stand in the way, each once."""
    wrong = [f.rule for f in outcome.findings if f.severity == "error"]
    return list(dict.fromkeys(wrong))
