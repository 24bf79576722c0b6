"""Which of many places of one name a row may be; asked at once, answered as one by one."""

from time import process_time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diming.model.place import Place
from diming.services.identity import distance_m
from diming.services.namesakes import Namesakes

WORDS = st.sampled_from(["", "a", "b"])
PLACES = st.builds(
    Place, place_id=st.uuids().map(str), source=WORDS, source_id=WORDS,
    class_code=st.sampled_from(["", "21", "22100", "2213"]),
    within_id=st.sampled_from([None, "u1", "u2", "22"]),
    lon=st.sampled_from([None, 106.0, 106.01, 180.0, -180.0]), lat=st.sampled_from([29.0, 29.01]),
).map(lambda p: p if p.lon is not None else Place(**{
    f: getattr(p, f) for f in ("place_id", "source", "source_id", "class_code", "within_id")
}))  # fmt: skip


def alike(place, other, within_id, same_place_m):
    """The rules, written for two."""
    ids = {place.source_id, other.source_id} - {""}
    if place.source == other.source and len(ids) > 1:
        return False
    groups = {place.class_code[:2], other.class_code[:2]} - {""}
    if len(groups) > 1:
        return False
    apart = distance_m(place, other)
    if apart is not None:
        return apart <= same_place_m
    return within_id is not None and within_id == other.within_id


@given(
    PLACES, st.lists(PLACES, max_size=6), st.sampled_from([None, "u1", "u3", "22"]),
    st.sampled_from([0.0, 2_000.0, 1e308]),
)  # fmt: skip
def test_many_at_once_are_as_one_by_one(place, others, within_id, same_place_m):
    found = Namesakes(others).like(place, within_id, same_place_m)
    wanted = [p for p in others if alike(place, p, within_id, same_place_m)]
    assert [p.place_id for p in found] == [p.place_id for p in wanted]


def test_fifty_thousand_places_of_one_name():
    rng = np.random.default_rng(5)
    where = np.column_stack([rng.uniform(105, 110, 50_000), rng.uniform(28, 32, 50_000)])
    places = [
        Place(f"p{i}", source="s", source_id=str(i), lon=lon, lat=lat)
        for i, (lon, lat) in enumerate(where.tolist())
    ]
    known = Namesakes(places)
    begun = process_time()
    for i in range(100):
        new = Place("", source="s", source_id=f"new {i}", lon=107.0, lat=30.0)
        assert known.like(new, "u1", 2_000.0) == []
    # One by one it took about half a second a place.
    assert (process_time() - begun) / 100 < 0.05
