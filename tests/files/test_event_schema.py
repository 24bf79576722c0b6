"""The published schema and the reader accept the same, as far as a schema can tell."""

import copy
import json
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diming.errors import Said, Sentences, UnreadableInput
from diming.files import event_json
from diming.files.event_json import read_document
from diming.files.event_json_out import write_document
from diming.files.event_words import CERTAINTIES
from diming.model.event import EventType, TerritoryKind
from diming.model.span import Precision
from diming.model.version import SYSTEMS
from files import event_worlds as world

SCHEMA = json.loads(files("diming").joinpath("schemas/event-1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

#: What the reader knows better than a schema can: beginnings of sentences.
BEYOND = (
    "the calendar has no", "a ring is not closed", "the geometry is invalid",
    "the line crosses itself", "{x}, {y} is no longitude", "it has the id",
    "more than {most_count} units lie", "«{code}» is no code of the system", "{path}: «crs»",
    # of the notation
    "a unit is missing", "«{sign}»", "«{mark}»", "the bracket", "{units_count} units lie",
    "the name or code at", "character {place}", "«{code}» at character",
)  # fmt: skip


def reasons(path_text):
    """Return the sentences with which the reader refuses a text, innermost; none if it does not."""
    try:
        read_document("e.json", path_text)
    except UnreadableInput as error:
        return list(innermost(error.template, error.facts))
    return []


def innermost(template, facts):
    within = [v for v in facts.values() if isinstance(v, Said | Sentences)]
    if not within:
        yield template
    for value in within:
        for said in value.each if isinstance(value, Sentences) else (value,):
            yield from innermost(said.template, said.facts)


def agree(document):
    text = json.dumps(document)
    told, accepted = reasons(text), VALIDATOR.is_valid(json.loads(text))
    if accepted:
        assert all(t.startswith(BEYOND) for t in told), (told, document)
    else:
        assert told, (document, [e.message for e in VALIDATOR.iter_errors(document)])
    return not told


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_words_are_those_of_the_model():
    body = SCHEMA["$defs"]["body"]["properties"]
    assert body["type"]["enum"] == list(EventType)
    assert body["certainty"]["enum"] == list(CERTAINTIES)
    assert tuple(body) == event_json.MEMBERS
    assert SCHEMA["$defs"]["move"]["properties"]["kind"]["enum"] == list(TerritoryKind)
    unit = SCHEMA["$defs"]["unit"]["oneOf"][1]["properties"]
    assert tuple(unit) == event_json.UNIT_MEMBERS
    assert unit["system"]["enum"] == list(SYSTEMS)
    date = SCHEMA["$defs"]["date"]["oneOf"][1]["properties"]
    assert date["precision"]["enum"] == list(Precision)
    assert set(SCHEMA["$defs"]["changes"]["properties"]) == set(event_json.CHANGES)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(world.events(), max_size=2), st.data())
def test_what_is_written_is_valid(events, data):
    proposals = [data.draw(world.PROPOSALS) for _ in events]
    document = json.loads(write_document(events, None, proposals, degrees=True))
    VALIDATOR.validate(document)
    if len(events) == 1:
        VALIDATOR.validate({"format": "diming.event/1", **document["events"][0]})


RING = [[106.5, 29.5], [106.5, 29.6], [106.6, 29.6], [106.5, 29.5]]
AREA = {"type": "Polygon", "coordinates": [RING]}
FULL = {
    "format": "diming.event/1",
    "events": [
        {
            "id": "x1", "type": "reorganise", "date": "2011-10-22", "approved": "2011-10",
            "announced": {"day": "2011-12-01", "precision": "month"},
            "document": "国函〔2011〕129号",
            "before": ["綦江县[500222]", {"name": "万盛区", "code": "500110", "level": "county"}],
            "after": [
                {"name": "綦江区", "code": "500110", "seat": "古南街道", "kind": "市辖区",
                 "parent": {"name": "重庆市", "parent": "中国"}, "geometry": AREA},
                {"part": True, "unit_id": "u7"}, {"code": "01273", "system": "source"}, "~",
            ],
            "note": "a\nb", "certainty": "confirmed",
            "territory": [
                {"giver": "万盛区", "taker": None, "kind": "polygon", "geometry": AREA},
                {"giver": "万盛区", "taker": "綦江区", "kind": "line", "side": "left",
                 "geometry": {"type": "LineString", "coordinates": RING[:3]}},
                {"giver": "万盛区", "taker": "綦江区", "kind": "units", "units": ["南桐镇"]},
            ],
            "proposal": {"confidence": 0.9, "doubtful": True, "reasons": ["?"], "redrawn": ["~a"],
                         "shares": [{"giver": "a", "taker": None, "area_m2": 1,
                                     "giver_share": 1}]},
        },
        {
            "type": "correction", "date": "1997", "before": ["万盛区/*"[:3]],
            "changes": {"name": "万盛区", "end": "2011-10-22", "parent": "重庆市", "code": None,
                        "geometry": {"type": "MultiPolygon", "coordinates": [[RING]]}},
        },
    ],
}  # fmt: skip

#: What somebody might write in place of something else.
STRAYS = st.one_of(
    st.sampled_from([
        None, True, False, 0, 1, 3, 2.0, -1, 0.5, 1e300, 10**400, 200, "", " ", "a",
        " a", "a\n", "a;b",
        "~a", "a\u0007", "2014", "2014-13", "1997-02-30", "0000", "2014-1-1", "２０１４", "500101",
        "50010", "０００１０１", "５００１０１", "500101.0", "county", "whole", "line", "units",
        "unknown",
        "correction", "rename", "left", "EPSG:4490", "EPSG:0", "source", "inferred", [], {}, [[]],
        RING, RING[:2], [1, 2], [1, 2, 3], AREA, {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": [RING[:3]]}, {"name": "a"}, {"part": True}, ["~"],
        {"part": True, "below": True}, {"name": "a", "x": 1}, "a/b", "x" * 201,
    ]),
    st.text(max_size=3), st.integers(-5, 5), st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip
KEYS = ["name", "code", "system", "parent", "part", "below", "units", "geometry", "side",
        "changes", "crs", "proposal", "level", "x", "territory", "after", "before", "id",
        "events"]  # fmt: skip


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items if isinstance(value, dict | list) else ():
        if isinstance(item, dict | list):
            yield from places(item, (*path, key))
        else:
            yield (*path, key)


@st.composite
def spoilt(draw):
    """Return the full document with up to three things changed, added or taken away."""
    document = copy.deepcopy(FULL)
    if draw(st.booleans()):
        document = {"format": "diming.event/1", **document["events"][draw(st.integers(0, 1))]}
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(sorted(places(document), key=str)))
        if not path:
            continue
        *above, last = path
        holder = document
        for key in above:
            holder = holder[key]
        match draw(st.sampled_from(["replace", "replace", "delete", "add"])):
            case "replace":
                holder[last] = copy.deepcopy(draw(STRAYS))
            case "delete":
                del holder[last]
            case "add" if isinstance(holder, dict):
                holder[draw(st.sampled_from(KEYS))] = copy.deepcopy(draw(STRAYS))
            case "add":
                holder.append(copy.deepcopy(draw(STRAYS)))
    return document


def test_the_full_document_is_accepted_by_both():
    assert agree(FULL)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=400)
@given(spoilt())
def test_reader_and_schema_agree_on_spoilt_documents(document):
    agree(document)


def area(coordinates):
    return {"before": [{"name": "a", "geometry": {**AREA, "coordinates": coordinates}}]}


EVENT = {"type": "abolish", "date": "2014", "before": ["a"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "Abolish"}, {"type": None}, {"type": 1}, {"date": 2014}, {"date": "2014-13"},
        {"date": "2014-1-1"}, {"date": "２０１４"}, {"date": "2014\n"}, {"date": " 2014"},
        {"date": {"day": "2014", "precision": "year"}}, {"date": {"day": "2014-01-01"}},
        {"date": None}, {"approved": None}, {"before": "a"}, {"before": []}, {"before": [None]},
        {"before": [""]}, {"before": [{}]}, {"before": [{"name": ""}]}, {"before": ["a;b"]},
        {"before": [{"name": "a", "code": "12345"}]}, {"before": [{"name": "a", "code": 500101}]},
        {"before": [{"name": "a", "level": 6}]}, {"before": [{"name": "a", "level": True}]},
        {"before": [{"name": "a", "part": 1}]}, {"before": [{"part": True, "below": True}]},
        {"before": [{"name": "a", "parent": {"name": "b", "part": True}}]},
        {"before": [{"name": "a", "parent": "~b"}]}, {"before": [{"name": "a", "geometry": None}]},
        {"before": [{"name": "a", "geometry": {"type": "Point", "coordinates": [1, 2]}}]},
        {"before": [{"name": "a", "geometry": {**AREA, "bbox": [1, 2, 3, 4]}}]},
        area([]), area([RING[1:]]), area([[[*p, 0] for p in RING]]),
        area([[[p[0], "1"] for p in RING]]),
        {"certainty": "sure"}, {"note": None}, {"note": "\u0000"}, {"document": "a\nb"}, {"id": ""},
        {"id": " x"}, {"changes": {"name": "b"}}, {"type": "correction"},
        {"type": "correction", "changes": {}}, {"type": "correction", "changes": {"x": "b"}},
        {"type": "correction", "changes": {"name": None}},
        {"type": "correction", "changes": {"begin": "?"}},
        {"territory": "unknown"}, {"territory": [{"kind": "whole"}]},
        {"territory": [{"giver": None, "taker": None, "kind": "whole"}]},
        {"territory": [{"giver": "a", "taker": "b", "kind": "polygon"}]},
        {"territory": [{"giver": "a", "taker": "b", "kind": "units", "units": []}]},
        {"territory": [{"giver": "a", "taker": "b", "kind": "whole", "side": "left"}]},
        {"territory": [{"giver": "a", "taker": "b", "kind": "line", "side": "left",
                        "geometry": AREA}]},
        {"proposal": {}}, {"proposal": {"confidence": 1.5}}, {"proposal": {"confidence": True}},
        {"proposal": {"confidence": 1, "doubtful": "x"}},
        {"proposal": {"confidence": 1, "reasons": "x"}}, {"proposal": {"confidence": None}},
        {"proposal": {"confidence": 1, "narrowest_m": -1}},
        {"proposal": {"confidence": 1, "shares": [{"giver": "a"}]}},
        {"event_type": "abolish"}, {"source": "x"},
    ],
)  # fmt: skip
def test_both_refuse(wrong):
    document = {"format": "diming.event/1", "events": [{**EVENT, **wrong}]}
    assert reasons(json.dumps(document))
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    ("right", "part"),
    [
        ({"date": "1997-02-30"}, "calendar"),
        (area([[*RING[:3], [1, 1]]]), "ring"),
        (area([[[200, 0], [0, 1], [1, 1], [200, 0]]]), "longitude"),
        (area([[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]), "invalid"),
        ({"territory": [{"giver": "a", "taker": "b", "kind": "line", "side": "left", "geometry": {
            "type": "LineString", "coordinates": [[0, 0], [1, 1], [0, 1], [1, 0]]}}]}, "crosses"),
        ({"before": ["a[500101"]}, "bracket"),
    ],
)  # fmt: skip
def test_the_reader_alone_refuses(right, part):
    document = {"format": "diming.event/1", "events": [{**EVENT, **right}]}
    VALIDATOR.validate(document)
    assert any(part in reason for reason in reasons(json.dumps(document)))
