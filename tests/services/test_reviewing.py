"""Proposed names reviewed against an archive: units of today and before, and places."""

from datetime import date

import pytest

from diming.errors import UsageError
from diming.model.entry import Entry, Matter
from diming.model.namechange import NameChange
from diming.model.naming import NameClass, Proposal
from diming.model.place import Name, NameKind, Place, Told
from diming.model.span import Span, parse_when
from diming.model.unit import Level
from diming.services.reviewing import review
from history.memory import Belief, recorded
from history.scenes import box

DAY = date(2026, 1, 1)
TOWNSHIP, VILLAGE = Level.TOWNSHIP, Level.VILLAGE


def region():
    """Return two provinces; 兴隆镇 stands in two counties of one, and in the other."""
    b = Belief()
    b.unit("p", "渝市", level=Level.PROVINCE, code="500000")
    b.unit("q", "川省", level=Level.PROVINCE, code="510000")
    b.unit("w", "西县", None, None, box(0, 0), code="500201", parent="p")
    b.unit("e", "东县", None, None, box(1, 0), code="500202", parent="p")
    b.unit("s", "南县", None, None, box(2, 0), code="510201", parent="q")

    def town(unit, name, parent, begin=None, end=None, shape=None, code=None):
        b.unit(unit, name, begin, end, shape, level=TOWNSHIP, parent=parent, code=code)

    town("w1", "兴隆镇", "w", "1998-03", None, box(0, 0, 0.02, 0.02), "500201100")
    town("e1", "兴隆镇", "e", None, None, None, "500202100")
    town("e2", "兴农乡", "e", code="500202200")
    town("e3", "双桥镇", "e", None, "2005-07-01", code="500202101")
    town("e3", "新桥镇", "e", "2005-07-01", None, code="500202101")
    town("s1", "兴隆镇", "s", code="510201100")
    b.unit("v1", "石桥村", level=VILLAGE, parent="w1", code="500201100201")
    b.unit("v2", "石桥村", level=VILLAGE, parent="e1", code="500202100201")
    # 高山村 goes from the west to the east county in 2010, with another code.
    b.unit("v3", "高山村", None, "2010-01-01", level=VILLAGE, parent="w1", code="500201100202")
    b.unit("v3", "高山村", "2010-01-01", None, level=VILLAGE, parent="e1", code="500202100202")
    return b


def place(place_id, text, class_code, within, *, when=None, kind=NameKind.STANDARD, lon=None):
    told = Told("", Span() if when is None else Span(*map(parse_when, when)))
    return (
        Place(place_id, class_code=class_code, within_id=within, lon=lon, lat=lon and 29.05,
              within=("渝市", "西县")),
        Name(f"n-{place_id}-{text}", place_id, text, kind=kind, when=told),
    )  # fmt: skip


@pytest.fixture(scope="module")
def store():
    found = recorded(region())
    told = [
        place("p-1", "人民路", "23100", "w1", lon=106.05),
        place("p-2", "阳光小区", "22200", "w", lon=106.01),
        place("p-3", "人名路", "23100", "e"),
        place("p-4", "铜锣山", "13100", "s", lon=108.0),
        place("p-5", "磁器街", "23100", "w", when=("1950", "1970")),
        place("p-6", "老君路", "23100", "w", kind=NameKind.FORMER),
        place("p-8", "新民村村民委员会", "21500", "w1"),
        place("p-7", "解放路", "23100", "w", kind=NameKind.SHORT),
    ]
    entries = (Entry("h-1", Matter.HERITAGE, 1, date(2019, 1, 1), "listed", "p-5"),)
    with found.write(author="t", reason="places") as writer:
        writer.append_names(
            NameChange(tuple(p for p, _ in told), tuple(n for _, n in told), entries)
        )
    yield found
    found.close()


def like(store, name, **more):
    """Return who bears a like name, and how."""
    day = more.pop("day", DAY)
    (found,) = review(store, [Proposal(name, **more)], day=day)
    return {
        (f.facts["bearer_id"], f.facts["reason"]): f
        for f in found.findings
        if "bearer_id" in f.facts
    }


def test_townships_are_unique_in_their_province(store):
    found = like(store, "兴隆镇", within="西县")
    assert set(found) == {("w1", "exact"), ("e1", "exact"), ("e2", "near")}
    assert found["w1", "exact"].facts["since"] == "1998-03"
    assert found["e1", "exact"].facts["since"] == ""
    assert found["w1", "exact"].units == ("500201100",)
    assert found["e1", "exact"].facts["above"] == "渝市/东县"


def test_distances_are_between_what_is_known(store):
    far = like(store, "兴隆镇", within="西县", lon=106.05, lat=29.05)["e1", "exact"]
    # From the point to the middle of the county: its own ground is not known.
    assert far.measures["distance_m"] == pytest.approx(97_300, rel=0.01)
    assert far.facts["between"] == ["兴隆镇", "东县"]
    near = like(store, "兴隆镇", within="西县", lon=106.05, lat=29.05)["w1", "exact"]
    assert near.facts["between"] == []
    assert near.at == pytest.approx((106.01, 29.01))


def test_former_names_are_told_with_their_end(store):
    found = like(store, "双桥镇", within="西县")
    assert set(found) == {("e3", "former")}
    assert found["e3", "former"].facts["until"] == "2005-07-01"
    assert set(like(store, "双桥镇", within="西县", day=date(2004, 1, 1))) == {("e3", "exact")}


def test_a_unit_that_is_renamed_keeps_out_of_it(store):
    found = like(store, "兴隆乡", within="西县", instead_of="500201100")
    assert {key[0] for key in found} == {"e1", "e2"}


def test_villages_are_unique_in_their_county(store):
    assert set(like(store, "石桥村", within="西县")) == {("v1", "exact")}
    assert set(like(store, "石桥村", within="西县/兴隆镇")) == {("v1", "exact")}


def test_a_village_and_its_committee_are_one_name(store):
    assert set(like(store, "新民村", within="西县")) == {("p-8", "exact")}
    assert set(like(store, "新民社区居民委员会", within="西县")) == {("p-8", "specific")}
    assert set(like(store, "石桥村民委员会", within="西县")) == {("v1", "exact")}


def test_what_went_to_another_county_counts_there(store):
    assert like(store, "高山村", within="西县") == {}
    east = like(store, "高山村", within="东县")["v3", "exact"]
    assert (east.units, east.facts["above"]) == (("500202100202",), "渝市/东县/兴隆镇")
    before = like(store, "高山村", within="西县", day=date(2009, 1, 1))["v3", "exact"]
    assert (before.units, before.facts["above"]) == (("500201100202",), "渝市/西县/兴隆镇")


def test_counties_are_held_against_the_whole_country(store):
    found = like(store, "朝阳区", within="渝市")
    codes = {f.units[0] for (_, reason), f in found.items() if reason == "exact"}
    assert {"110105", "220104"} <= codes
    assert {"500201"} & codes == set()


def test_without_an_archive_counties_can_be_compared_and_others_not():
    assert ("110105", "exact") in like(None, "朝阳区")
    (found,) = review(None, [Proposal("兴隆镇")], day=DAY)
    assert "scope-unknown" in {f.facts["reason"] for f in found.findings}
    with pytest.raises(UsageError):
        review(None, [Proposal("兴隆镇", within="西县")], day=DAY)


def test_streets_are_held_against_places_within(store):
    found = like(store, "人民路", within="西县", lon=106.06, lat=29.05)
    assert set(found) == {("p-1", "exact")}
    finding = found["p-1", "exact"]
    assert finding.facts["above"] == "渝市/西县/兴隆镇"
    assert finding.measures["distance_m"] == pytest.approx(973, rel=0.01)
    assert finding.facts["between"] == []
    assert set(like(store, "人民街", within="西县")) == {("p-1", "specific")}
    assert set(like(store, "人民路", within="东县")) == {("p-3", "near")}


def test_housing_is_compared_by_its_specific_part(store):
    found = like(store, "阳光花园", name_class=NameClass.HOUSING, within="西县")
    assert set(found) == {("p-2", "specific")}


def test_places_and_names_that_are_gone(store):
    found = like(store, "磁器街", within="西县")
    assert set(found) == {("p-5", "reserved")}
    assert found["p-5", "reserved"].facts["until"] == "1970"
    assert set(like(store, "老君路", within="西县")) == {("p-6", "former")}


def test_short_names_may_come_twice(store):
    assert like(store, "解放路", within="西县") == {}


def test_nature_is_looked_for_everywhere(store):
    found = like(store, "铜锣山", within="西县")
    assert set(found) == {("p-4", "exact")}


def test_what_was_compared_is_told(store):
    (found,) = review(store, [Proposal("兴隆镇", within="西县")], day=DAY)
    # Names of townships of the province, those of the past too.
    assert found.scopes == (("province", "渝市", 5),)
    assert found.places_count == 8
    assert found.within == ("渝市", "西县")


def test_many_proposals_are_reviewed_like_each_alone(store):
    proposals = [Proposal(n, within=w) for n in ("兴隆镇", "人民路", "石桥村")
                 for w in ("西县", "东县")]  # fmt: skip
    assert review(store, proposals, day=DAY) == [review(store, [p], day=DAY)[0] for p in proposals]


def test_units_that_stand_are_not_accused(store):
    """Nothing is said of 兴隆镇 in two counties unless somebody proposes a third."""
    (found,) = review(store, [Proposal("凤凰镇", within="西县")], day=DAY)
    assert not [f for f in found.findings if "bearer_id" in f.facts]


def test_a_unit_that_is_not_there_is_said(store):
    with pytest.raises(UsageError, match="knows no unit"):
        review(store, [Proposal("兴隆镇", within="北县")], day=DAY)
