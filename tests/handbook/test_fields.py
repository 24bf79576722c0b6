"""Fields of place-name records: headings are recognised as offices write them."""

import pytest

from diming.handbook.fields import name_fields
from diming.model.place import Name, NameKind, Place


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("标准名称", "name"), (" 标准 名称 ", "name"), ("标准名称（必填）", "name"),
        ("*地名", "name"),
        ("图号（年版）", "map_sheet"), ("东经(度)", "lon"), ("Start_Year", "begin"),
        ("adcode", "division_code"), ("乡镇（街道）", "within_township"),
        ("place_code", "place_code"),
    ],
)  # fmt: skip
def test_headings(heading, key):
    assert name_fields().of_heading(heading)[0] == key


@pytest.mark.parametrize("heading", ["", "序号", "面积", "名称来源单位", "abc"])
def test_headings_that_mean_no_field(heading):
    assert name_fields().of_heading(heading) is None


def test_every_field_goes_where_there_is_a_place_for_it():
    for field in name_fields().fields.values():
        of, _, attribute = field.goes.partition(".")
        if of == "place":
            assert attribute in Place.__slots__
        elif of == "name" and attribute != "both":
            assert attribute in Name.__slots__
        elif of == "names":
            assert attribute in [k.value for k in NameKind]
        assert field.basis


def test_every_dialect_uses_fields_that_there_are():
    fields = name_fields()
    for dialect in fields.dialects:
        assert set(dialect.columns.values()) <= {*fields.fields, ""}
        assert dialect.needs and dialect.basis
