"""The short way through a GeoJSON's text says what parsing all of it says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diming.files.geojson import Counted, count_features, is_feature_collection


def feature(code, geometry):
    return f'{{"type": "Feature", "properties": {{"code": "{code}"}}, "geometry": {geometry}}}'


def collection(*features):
    return f'{{"type": "FeatureCollection", "features": [{", ".join(features)}]}}'


def polygon(ring):
    return feature("a", f'{{"type": "Polygon", "coordinates": [{ring}]}}')


def parsed_whole(text):
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        return Counted(None, (error.lineno, error.colno))
    except ValueError:
        return Counted(None, (1, 1))
    found = content.get("features") if isinstance(content, dict) else None
    return Counted(len(found) if isinstance(found, list) else None)


RINGS = [
    "[[0, 0], [1e2, -0.5], [1E+2, 3], [0, 0]]", "[[0,0,5],[1,1,5]]", "[[ 0 ,\n\t1 ],\r\n[2,3]]",
    "[[01, 2], [3, 4]]", "[[1., 2]]", "[[.5, 2]]", "[[+1, 2]]", "[[-, 2]]", "[[1e, 2]]", "[[1 2]]",
    "[[1, 2],]", "[[1, 2,]]", "[[1, 2] [3, 4]]", "[[1, 2], [3, 4]", "[[1, 2]]]", "[[NaN, 2]]",
    "[[]]", "[]", "[[1, 2]]7", "7[[1, 2]]",
    "[[1, 2]][[1, 2]]", "[[1, null]]", "[[0x1, 2]]", "[[1_0, 2]]",
    "[[1,\u00a02]]", "[[1e999, 2]]", "[[\u0661, 2]]",
]  # fmt: skip


@pytest.mark.parametrize("ring", RINGS)
def test_rings(tmp_path, ring):
    text = collection(polygon("[[0, 0], [1, 1]]"), polygon(ring)).encode()
    file = tmp_path / "a.geojson"
    file.write_bytes(text)
    assert count_features(file) == parsed_whole(text)


@pytest.mark.parametrize(
    "code",
    ["[[1, 2]]", "[[1,\n2]]", "[[1,\t2]]", "[[1, 2]]\\", '[[1, 2]]\\"', "\\[[1, 2]]", '"[[1, 2]]',
     "\\u[[1,2]]"],
)  # fmt: skip
def test_texts_that_look_like_rings(tmp_path, code):
    text = collection(feature(code, "null"), polygon("[[0, 0], [1, 1]]")).encode()
    file = tmp_path / "a.geojson"
    file.write_bytes(text)
    assert count_features(file) == parsed_whole(text)


@pytest.mark.parametrize(
    "text", ["", " ", "[[1, 2]]", "{}", "[1", '{"features": [[1, 2]]}', '{"features": [[[1, 2]]]}']
)
def test_files_that_are_no_collection(tmp_path, text):
    file = tmp_path / "a.geojson"
    file.write_text(text)
    assert count_features(file) == parsed_whole(text)


@given(st.text(alphabet='[]{},:"0123.-eE \n\\ab', max_size=40))
def test_any_text(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("any") / "a.geojson"
    file.write_text("[[[1, 2], [3, 4]]" + text, newline="")
    assert count_features(file) == parsed_whole("[[[1, 2], [3, 4]]" + text)


def test_a_file_that_begins_as_a_collection(tmp_path):
    file = tmp_path / "a.geojson"
    for text, is_one in (
        (collection(), True),
        ('{"type": "Topology"}', False),
        ('{"type": "FeatureCollection", "conformsTo": ["x"]}', False),
    ):
        file.write_text(text)
        assert is_feature_collection(file) is is_one
    assert not is_feature_collection(tmp_path / "absent.geojson")
