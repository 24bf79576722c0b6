"""What offices deliver, exported and read again, is the same (import ∘ export)."""

from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from diming.files.names_in import read_places
from diming.files.names_out import format_of, write_places

DATA = Path(__file__).parents[2] / "data" / "placenames"
#: The largest of the packaged lists are cut: what is tried is the form of rows, not their number.
MOST = 400


def plain(record):
    """A record without its number in a file and what it was read from."""
    place = record.place
    shape = None if place.geometry is None else shapely.to_wkb(place.geometry)
    return replace(place, geometry=shape, row=None), record.names


FILES = [
    "chongqing_geonames.csv.gz", "office_table_illustrative.csv",
    "chongqing_villages_nbs_2023.csv.gz",
]  # fmt: skip


@pytest.fixture(scope="module", params=FILES)
def delivered(request):
    records = [r for r in read_places(DATA / request.param) if not r.problems][:MOST]
    assert records
    return records


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".gpkg", ".parquet", ".jsonld"])
def test_export_then_import_is_identity(delivered, ending, tmp_path):
    target = tmp_path / f"names{ending}"
    assert write_places(delivered, str(target)) == len(delivered)
    wanted = list(map(plain, delivered))
    if "place.geometry" in format_of(str(target)).lost:
        wanted = [(replace(p, geometry=None), names) for p, names in wanted]
    again = read_places(target)
    assert list(map(plain, again)) == wanted
    # And once more: what was read is written the same.
    second = tmp_path / f"again{ending}"
    write_places(again, str(second))
    if ending in (".csv", ".jsonld"):
        assert second.read_bytes() == target.read_bytes()


def test_geonames_takes_and_gives_its_own_columns(delivered, tmp_path):
    target = tmp_path / "names.txt"
    write_places(delivered, str(target), format_name="geonames")
    again = list(read_places(target))
    assert [r.names[0].text for r in again] == [r.names[0].text for r in delivered]
    assert [(r.place.lon, r.place.lat) for r in again] == [
        (r.place.lon, r.place.lat) for r in delivered
    ]
    ids = [line.split("\t")[0] for line in target.read_text(encoding="utf-8").splitlines()]
    assert len(set(ids)) == len(ids)
    theirs = [r.place.verbatim.get("geonameid") for r in delivered]
    assert ids == theirs or not any(theirs)
    # Names that were told beside the first are there, as far as a dump can tell them.
    for one, other in zip(delivered, again, strict=True):
        kept = {n.text.replace(",", "，") for n in one.names}
        assert kept <= {n.text for n in other.names}
