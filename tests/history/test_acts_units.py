"""What acts do to units, names, codes and superiors (domain handbook 1.3), type by type."""

from __future__ import annotations

import pytest

from history.drawn import (
    event,
    grid,
    held,
    level_sum,
    names,
    record,
    ref,
    rules,
    shape_of,
    townships,
)

BEFORE, AFTER = "1999-12-31", "2000-01-01"


@pytest.fixture
def world():
    """Six counties; the first has four townships."""
    return townships(grid())


def codes(belief, name, day=AFTER):
    return dict(held(belief, name, day).codes)


def done(belief, act):
    outcome = record(belief, act)
    assert outcome.change is not None, [dict(f.facts) for f in outcome.findings]
    return outcome


def test_convert_makes_a_new_unit_of_the_same_territory(world):
    act = event("convert", "甲1县[500121]", "甲1区[500103]")
    outcome = done(world, act)
    old, new = held(world, "甲1县", BEFORE), held(world, "甲1区", AFTER)
    assert new.unit_id != old.unit_id
    assert (new.kind, new.code(), new.parent_id) == ("市辖区", "500103", "p")
    assert new.territory == old.territory
    assert old.ended_by == new.began_by == act.id
    (applied,) = outcome.change.events
    (passage,) = applied.passages
    assert passage.whole and passage.share == 1.0 and applied.chain_sum == 0
    assert names(world, AFTER) == sorted([*names(grid(), AFTER)[1:], "甲1区[500103]"])


def test_convert_takes_the_children_along_with_their_serials_in_both_systems(world):
    before = [held(world, f"乙{n}镇", BEFORE) for n in (1, 2, 3, 4)]
    done(world, event("convert", "甲1县[500121]", "甲1区[500103]"))
    new = held(world, "甲1区", AFTER)
    for old in before:
        now = held(world, old.name, AFTER)
        assert now.unit_id == old.unit_id and now.parent_id == new.unit_id
        assert now.code("ministry") == "500103" + old.code("ministry")[6:]
        assert now.code("nbs") == "500103" + old.code("nbs")[6:]
        assert now.code("nbs") != now.code("ministry")
        assert now.territory == old.territory


def test_convert_of_a_township_leaves_the_other_office_s_code_behind(world):
    """The ministry's new code is told; which one the statisticians give, nobody knows yet."""
    done(world, event("convert", "乙1镇[500121100]", "乙1街道[500121001]"))
    new = held(world, "乙1街道")
    assert dict(new.codes) == {"ministry": "500121001"}
    assert (new.kind, new.parent_id) == ("街道", "u500121")


def test_convert_may_change_the_specific_name_and_several_at_once(world):
    act = event("convert", "甲1县[500121];甲2县[500122]", "东州区[500103];西州区[500104]")
    done(world, act)
    assert held(world, "东州区").territory == held(world, "甲1县", BEFORE).territory
    assert held(world, "西州区").territory == held(world, "甲2县", BEFORE).territory


def test_convert_to_an_ethnic_township_sets_the_flag(world):
    done(world, event("convert", "乙1镇[500121100]", "乙1苗族乡[500121200]"))
    assert held(world, "乙1苗族乡").kind == "民族乡"
    assert held(world, "乙1苗族乡").ethnic


def test_merge_joins_territory_and_leaves_out_codes_that_would_be_given_twice(world):
    townships(world, "500122", 2)
    done(world, event("merge", "甲1县[500121];甲2县[500122]", "甲区[500103]"))
    new = held(world, "甲区")
    shape = shape_of(world, "甲1县", BEFORE).union(shape_of(world, "甲2县", BEFORE))
    assert shape_of(world, "甲区").equals(shape)
    below = list(world.children(new.unit_id))
    assert len(below) == 6
    given = [c for v in below for c in v.codes]
    assert len(given) == len(set(given))
    assert {v.code() for v in below if v.code()} >= {"500103102", "500103103"}
    assert sum(v.code() is None for v in below) == 2
    assert level_sum(world, BEFORE) == level_sum(world, AFTER)


def test_a_code_whose_bearer_ended_the_same_day_may_be_given_again(world):
    """As 万盛区 500110 and 綦江县 became 綦江区 500110."""
    old = held(world, "甲1县", BEFORE)
    outcome = done(world, event("merge", "甲1县[500121];甲2县[500122]", "新区[500121]"))
    new = held(world, "新区")
    assert new.unit_id != old.unit_id and new.code() == old.code() == "500121"
    (note,) = [f for f in outcome.findings if f.rule == "code-reuse"]
    assert note.severity == "info" and note.facts["holder"] == "甲1县[500121]"


def test_a_code_retired_long_ago_is_noted_when_given_again(world):
    done(world, event("convert", "甲1县[500121]", "甲1区[500103]"))
    outcome = done(world, event("convert", "甲2县[500122]", "甲2市[500121]", "2005-01-01"))
    (note,) = [f for f in outcome.findings if f.rule == "code-reuse"]
    assert note.facts["code"] == "500121"
    assert note.facts["span"].endswith("2000-01-01")


def test_rename_keeps_code_unit_and_territory(world):
    done(world, event("rename", "甲1县[500121]", "万州县[500121]"))
    old, new = held(world, "甲1县", BEFORE), held(world, "万州县")
    assert (old.unit_id, old.code(), old.territory) == (new.unit_id, new.code(), new.territory)
    assert held(world, "乙1镇").codes == held(world, "乙1镇", BEFORE).codes


def test_rename_of_several_goes_in_pairs(world):
    done(world, event("rename", "甲1县;甲2县", "子县;丑县"))
    assert held(world, "子县").unit_id == "u500121"
    assert held(world, "丑县").unit_id == "u500122"


def test_transfer_moves_a_whole_unit_and_forgets_the_codes_of_its_old_superior(world):
    done(world, event("transfer", "甲1县/乙1镇", "甲2县/乙1镇"))
    moved = held(world, "乙1镇")
    assert (moved.unit_id, moved.parent_id, moved.codes) == ("u500121100", "u500122", ())
    assert [v.name for v in world.children("u500121") if v.span.is_open] == [
        "乙2镇",
        "乙3镇",
        "乙4镇",
    ]


def test_transfer_to_one_superior_for_all_and_with_new_codes(world):
    done(world, event("transfer", "乙1镇;乙2镇", "甲2县[500122]"))
    assert {held(world, n).parent_id for n in ("乙1镇", "乙2镇")} == {"u500122"}
    done(world, event("transfer", "甲1县/乙3镇", "甲3县/乙3镇[500123100]", "2001-01-01"))
    assert codes(world, "乙3镇", "2001-01-01") == {"ministry": "500123100"}


def test_transfer_of_a_county_gives_its_townships_the_new_prefix(world):
    done(world, event("establish", "", "东市[500300]", "1990-01-01"))
    done(world, event("transfer", "甲1县[500121]", "东市/甲1县[500321]"))
    assert held(world, "甲1县").parent_id == held(world, "东市").unit_id
    assert codes(world, "乙1镇") == {"ministry": "500321100", "nbs": "500321101"}
    assert held(world, "乙1镇").parent_id == "u500121"


def test_seat_moves_and_nothing_else(world):
    act = event("seat", "甲1县[500121]", "")
    act = type(act)(act.type, act.date, act.before, (ref("甲1县[500121]", seat="乙2镇"),))
    done(world, act)
    old, new = held(world, "甲1县", BEFORE), held(world, "甲1县")
    assert (old.seat, new.seat) == ("", "乙2镇")
    assert (old.unit_id, old.codes, old.territory) == (new.unit_id, new.codes, new.territory)


def test_proxy_leaves_subordination_and_codes(world):
    done(world, event("proxy", "甲1县;甲2县", "东开发区"))
    now = held(world, "甲1县")
    assert (now.parent_id, now.code(), now.note) == ("p", "500121", "代管 东开发区")
    done(world, event("proxy", "甲1县", "重庆市[500000]", "2001-01-01"))
    assert held(world, "甲1县", "2001-01-01").note == ""
    assert held(world, "甲2县", "2001-01-01").note == "代管 东开发区"


def test_recode_cascades_to_the_units_below_with_their_serials(world):
    done(world, event("recode", "甲1县[500121]", "甲1县[500130]"))
    assert held(world, "甲1县").unit_id == "u500121"
    for n in range(4):
        assert codes(world, f"乙{n + 1}镇") == {
            "ministry": f"500130{n + 100}", "nbs": f"500130{n + 101}",
        }  # fmt: skip


def test_recode_of_the_statisticians_leaves_the_ministry_s_code(world):
    from diming.model.event import Event
    from diming.model.notation import parse_units

    plain = event("recode", "", "乙1镇")
    act = Event(plain.type, plain.date, parse_units("乙1镇[500121101]", "nbs"),
                parse_units("乙1镇[500121199]", "nbs"))  # fmt: skip
    done(world, act)
    assert codes(world, "乙1镇") == {"ministry": "500121100", "nbs": "500121199"}


def test_recode_in_a_ring_gives_each_the_code_of_the_other(world):
    done(world, event("recode", "甲1县[500121];甲2县[500122]", "甲1县[500122];甲2县[500121]"))
    assert held(world, "甲1县").code() == "500122"
    assert held(world, "甲2县").code() == "500121"
    assert codes(world, "乙1镇")["ministry"] == "500122100"


def test_recode_of_all_below_takes_codes_that_are_known_and_forgets_the_others(world):
    from diming.history.apply import apply

    act = event("recode", "*甲1县[500121]", "甲1县[500121]")
    outcome = apply(act, world, codes_known={"u500121100": "500121900"})
    world.append(outcome.change)
    assert codes(world, "乙1镇")["ministry"] == "500121900"
    assert held(world, "乙2镇").code() is None
    assert held(world, "乙2镇").code("nbs") == "500121102"


def test_establish_out_of_nowhere_known_below_the_superior_of_its_code(world):
    outcome = done(world, event("establish", "~", "乙9街道[500121009]"))
    new = held(world, "乙9街道")
    assert (new.parent_id, new.kind, new.territory) == ("u500121", "街道", None)
    (passage,) = outcome.change.events[0].passages
    assert (passage.giver, passage.taker, passage.area_m2) == (None, new.unit_id, None)


def test_establish_from_a_part_says_whose_shape_is_no_longer_known(world):
    outcome = done(world, event("establish", "~乙1镇[500121100]", "乙9街道[500121009]"))
    assert held(world, "乙1镇").territory is None
    assert held(world, "乙2镇").territory is not None
    (note,) = [f for f in outcome.findings if f.rule == "territory-unknown"]
    assert note.severity == "info" and note.names == ("乙1镇",)
    assert outcome.change.events[0].chain_sum is None


def test_abolish_with_a_receiver_gives_it_all(world):
    done(world, event("abolish", "乙1镇[500121100]", "~乙2镇[500121101]"))
    assert not [v for v in world.with_name("乙1镇") if v.span.is_open]
    both = shape_of(world, "乙1镇", BEFORE).union(shape_of(world, "乙2镇", BEFORE))
    assert shape_of(world, "乙2镇").equals(both)
    assert level_sum(world, AFTER, 4) == level_sum(world, BEFORE, 4)


def test_abolish_with_a_receiver_gives_it_the_children_too(world):
    done(world, event("abolish", "甲1县[500121]", "~甲2县[500122]"))
    assert held(world, "乙1镇").parent_id == "u500122"
    assert codes(world, "乙1镇")["ministry"] == "500122100"


def test_abolish_without_a_receiver_is_refused_where_ground_would_be_lost(world):
    outcome = record(world, event("abolish", "乙1镇[500121100]", ""))
    assert rules(outcome) == ["territory-lost"]


def test_abolish_of_a_level_between_leaves_the_children_to_the_one_above(world):
    done(world, event("establish", "", "东市[500300]", "1990-01-01"))
    done(world, event("transfer", "甲1县[500121]", "东市/甲1县[500321]", "1991-01-01"))
    done(world, event("abolish", "东市[500300]", ""))
    assert held(world, "甲1县").parent_id == "p"


def test_split_gives_children_nobody_can_place_as_a_finding(world):
    outcome = record(world, event("split", "甲1县[500121]", "东县[500131];西县[500132]"))
    assert rules(outcome) == ["children-unassigned"]
    (finding,) = [f for f in outcome.findings if f.rule == "children-unassigned"]
    assert finding.measures["children_count"] == 4


def test_reorganise_lets_one_go_on_and_others_end(world):
    act = event("reorganise", "甲2县[500122];甲3县[500123]", "甲2县[500122];新区[500104]")
    done(world, act)
    assert held(world, "甲2县").unit_id == "u500122"
    assert not [v for v in world.with_name("甲3县") if v.span.is_open]
    assert held(world, "新区").began_by == act.id
