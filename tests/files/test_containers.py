"""Containers cut, damaged or locked; and databases that are still being written."""

import shutil
import sqlite3
import struct
import zipfile

import pytest

from diming.errors import UnreadableInput
from files.makers import (
    NAMES,
    coded,
    points,
    read_all,
    read_one,
    reasons,
    shapefile,
    snapshot,
    table,
    write,
    zipped,
)  # fmt: skip

# Shapefiles.


def cut(file, size):
    file.write_bytes(file.read_bytes()[:size])


def test_a_shp_cut_in_a_record(tmp_path):
    file = shapefile(tmp_path / "x.shp")
    whole = file.stat().st_size
    for size in (whole - 1, whole - 60, whole - 136, whole - 200):
        cut(file, size)
        delivery = read_one(file)
        assert delivery.declared == 3
        there = 2 if size >= whole - 136 else 1
        assert list(delivery.fid) == list(range(there))
        assert {r for f, r in reasons(delivery).items() if f >= 0} == {
            ("unreadable-record", "truncated")
        }
        assert [t.name for t in delivery.troubles if t.fid == 2] == [NAMES[2]]
        (about,) = [t for t in delivery.troubles if t.fid < 0]
        assert (about.facts["declared_count"], about.facts["read_count"]) == (3, there)


@pytest.mark.parametrize("size", [0, 1, 50, 99])
def test_a_shp_cut_in_its_header(tmp_path, size):
    file = shapefile(tmp_path / "x.shp")
    cut(file, size)
    with pytest.raises(UnreadableInput, match="no shapefile"):
        read_all(file)


def test_a_shp_of_nothing_but_its_header(tmp_path):
    file = shapefile(tmp_path / "x.shp")
    cut(file, 100)
    with pytest.raises(UnreadableInput, match="no polygons"):
        read_all(file)


def test_a_shp_with_random_bytes_inside(tmp_path):
    file = shapefile(tmp_path / "x.shp")
    raw = bytearray(file.read_bytes())
    raw[100 + 136 + 8 : 100 + 136 + 60] = b"\xfe" * 52
    file.write_bytes(raw)
    delivery = read_one(file)
    assert list(delivery.fid) == [0, 2]


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_shx(tmp_path, damage):
    file = shapefile(tmp_path / "x.shp")
    shapefile(tmp_path / "x.y.shp", coded("GB18030", NAMES[:1]))
    if damage == "missing":
        file.with_suffix(".shx").unlink()
    else:
        cut(file.with_suffix(".shx"), 108)
    before = snapshot(tmp_path)
    delivery = read_one(file)
    assert snapshot(tmp_path) == before
    if damage == "missing":
        assert delivery.troubles == ()
        assert list(delivery.columns["name"]) == NAMES
    else:
        assert delivery.declared == 3


@pytest.mark.parametrize("size", [0, 3, 99, 100])
def test_shx_cut(tmp_path, size):
    file = shapefile(tmp_path / "x.shp")
    cut(file.with_suffix(".shx"), size)
    try:
        delivery = read_one(file)
    except UnreadableInput:
        return
    assert delivery.declared == 3


def test_shx_missing_and_shp_cut(tmp_path):
    file = shapefile(tmp_path / "x.shp")
    file.with_suffix(".shx").unlink()
    cut(file, file.stat().st_size - 50)
    assert list(read_one(file).fid) == [0, 1]


def test_shx_missing_where_names_look_like_patterns(tmp_path):
    file = shapefile(tmp_path / "x[1].shp")
    file.with_suffix(".shx").unlink()
    assert read_one(file).declared == 3


def test_dbf_missing(tmp_path):
    file = shapefile(tmp_path / "x.shp")
    file.with_suffix(".dbf").unlink()
    with pytest.raises(UnreadableInput, match=r"\.dbf"):
        read_all(file)


def test_prj_missing(tmp_path):
    file = shapefile(tmp_path / "x.shp")
    file.with_suffix(".prj").unlink()
    assert read_one(file).crs is None


def test_dbf_with_fewer_records(tmp_path):
    delivery = read_one(shapefile(tmp_path / "x.shp", coded("GB18030", NAMES[:2]), shapes=3))
    assert delivery.declared == 3
    assert ("unreadable-record", "fewer-records") in reasons(delivery).values()


def test_dbf_with_more_records(tmp_path):
    delivery = read_one(shapefile(tmp_path / "x.shp", shapes=2))
    assert delivery.declared == 3
    assert len(delivery.geometry) == 2
    assert ("unreadable-record", "fewer-records") in reasons(delivery).values()


def test_dbf_whose_body_is_cut(tmp_path):
    file = shapefile(tmp_path / "x.shp")
    cut(file.with_suffix(".dbf"), 97 + 40)
    try:
        read_one(file)
    except UnreadableInput:
        return


def test_deleted_records_are_not_declared(tmp_path):
    delivery = read_one(shapefile(tmp_path / "x.shp", deleted=(1,)))
    assert delivery.declared == 2
    assert delivery.troubles == ()
    assert list(delivery.fid) == [0, 2]


def test_shapefile_of_points(tmp_path):
    with pytest.raises(UnreadableInput, match="2 × Point"):
        read_all(write(tmp_path / "x.shp", points()))


# Zips.


def test_gbk_member_names(tmp_path):
    inner = tmp_path / "in"
    inner.mkdir()
    file = zipped(
        tmp_path / "x.zip", shapefile(inner / "万州区.shp"), folder="成果/", encoding="gbk"
    )
    delivery = read_one(file)
    assert list(delivery.columns["name"]) == NAMES
    assert delivery.path == f"{file}/成果/万州区.shp"


def test_two_shapefiles_in_nested_folders(tmp_path):
    inner = tmp_path / "in"
    inner.mkdir()
    shp = [shapefile(inner / "a.shp"), shapefile(inner / "b.shp", coded("utf-8", NAMES[:2]))]
    before = snapshot(tmp_path)
    file = zipped(tmp_path / "x.zip", *shp, folder="deep/er/")
    found = read_all(file)
    assert [d.declared for d in found] == [3, 2]
    assert [d.path for d in found] == [f"{file}/deep/er/{n}.shp" for n in "ab"]
    assert {k: v for k, v in snapshot(tmp_path).items() if k != "x.zip"} == before


def test_resource_forks_of_macs_are_passed_over(tmp_path):
    file = zipped(tmp_path / "x.zip", shapefile(tmp_path / "a.shp"))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("__MACOSX/._a.shp", b"\0\5\x16\7")
        archive.writestr("._a.shp", b"\0\5\x16\7")
    assert read_one(file).declared == 3


def test_a_geopackage_in_a_zip(tmp_path):
    write(tmp_path / "a.gpkg", layer="county")
    write(tmp_path / "a.gpkg", table(2), layer="town")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.write(tmp_path / "a.gpkg", "a.gpkg")
    assert [d.layer for d in read_all(tmp_path / "x.zip")] == ["county", "town"]
    assert read_one(f"{tmp_path}/x.zip:town").declared == 2


def test_encrypted(tmp_path):
    file = zipped(tmp_path / "x.zip", shapefile(tmp_path / "a.shp"))
    raw = bytearray(file.read_bytes())
    at = 0
    while (at := raw.find(b"PK\1\2", at)) >= 0:
        raw[at + 8] |= 1
        at += 4
    file.write_bytes(raw)
    with pytest.raises(UnreadableInput, match="encrypted"):
        read_all(file)


@pytest.mark.parametrize("where", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9])
def test_damaged(tmp_path, where):
    file = zipped(tmp_path / "x.zip", shapefile(tmp_path / "a.shp"))
    whole = file.read_bytes()
    cut(file, int(len(whole) * where))
    with pytest.raises(UnreadableInput):
        read_all(file)
    at = int(len(whole) * where)
    file.write_bytes(whole[:at] + bytes(b ^ 0xFF for b in whole[at : at + 25]) + whole[at + 25 :])
    try:
        read_one(file)
    except UnreadableInput:
        return


def test_every_single_damage(tmp_path):
    """One byte of a zip turned over is one sentence, or nothing lost."""
    file = zipped(tmp_path / "x.zip", shapefile(tmp_path / "a.shp"))
    whole = file.read_bytes()
    for at in range(0, len(whole), 37):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            read_all(file)
        except UnreadableInput:
            continue


def test_zip_without_shapefile(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("readme.txt", "no")
    with pytest.raises(UnreadableInput, match="no shapefile"):
        read_all(tmp_path / "x.zip")


def test_zip_with_a_shp_alone(tmp_path):
    file = shapefile(tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.write(file, "a.shp")
    with pytest.raises(UnreadableInput, match=r"\.dbf"):
        read_all(tmp_path / "x.zip")


# Databases that are being written to.


def add_row(database, layer="x"):
    database.executescript(
        "".join(
            f'DROP TRIGGER "{name}";'
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
        )
    )
    database.execute(f"INSERT INTO {layer} (geom, code, name) SELECT geom, '9', '新镇' FROM {layer}"
                     " WHERE fid = 1")  # fmt: skip


@pytest.mark.parametrize("ending", [".gpkg", ".data"])
def test_rows_that_are_only_in_the_log(tmp_path, ending):
    made = write(tmp_path / "made.gpkg", layer="x")
    database = sqlite3.connect(made)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA wal_autocheckpoint=0")
    add_row(database)
    database.commit()
    folder = tmp_path / "in"
    folder.mkdir()
    for tail in ("", "-wal"):
        shutil.copyfile(f"{made}{tail}", folder / f"x{ending}{tail}")
    database.close()
    before = snapshot(folder)
    delivery = read_one(folder / f"x{ending}")
    assert snapshot(folder) == before
    assert delivery.declared == 4
    assert list(delivery.columns["name"]) == [*NAMES, "新镇"]
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for each in folder.iterdir():
            archive.write(each, each.name.replace(".data", ".gpkg"))
    assert read_one(tmp_path / "x.zip").declared == 4


def test_a_log_that_is_still_open(tmp_path):
    file = write(tmp_path / "x.gpkg")
    database = sqlite3.connect(file)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        add_row(database)
        database.commit()
        before = {k: v[0] for k, v in snapshot(tmp_path).items()}
        assert read_one(file).declared == 4
        assert {k: v[0] for k, v in snapshot(tmp_path).items()} == before
    finally:
        database.close()


def test_write_ahead_header_without_log(tmp_path):
    file = write(tmp_path / "x.gpkg")
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode=WAL")
    database.close()
    before = snapshot(tmp_path)
    assert list(before) == ["x.gpkg"]
    assert read_one(file).declared == 3
    assert snapshot(tmp_path) == before


def test_a_hot_journal_is_rolled_back_in_a_copy(tmp_path):
    made = write(tmp_path / "made.gpkg", layer="x")
    database = sqlite3.connect(made, isolation_level=None)
    database.execute("PRAGMA cache_size=1")
    database.execute("PRAGMA cache_spill=1")
    add_row(database)
    database.execute("BEGIN")
    database.execute("UPDATE x SET name = 'half done'")
    for _ in range(10):
        database.execute(
            "INSERT INTO x (geom, code, name) SELECT zeroblob(9000), '8', 'half' FROM x LIMIT 4"
        )
    folder = tmp_path / "in"
    folder.mkdir()
    for tail in ("", "-journal"):
        shutil.copyfile(f"{made}{tail}", folder / f"x.gpkg{tail}")
    database.execute("ROLLBACK")
    database.close()
    assert (folder / "x.gpkg-journal").stat().st_size > 512
    before = snapshot(folder)
    delivery = read_one(folder / "x.gpkg")
    assert snapshot(folder) == before
    assert list(delivery.columns["name"]) == [*NAMES, "新镇"]


@pytest.mark.parametrize("damage", ["head", "body", "half"])
def test_a_database_that_is_damaged(tmp_path, damage):
    file = write(tmp_path / "x.gpkg")
    raw = file.read_bytes()
    for wal in (raw[18:20], b"\2\2"):
        spoilt = bytearray(raw)
        spoilt[18:20] = wal
        if damage == "head":
            spoilt[20:100] = b"\xff" * 80
        elif damage == "body":
            spoilt[100:8192] = b"\xff" * 8092
        else:
            del spoilt[len(raw) // 2 :]
        file.write_bytes(spoilt)
        try:
            read_one(file)
        except UnreadableInput:
            continue


def test_a_header_alone(tmp_path):
    file = tmp_path / "x.gpkg"
    for head in (b"SQLite format 3\0" + bytes(2) + b"\2\2", struct.pack("18x") + b"\2\2"):
        file.write_bytes(head)
        with pytest.raises(UnreadableInput, match="cannot be read"):
            read_all(file)


def test_a_flatgeobuf_that_is_cut(tmp_path):
    file = write(tmp_path / "x.fgb", table())
    raw = file.read_bytes()
    for size in range(0, len(raw), 53):
        file.write_bytes(raw[:size])
        try:
            read_one(file)
        except UnreadableInput:
            continue


@pytest.mark.parametrize("wrong", [0, 1, 2, 5, 100])
def test_a_count_that_other_programs_left_wrong(tmp_path, wrong):
    file = write(tmp_path / "x.gpkg")
    database = sqlite3.connect(file)
    database.execute("UPDATE gpkg_ogr_contents SET feature_count = ?", (wrong,))
    database.commit()
    database.close()
    delivery = read_one(file)
    assert delivery.declared == 3
    assert list(delivery.columns["name"]) == NAMES
    assert delivery.troubles == ()


def test_an_absurd_number_of_records(tmp_path):
    file = write(tmp_path / "x.fgb", SPATIAL_INDEX="NO")
    raw = file.read_bytes()
    absurd = raw.replace(struct.pack("<Q", 3), struct.pack("<Q", 1 << 40))
    assert absurd != raw
    file.write_bytes(absurd)
    with pytest.raises(UnreadableInput):
        read_all(file)
