import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diming.handbook import load_handbook
from diming.model.code import fault, parse_code
from diming.model.unit import Level
from diming.rules.code_reading import CodeReading, code_texts, parents_of, parse_codes, read_codes
from diming.tables import Units

counties = load_handbook().county_codes


def units(codes: list[str], names: list[str] | None = None) -> Units:
    count = len(codes)
    empty = np.full(count, "", dtype=object)
    return Units(
        geometry=np.full(count, None),
        code=np.array(codes, dtype=object),
        name=empty if names is None else np.array(names, dtype=object),
        parent=empty,
        kind=empty,
        level=np.zeros(count, np.int8),
        input=np.zeros(count, np.int32),
        fid=np.arange(count, dtype=np.int64),
    )


def read(codes: list[str], names: list[str] | None = None, system: str = "auto") -> CodeReading:
    return read_codes(units(codes, names), system, counties)


code_like = st.one_of(
    st.text("0123456789", max_size=13),
    st.text("0１.a 5", max_size=8),
    st.sampled_from(["500101", "500101001", "5001", "441900003", " 500101", "500101.0", "1" * 40]),
)


@given(st.lists(code_like, max_size=8))
def test_arrays_are_read_like_single_codes(texts: list[str]) -> None:
    column = parse_codes(np.array(texts, dtype=object))
    singles = [parse_code(text) for text in texts]
    assert column.digits().tolist() == [c.digits if c else "" for c in singles]
    assert column.level.tolist() == [c.level if c else 0 for c in singles]
    assert column.summary_rows().tolist() == [bool(c and c.is_summary_row) for c in singles]
    assert column.fault.tolist() == [(fault(text) or "") if text else "" for text in texts]
    parents = [c.parent if c else None for c in singles]
    assert code_texts(*parents_of(column)).tolist() == [p.digits if p else "" for p in parents]


def test_a_reading_gives_level_and_parent() -> None:
    reading = read(["500101", "500101001", "500101001000", "500101001001", "500000", "x"])
    assert reading.applicable
    assert reading.reason is None
    assert reading.level.tolist() == [
        Level.COUNTY,
        Level.TOWNSHIP,
        Level.TOWNSHIP,
        Level.VILLAGE,
        Level.PROVINCE,
        Level.UNKNOWN,
    ]
    assert reading.parent.tolist() == ["500000", "500101", "500101", "500101001", "", ""]


@pytest.mark.parametrize(
    ("codes", "names"),
    [
        (["01273", "01279", "01288"], ["Thục Phán", "Nùng Trí Cao", "Tân Giang"]),
        (["63000010", "63000020", "10014020"], ["松山區", "信義區", "成功鎮"]),
        (["10008040011", "10008110007"], ["延平里", "鉅工村"]),
        (["V02", "T21", "P13"], ["成功鎮", "佳冬鄉", "麥寮鄉"]),
        # Provinces of another country, numbered like ours.
        (["11", "12", "14", "15"], ["Điện Biên", "Lai Châu", "Sơn La", "Yên Bái"]),
        (["47001", "47003"], ["ANDERSON", "BEDFORD"]),
        (["470010201001", "470010202011"], ["", ""]),
        (["110000000000"], ["Berlin"]),
        (["141100000", "140100000"], ["Benguet", "Abra"]),
        (["500001", "500034", "411001", "560002"], ["Hyderabad", "", "Pune", "Bengaluru"]),
        ([str(i) for i in range(1, 200)], None),
        ([str(i) for i in range(100_001, 100_300)], None),
        (["", "", ""], None),
        ([], None),
        (["500101", "a", "b"], None),
    ],
)
def test_foreign_codes_are_left_alone(codes: list[str], names: list[str] | None) -> None:
    reading = read(codes, names)
    assert not reading.applicable
    assert reading.reason == "foreign-codes"
    assert reading.level.tolist() == [0] * len(codes)
    assert reading.parent.tolist() == [""] * len(codes)


@pytest.mark.parametrize(
    ("codes", "names"),
    [
        (["50", "51"], ["重庆市", "四川"]),
        (["5001", "5002"], ["重庆城区", "重庆郊县"]),
        (["1301", "1302"], ["石家庄市", "唐山市"]),
        (["500101"], ["Wanzhou"]),
        (["500101", "500199"], None),
        (["500101.0", "500102.0"], None),
        (["500157", "500109"], ["两江新区", "北碚区"]),
    ],
)
def test_division_codes_are_recognised(codes: list[str], names: list[str] | None) -> None:
    assert read(codes, names).applicable


def test_the_caller_knows_better() -> None:
    assert read(["99", "98"], system="ministry").applicable
    assert read(["99", "98"], system="nbs").applicable
    never = read(["500101"], system="none")
    assert (never.applicable, never.reason) == (False, "on-request")
    with pytest.raises(ValueError, match="no such code system"):
        read(["500101"], system="iso")
