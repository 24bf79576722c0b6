from datetime import date

import pytest

from diming.handbook import Standing, load_handbook

codes = load_handbook().county_codes


def test_the_table_is_whole() -> None:
    assert len(codes) > 6400
    assert codes.known("110000")
    assert codes.known("500101")
    assert not codes.known("500199")


def test_a_code_reused_stood_for_two_counties() -> None:
    assert [row.name for row in codes.rows("500110")] == ["万盛区", "綦江区"]
    assert codes.rows("500110")[0].holds_at(date(2011, 10, 21))
    assert not codes.rows("500110")[0].holds_at(date(2011, 10, 22))


@pytest.mark.parametrize(
    ("code", "day", "alive"),
    [
        # To the day where the day is known.
        ("500222", date(2011, 10, 21), True),
        ("500222", date(2011, 10, 22), False),
        ("500154", date(2016, 6, 7), False),
        ("500154", date(2016, 6, 8), True),
        # To the year elsewhere: the first and the last year count in full.
        ("110103", date(2010, 12, 31), True),
        ("110103", date(2011, 1, 1), False),
        ("445100", date(1991, 1, 1), True),
        ("445100", date(1990, 12, 31), False),
    ],
)
def test_alive(code: str, day: date, alive: bool) -> None:
    assert codes.alive(code, day) is alive
    assert (code in codes.all_alive(day)) is alive


@pytest.mark.parametrize(
    ("code", "day", "standing"),
    [
        ("500101", date(2020, 1, 1), Standing.IN_FORCE),
        ("500101", None, Standing.IN_FORCE),
        ("500222", date(2020, 1, 1), Standing.NOT_IN_FORCE),
        ("500222", None, Standing.IN_FORCE),
        ("500199", None, Standing.NOT_IN_FORCE),
        # The newest county: two sources, two codes.
        ("500105", date(2026, 1, 1), Standing.UNKNOWN),
        ("500157", date(2026, 1, 1), Standing.UNKNOWN),
        ("500157", None, Standing.UNKNOWN),
        ("500157", date(2020, 1, 1), Standing.NOT_IN_FORCE),
        ("500112", date(2026, 1, 1), Standing.NOT_IN_FORCE),
        # Next in sequence, after the table ends.
        ("500158", date(2027, 1, 1), Standing.UNKNOWN),
        ("500158", date(2024, 1, 1), Standing.NOT_IN_FORCE),
        ("500170", date(2027, 1, 1), Standing.NOT_IN_FORCE),
        # Two series of the ministry.
        ("500181", date(2000, 1, 1), Standing.UNKNOWN),
        ("500381", date(2000, 1, 1), Standing.IN_FORCE),
        # Before the table begins.
        ("500101", date(1970, 1, 1), Standing.UNKNOWN),
        # Counties nobody publishes; zones, which are no divisions.
        ("810101", date(2020, 1, 1), Standing.UNKNOWN),
        ("340191", date(2016, 1, 1), Standing.UNKNOWN),
        ("130171", date(2022, 1, 1), Standing.UNKNOWN),
        ("270101", date(2020, 1, 1), Standing.NOT_IN_FORCE),
    ],
)
def test_standing(code: str, day: date | None, standing: Standing) -> None:
    assert codes.standing(code, day) is standing
