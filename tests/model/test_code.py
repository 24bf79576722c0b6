import pytest
from hypothesis import given
from hypothesis import strategies as st

from diming.model.code import LENGTHS, Code, fault, level_of, parse_code, tidy
from diming.model.unit import Level

groups = st.tuples(
    st.integers(11, 99),
    st.integers(1, 99),
    st.integers(1, 99),
    st.integers(1, 999),
    st.integers(1, 999),
).map(lambda g: f"{g[0]:02}{g[1]:02}{g[2]:02}{g[3]:03}{g[4]:03}")
ends = st.sampled_from([2, 4, 6, 9, 12])


@pytest.mark.parametrize(
    ("text", "digits", "level"),
    [
        ("50", "500000", Level.PROVINCE),
        ("500000", "500000", Level.PROVINCE),
        ("500000000000", "500000", Level.PROVINCE),
        ("5001", "500100", Level.PREFECTURE),
        ("130100", "130100", Level.PREFECTURE),
        ("500101", "500101", Level.COUNTY),
        ("500101000000", "500101", Level.COUNTY),
        ("330383000", "330383", Level.COUNTY),
        ("500101001", "500101001", Level.TOWNSHIP),
        ("500101001000", "500101001", Level.TOWNSHIP),
        ("500101001001", "500101001001", Level.VILLAGE),
        ("441900003000", "441900003", Level.TOWNSHIP),
        ("460001", "460001", Level.COUNTY),
        (" ５００１０１.0 ", "500101", Level.COUNTY),
    ],
)
def test_codes_are_read_whatever_their_padding(text: str, digits: str, level: Level) -> None:
    code = parse_code(text)
    assert code == Code(digits)
    assert code.level is level


@pytest.mark.parametrize("text", ["", " ", "5", "50010", "10014020", "01273", "0101", "渝A", "-50"])
def test_what_is_no_code_is_not_read(text: str) -> None:
    assert parse_code(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("500101", None),
        ("50010", "length"),
        ("", "characters"),
        ("500101 ", "characters"),
        ("５００１０１", "characters"),
        ("500101.0", "characters"),
        ("50010l", "characters"),
        ("50010²", "characters"),
        ("٥٠٠١٠١", "characters"),
    ],
)
def test_faults_of_form(text: str, said: str | None) -> None:
    assert fault(text) == said


@pytest.mark.parametrize(
    ("text", "above"),
    [
        ("500101001", "500101"),
        ("500101", "500000"),
        ("500229", "500000"),
        ("500381", "500000"),
        ("429004", "420000"),
        ("130102", "130100"),
        ("130100", "130000"),
        ("460001", "460000"),
        ("441900003", "441900"),
        ("500101001001", "500101001"),
    ],
)
def test_the_parent_is_a_division_never_a_heading(text: str, above: str) -> None:
    code = parse_code(text)
    assert code is not None
    assert code.parent == Code(above)


def test_a_province_has_no_parent() -> None:
    assert Code("500000").parent is None


@pytest.mark.parametrize("text", ["5001", "500200", "500300", "110100", "429000", "659000000000"])
def test_summary_rows(text: str) -> None:
    code = parse_code(text)
    assert code is not None
    assert code.is_summary_row


@pytest.mark.parametrize("text", ["130100", "500000", "500101", "445100", "130200"])
def test_divisions_are_no_summary_rows(text: str) -> None:
    assert not parse_code(text).is_summary_row


def test_prefix_and_padding_say_when_they_cannot() -> None:
    county = Code("500101")
    assert county.prefix(Level.PREFECTURE) == Code("500100")
    assert county.padded(12) == "500101000000"
    with pytest.raises(ValueError, match="no prefix of level 4"):
        county.prefix(Level.TOWNSHIP)
    with pytest.raises(ValueError, match="with 4 digits"):
        county.padded(4)
    with pytest.raises(ValueError, match="with 8 digits"):
        county.padded(8)


@given(groups, ends)
def test_every_padding_of_a_code_is_the_same_code(full: str, end: int) -> None:
    code = parse_code(full[:end])
    assert code is not None
    assert code.significant == full[:end]
    for length in LENGTHS:
        if length >= end:
            assert parse_code(code.padded(length)) == code


@given(groups, ends)
def test_parents_lead_to_the_province_by_prefixes(full: str, end: int) -> None:
    code = parse_code(full[:end])
    seen = 0
    while code is not None and code.parent is not None:
        above = code.parent
        assert above.level < code.level
        assert code.digits.startswith(above.significant)
        code, seen = above, seen + 1
    assert code is not None
    assert code.level is Level.PROVINCE
    assert seen <= 4


@given(st.text(max_size=16))
def test_any_text_is_read_or_refused(text: str) -> None:
    code = parse_code(text)
    if code is not None:
        assert fault(tidy(text)) is None
        assert parse_code(str(code)) == code
        assert level_of(code.digits) is code.level
