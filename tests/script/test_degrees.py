"""Degrees as people write them."""

import pytest

from diming.script.degrees import LIMITS_DEG, read_degrees


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("106.55", 106.55),
        ("-29.5", -29.5),
        ("106°33′12″", 106 + 33 / 60 + 12 / 3600),
        ("东经106度33分", 106.55),
        ("W 2°30'", -2.5),
        ("106.55°", 106.55),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1_0", None),
        ("106°75′", None),
        ("近郊", None),
    ],
)
def test_degrees_are_read_however_they_are_written(text, degrees):
    assert read_degrees(text) == (degrees if degrees is None else pytest.approx(degrees))


def test_more_degrees_than_there_are_are_none():
    assert read_degrees("90.001", limit=LIMITS_DEG["lat"]) is None
    assert read_degrees("-90", limit=LIMITS_DEG["lat"]) == -90
    assert read_degrees("181°0′", limit=LIMITS_DEG["lon"]) is None
    assert read_degrees("西经181°", limit=LIMITS_DEG["lon"]) is None
