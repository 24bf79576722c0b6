"""What `docs/archive.md` shows works without diming: in SQLite, with GDAL, in plain Python."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pyogrio
import pytest

from diming.files.events import read_events
from diming.model.namechange import NameChange
from diming.model.place import Name, NameKind, Place, Told
from diming.model.span import Span, parse_when
from diming.services.demo_archive import build_archive
from diming.services.recording import record
from diming.services.reverting import revert
from diming.store.opening import open_store
from diming.store.schema import TABLES

TEXT = (Path(__file__).parents[2] / "docs" / "archive.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documented")
    file = folder / "archive.gpkg"
    build_archive(file)
    act = folder / "act.csv"
    act.write_text(
        "date,event_type,units_before,units_after\n"
        "2026-01-01,merge,大渡口区[500104];九龙坡区[500107],九龙坡区[500107]\n",
        encoding="utf-8",
    )
    with open_store(file) as store:
        record(store, list(read_events(act)), author="某", reason="登记")
        revert(store, f"r{store.head().number}", author="某", reason="误录")
        record(store, list(read_events(act)), author="某", reason="登记")
        unit = store.view().with_name("万盛区")[0].unit_id
        told = Told("1955年至1993年", Span(parse_when("1955"), parse_when("1994")))
        former = Name("n1", unit, "南桐矿区", NameKind.FORMER, when=told, citation="《重庆市志》")
        camp = Place("p1", "22200", lon=106.9, lat=29.0, within=("重庆市",), within_id=unit)
        with store.write(author="某", reason="地名") as writer:
            writer.append_names(NameChange((camp,), (former, Name("n2", "p1", "南桐礦區"))))
        with store.write(author="某", reason="更正") as writer:
            (old,) = store.gazetteer().names_of(["p1"])["p1"]
            writer.append_names(
                NameChange(old_names=(old.row,), names=(Name("n2", "p1", "南桐矿区"),))
            )
    return file


def test_every_column_is_described_and_no_other():
    table, described = "", {}
    for line in TEXT.split("## Tables", 1)[1].split("\n## ", 1)[0].splitlines():
        cells = [c.strip() for c in line.split("|")]
        if len(cells) < 4 or not cells[2].startswith("`"):
            continue
        table = re.findall(r"`(\w+)`", cells[1])[0] if cells[1] else table
        described.setdefault(table, []).extend(re.findall(r"`(\w+)`", cells[2]))
    assert {t: sorted(c) for t, c in described.items()} == {
        t.name: sorted(t.names()) for t in TABLES
    }


def test_questions_in_sql_are_answered(archive):
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as base:
        answers = [base.execute(q).fetchall() for q in blocks("sql")]
    then, once, code, ground, called, replaced = answers
    assert len(then) == len(once) == 38
    assert ("綦江区", "500110", "2011-10-22", "day") in then
    assert {shape for _, shape in once} == {None}
    assert [name for _, name, *_ in code] == ["万盛区", "綦江区"]
    day, kind, giver, taker, area_m2, share = ground[-1]
    assert (day, kind, giver, taker, share) == ("2026-01-01", "merge", "大渡口区", "九龙坡区", 1.0)
    assert 99e6 < area_m2 < 100e6
    (former,) = [row for row in called if row[1] == "former"]
    assert former[2:4] == ("1955年至1993年", "《重庆市志》") and former[4:6] == (None, None)
    (other,) = [row for row in called if row[1] == "standard"]
    assert other[4:] == (106.9, 29.0, None)
    assert replaced and {why for *_, why in replaced} == {"shapes of counties, 2019"}


def test_gdal_gives_the_shapes_of_a_day(archive):
    (query,) = blocks("ogr")
    table = pyogrio.read_dataframe(archive, sql=query)
    assert {"綦江区", "开县"} <= set(table["name"]) and "开州区" not in set(table["name"])
    assert table.geometry.notna().all()


def test_hashes_are_worked_out_without_diming(archive, tmp_path):
    (code,) = blocks("python")
    script = tmp_path / "hashes.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(archive)],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    with open_store(archive, readonly=True) as store:
        noted = [f"r{r.number} as noted {r.hash}" for r in reversed(list(store.revisions()))]
    assert done.stdout.splitlines() == noted
    assert len(noted) == 9


def test_a_changed_row_shows_in_the_hashes(archive, tmp_path):
    (code,) = blocks("python")
    (tmp_path / "hashes.py").write_text(code, encoding="utf-8")
    with (
        closing(sqlite3.connect(archive)) as base,
        closing(sqlite3.connect(tmp_path / "c.gpkg")) as copy,
    ):
        base.backup(copy)
        copy.execute("DROP TRIGGER version_unedited")
        copy.execute("UPDATE version SET name = '綦江县' WHERE name = '綦江区' AND known_from = 3")
        copy.commit()
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "hashes.py"), str(tmp_path / "c.gpkg")],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    told = [line.rsplit(" ", 1)[0] for line in done.stdout.splitlines()]
    assert told == [f"r{n} as noted" for n in (1, 2)] + [f"r{n} NOT AS NOTED" for n in range(3, 10)]
