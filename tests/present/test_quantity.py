import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diming.present.quantity import area_text, length_text, share_text, significant


@pytest.mark.parametrize(
    ("metres", "text"),
    [
        (0, "0 m"),
        (0.0000001, "less than 0.001 mm"),
        (0.0042, "4.2 mm"),
        (0.456, "45.6 cm"),
        (1.0, "1 m"),
        (796.04, "796 m"),
        (-288.0, "-288 m"),
        (12345.6, "12.35 km"),
        (math.nan, "? m"),
    ],
)
def test_lengths(metres, text):
    assert length_text(metres, "en") == text


@pytest.mark.parametrize(
    ("square_metres", "text"),
    [(0.0123, "123 cm²"), (812.43, "812.4 m²"), (25000, "2.5 ha"), (4.0e6, "4 km²")],
)
def test_areas(square_metres, text):
    assert area_text(square_metres, "en") == text


def test_hectares_in_chinese():
    assert area_text(25000, "zh") == "2.5 公顷"


def test_almost_all_is_not_all():
    assert share_text(0.9999) == "99.9%"
    assert share_text(1.0) == "100%"
    assert share_text(0.0512) == "5.12%"


@given(st.floats(1e-9, 1e12))
def test_numbers_are_never_in_exponents(value):
    text = significant(value)
    assert "e" not in text
    assert float(text) == pytest.approx(value, rel=1e-3, abs=1e-11)
