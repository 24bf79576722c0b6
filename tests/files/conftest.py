import pytest


@pytest.fixture(autouse=True)
def nothing_printed(capfd):
    """GDAL speaks to stderr unless it is kept from it."""
    yield
    out, err = capfd.readouterr()
    assert out == ""
    assert err == ""
