"""A small region with a past: two counties, five townships, what befell them."""

from __future__ import annotations

from dataclasses import replace

import shapely

from diming.model.changeset import Changeset
from diming.model.unit import Level
from history.memory import MEMORY, Belief, recorded

COUNTY, TOWNSHIP = Level.COUNTY, Level.TOWNSHIP


def box(x, y, width=0.1, height=0.1):
    """Return a cell, sizes in degrees, beside 106°E 29°N."""
    return shapely.box(106 + x, 29 + y, 106 + x + width, 29 + y + height)


def region() -> Belief:
    """Return what is believed at last.

    West county: 甲镇, 乙乡, and 丙乡 of which nobody knows where it is. East county:
    丁镇, 戊镇. In 2014 乙乡 becomes 乙街道; in 2016 a part of 丁镇 goes to 戊镇; in 2018
    甲镇 and 乙街道 become 新城街道; in 2020 it goes from the west to the east county.
    """
    b = Belief()
    b.unit("p", "渝市", level=Level.PROVINCE, code="500000", kind="直辖市")
    b.unit("w", "西县", None, "2020-01-01", box(0, 0, 0.3, 0.2), code="500201", parent="p",
           kind="县", ended_by=None)  # fmt: skip
    b.unit("w", "西县", "2020-01-01", None, box(0, 0, 0.3, 0.1), code="500201", parent="p",
           kind="县", began_by="t20")  # fmt: skip
    b.unit("e", "东区", None, "2020-01-01", box(0.3, 0, 0.3, 0.2), code="500101", parent="p",
           kind="市辖区", ended_by="t20")  # fmt: skip
    b.unit("e", "东区", "2020-01-01", None,
           shapely.union_all([box(0.3, 0, 0.3, 0.2), box(0, 0.1, 0.3)]),
           code="500101", parent="p", kind="市辖区", began_by="t20")  # fmt: skip

    def town(unit, name, begin, end, shape, code, parent, **more):
        b.unit(unit, name, begin, end, shape, level=TOWNSHIP, code=code, parent=parent, **more)

    town("a", "甲镇", None, "2018-05-01", box(0, 0.1), "500201100", "w", ended_by="m18")
    town("b", "乙乡", None, "2014-06-03", box(0.1, 0.1, 0.2), "500201200", "w", ended_by="c14")
    town("b2", "乙街道", "2014-06-03", "2018-05-01", box(0.1, 0.1, 0.2), "500201001", "w",
         began_by="c14", ended_by="m18")  # fmt: skip
    town("n", "新城街道", "2018-05-01", "2020-01-01", box(0, 0.1, 0.3), "500201002", "w",
         began_by="m18", ended_by="t20")  # fmt: skip
    town("n", "新城街道", "2020-01-01", None, box(0, 0.1, 0.3), "500101003", "e", began_by="t20")
    town("c", "丙乡", None, None, None, "500201201", "w")
    for begin, end, cut in ((None, "2016-03-01", 0.1), ("2016-03-01", None, 0.08)):
        by = {"ended_by": "b16"} if end else {"began_by": "b16"}
        town("d", "丁镇", begin, end, box(0.3, 0, cut, 0.2), "500101100", "e", **by)
        town("f", "戊镇", begin, end, box(0.3 + cut, 0, 0.3 - cut, 0.2), "500101101", "e", **by)
    b.act("c14", "2014-06-03", "convert", ["b"], ["b2"], [("b", "b2", None, 1.0, True)],
          document="渝府〔2014〕81号")  # fmt: skip
    b.act("b16", "2016-03-01", "boundary", ["d"], ["f"], [("d", "f", None, 0.2)])
    b.act("m18", "2018-05-01", "merge", ["a", "b2"], ["n"],
          [("a", "n", None, 1.0, True), ("b2", "n", None, 1.0, True)])  # fmt: skip
    b.act("t20", "2020-01-01", "transfer", ["n", "w"], ["e"], [("w", "e", None, 0.5)])
    return b


def archive(place=MEMORY):
    """Return an archive of three beliefs, r2 to r4: of one unit, with a name wrong, and at last."""
    last = region()
    first, second = Belief(), region()
    first.unit("a", "甲镇", None, None, box(0, 0.1), level=TOWNSHIP, code="500201100")
    right = [v for v in second.versions if v.name == "新城街道"]
    wrong = tuple(replace(v, row=None, name="新域街道") for v in right)
    second.append(Changeset(wrong, tuple(v.row for v in right)))
    return recorded(first, second, last, place=place)
