"""Coverages and acts drawn at random, for whatever must hold of all of them."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.geometry.checksum import territory_key
from diming.history.belief import Belief
from diming.model.changeset import Changeset
from diming.model.event import Event, EventType, Move, TerritoryKind, UnitRef
from diming.model.span import When
from diming.model.unit import Level
from diming.model.version import Version
from history.drawn import unit

if TYPE_CHECKING:
    from random import Random

CRS = "EPSG:4545"
#: Where the counties lie, and how wide each is, in metres.
WEST, SOUTH, SIZE = 359_000.0, 3_272_000.0, 1000.0
FIRST = date(2000, 1, 1)

#: Acts that fit, and those that never do.
FITTING = (
    "convert", "merge", "split", "reorganise", "boundary", "rename", "transfer", "seat", "proxy",
    "recode", "abolish", "establish", "correction",
)  # fmt: skip
UNFIT = ("code", "dead", "lost", "gained", "name")


def grid_cells(random: Random, columns: int, rows: int) -> list[Any]:
    """Cells whose corners are moved at random, so that no border is straight."""
    corner = {
        (i, j): (
            WEST + SIZE * (i + random.uniform(-0.3, 0.3)),
            SOUTH + SIZE * (j + random.uniform(-0.3, 0.3)),
        )
        for i in range(columns + 1)
        for j in range(rows + 1)
    }
    return [
        shapely.Polygon([corner[i, j], corner[i, j + 1], corner[i + 1, j + 1], corner[i + 1, j]])
        for i in range(columns)
        for j in range(rows)
    ]


def voronoi_cells(random: Random, count: int) -> list[Any]:
    """Cells of random points that reach no further than the points themselves."""
    side = SIZE * math.sqrt(count)
    points = shapely.MultiPoint(
        [
            (WEST + random.uniform(0, side), SOUTH + random.uniform(0, side))
            for _ in range(2 * count)
        ]
    )
    window = shapely.box(*points.bounds)
    return [c for c in shapely.voronoi_polygons(points).geoms if window.covers(c)]


def draw_region(random: Random) -> Belief:
    """Counties below two provinces; some are several cells merged."""
    cells = voronoi_cells(random, random.randint(5, 9)) if random.random() < 0.5 else []
    if len(cells) < 4:
        cells = grid_cells(random, random.randint(2, 3), random.randint(2, 4))
    while len(cells) > 4 and random.random() < 0.4:
        cells = _one_merged(random, cells)
    tops = [
        replace(unit("甲省", "500000", 1, None), unit_id="p"),
        replace(unit("乙省", "510000", 1, None), unit_id="q"),
    ]
    belief = Belief(tops, crs=CRS)
    versions, shapes = [], {}
    for n, shape in enumerate(cells):
        key = territory_key(shape)
        shapes[key] = shape
        versions.append(unit(f"甲{n}县", f"5001{n + 21:02d}", kind="县", territory=key))
    belief.append(Changeset(tuple(versions), territories=shapes))
    return belief


def _one_merged(random: Random, cells: list[Any]) -> list[Any]:
    one = random.choice(cells)
    near = [c for c in cells if c is not one and one.touches(c) and one.intersection(c).length]
    if not near:
        return cells
    other = random.choice(near)
    whole = shapely.coverage_union(one, other)
    return [c for c in cells if c is not one and c is not other] + [whole]


class Draw:
    """Acts one after the other, each some days after the last."""

    def __init__(self, random: Random, belief: Belief) -> None:
        self.random, self.belief = random, belief
        self.day, self.number = FIRST, 0

    def act(self, kinds: tuple[str, ...] = FITTING + UNFIT) -> tuple[str, Event]:
        """Return the next act, with what kind it is."""
        self.day += timedelta(days=self.random.randint(1, 400))
        self.number += 1
        self.units = self.belief.at(self.day, Level.COUNTY)
        kind = self.random.choice(kinds)
        return kind, getattr(self, f"_{kind}")()

    def _event(self, kind: str, before: Any, after: Any, **given: Any) -> Event:
        return Event(EventType(kind), When(self.day), tuple(before), tuple(after), **given)

    def _some(self, count: int) -> list[Version]:
        return self.random.sample(self.units, count)

    def _new(self, ordinal: int = 0, parent: str = "50", **given: Any) -> UnitRef:
        code = f"{parent}{self.number:02d}{ordinal + 51:02d}"
        return UnitRef(f"乙{self.number}之{ordinal}县", code, level=Level.COUNTY,
                       parent=UnitRef(unit_id="p"), **given)  # fmt: skip

    def _shape(self, version: Version) -> Any:
        assert version.territory is not None
        return self.belief.shapes([version.territory])[version.territory]

    def _line(self, shape: Any) -> Any:
        """A line of some bends right through a shape."""
        x, y = shape.representative_point().coords[0]
        angle = self.random.uniform(0, math.pi)
        far = 2 * SIZE * 8
        bend = self.random.uniform(-60, 60)
        dx, dy = math.cos(angle), math.sin(angle)
        first, last = (x - far * dx, y - far * dy), (x + far * dx, y + far * dy)
        return shapely.LineString([first, (x - bend * dy, y + bend * dx), last])

    def _patch(self, giver: Any, taker: Any) -> Any:
        """Ground along the border of two units, or anywhere in the giver if they do not meet."""
        border = giver.intersection(taker)
        point = (border if border.length else giver).representative_point()
        wide = self.random.uniform(40, 250)
        return shapely.buffer(point, wide, quad_segs=self.random.randint(1, 3))

    def _convert(self) -> Event:
        (one,) = self._some(1)
        return self._event("convert", [of(one)], [replace(self._new(), name=f"乙{self.number}区")])

    def _merge(self) -> Event:
        return self._event("merge", map(of, self._some(2)), [self._new()])

    def _split(self) -> Event:
        (one,) = self._some(1)
        left, right = self._new(0), self._new(1)
        moves = (
            Move(of(one), left, TerritoryKind.LINE, self._line(self._shape(one))),
            Move(of(one), right, TerritoryKind.WHOLE),
        )
        return self._event("split", [of(one)], [left, right], moves=moves)

    def _reorganise(self) -> Event:
        one, two = self._some(2)
        first, second = self._new(0), self._new(1)
        line = self._line(self._shape(one))
        moves = (
            Move(of(one), first, TerritoryKind.LINE, line, "left"),
            Move(of(one), second, TerritoryKind.LINE, line, "right"),
            Move(of(two), second, TerritoryKind.WHOLE),
        )
        return self._event("reorganise", [of(one), of(two)], [first, second], moves=moves)

    def _boundary(self) -> Event:
        one, two = self._some(2)
        patch = self._patch(self._shape(one), self._shape(two))
        moves = (Move(of(one), of(two), TerritoryKind.POLYGON, patch),)
        return self._event("boundary", [part(one)], [part(two)], moves=moves)

    def _rename(self) -> Event:
        (one,) = self._some(1)
        name = f"丙{self.number}{one.name[-1]}"
        return self._event("rename", [of(one)], [UnitRef(name, one.code())])

    def _transfer(self) -> Event:
        (one,) = self._some(1)
        to = "q" if one.parent_id == "p" else "p"
        return self._event("transfer", [of(one)], [UnitRef(unit_id=to)])

    def _seat(self) -> Event:
        (one,) = self._some(1)
        return self._event("seat", [of(one)], [replace(of(one), seat=f"某{self.number}镇")])

    def _proxy(self) -> Event:
        return self._event("proxy", map(of, self._some(2)), [UnitRef(f"某{self.number}开发区")])

    def _recode(self) -> Event:
        (one,) = self._some(1)
        return self._event("recode", [of(one)], [replace(of(one), code=self._new().code)])

    def _abolish(self) -> Event:
        one, two = self._some(2)
        return self._event("abolish", [of(one)], [part(two)])

    def _establish(self) -> Event:
        (one,) = self._some(1)
        new = self._new()
        patch = shapely.buffer(self._shape(one).representative_point(), 60, quad_segs=2)
        moves = (Move(of(one), new, TerritoryKind.POLYGON, patch),)
        return self._event("establish", [part(one)], [new], moves=moves)

    def _correction(self) -> Event:
        (one,) = self._some(1)
        return self._event("correction", [of(one)], (), changes=(("seat", f"丁{self.number}镇"),))

    def _code(self) -> Event:
        one, two = self._some(2)
        taken = replace(self._new(), code=two.code() or "500000", level=Level.COUNTY)
        return self._event("convert", [of(one)], [taken])

    def _dead(self) -> Event:
        return self._event("rename", [UnitRef("无县", "509999")], [UnitRef("也无县", "509999")])

    def _lost(self) -> Event:
        (one,) = self._some(1)
        return self._event("abolish", [of(one)], [])

    def _gained(self) -> Event:
        (one,) = self._some(1)
        wider = shapely.buffer(self._shape(one), 50, join_style="mitre")
        return self._event("convert", [of(one)], [self._new(geometry=wider)])

    def _name(self) -> Event:
        one, two = self._some(2)
        same = replace(self._new(), name=two.name, parent=UnitRef(unit_id=two.parent_id))
        return self._event("convert", [of(one)], [same])


def of(version: Version) -> UnitRef:
    """A unit by its id, as a program names it."""
    return UnitRef(version.name, unit_id=version.unit_id)


def part(version: Version) -> UnitRef:
    """A part of a unit."""
    return replace(of(version), part=True)


def coverage(belief: Any, day: date, level: Level = Level.COUNTY) -> Any:
    """The shapes of a level on a day."""
    keys = [v.territory for v in belief.at(day, level)]
    shapes = belief.shapes({k for k in keys if k})
    return np.array([shapes[k] for k in keys if k], dtype=object)
