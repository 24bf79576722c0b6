"""An act asks for the units it concerns and their neighbours, however many others there are."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from diming.geometry.checksum import territory_key
from diming.history.apply import apply
from diming.history.belief import Belief
from diming.model.changeset import Changeset
from diming.model.event import Move, TerritoryKind
from history.drawn import event, ref, unit

SIZE = 0.01


class Counted(Belief):
    """A belief that counts the versions and shapes it hands out."""

    handed = 0

    def _count(self, found):
        self.handed += len(found)
        return found

    def of_unit(self, unit_id):
        return self._count(super().of_unit(unit_id))

    def with_code(self, system, code):
        return self._count(super().with_code(system, code))

    def with_name(self, name):
        return self._count(super().with_name(name))

    def children(self, unit_id):
        return self._count(super().children(unit_id))

    def at(self, day, level=None):
        return self._count(super().at(day, level))

    def near(self, bounds, begin, end, level):
        return self._count(super().near(bounds, begin, end, level))

    def shapes(self, keys):
        return self._count(super().shapes(keys))


def region(side):
    """Townships in a square grid, a hundred in each county."""
    top = replace(unit("重庆市", "500000", 1, None), unit_id="p")
    belief, shapes, versions = Counted([top], crs="EPSG:4490"), {}, []
    for n in range(side * side):
        county, serial = divmod(n, 100)
        code = f"50{county // 80 + 1:02d}{county % 80 + 20:02d}"
        if serial == 0:
            versions.append(unit(f"县{county}县", code, kind="县"))
        x, y = 106 + n % side * SIZE, 29 + n // side * SIZE
        shape = shapely.box(x, y, x + SIZE, y + SIZE)
        key = territory_key(shape)
        shapes[key] = shape
        versions.append(unit(f"镇{n}镇", f"{code}{serial + 100}", 4, f"u{code}", kind="镇",
                             territory=key))  # fmt: skip
    belief.append(Changeset(tuple(versions), territories=shapes))
    return belief


@pytest.fixture(scope="module")
def regions():
    return region(20), region(60)


INSIDE = shapely.box(106.055, 29.005, 106.06, 29.007)
PASSED = (Move(ref("镇5镇"), ref("镇6镇"), TerritoryKind.POLYGON, geometry=INSIDE),)


@pytest.mark.parametrize(
    "act",
    [
        event("convert", "镇5镇[500120105]", "镇5街道[500120005]"),
        event("merge", "镇5镇;镇6镇", "新镇[500120300]"),
        event("split", "镇5镇", "东镇[500120300];西镇[500120301]"),
        event("boundary", "~镇5镇", "~镇6镇", moves=PASSED),
        event("rename", "镇5镇", "好镇"),
        event("transfer", "镇5镇", "县1县"),
        event("recode", "县0县[500120]", "县0县[500199]"),
        event("abolish", "镇5镇", "~镇6镇"),
        event("abolish", "镇5镇", ""),
        event("establish", "~", "新街道[500120009]"),
        event("establish", "~", "新街道[509999009]"),
        event("convert", "县0县[500120]", "县0区[500103]"),
    ],
    ids=lambda a: f"{a.type}-{len(a.before)}-{len(a.after)}",
)
def test_an_act_costs_the_same_in_a_region_nine_times_as_large(regions, act):
    counts, verdicts = [], []
    for belief in regions:
        belief.handed = 0
        outcome = apply(act, belief)
        counts.append(belief.handed)
        verdicts.append([f.rule for f in outcome.findings])
    assert counts[0] == counts[1] < 1500
    assert verdicts[0] == verdicts[1]
