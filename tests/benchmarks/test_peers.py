"""Peers: skipped by name when not installed, scored by place, told in one page."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from measure import run  # noqa: E402
from peer_table import BEGIN, END, put  # noqa: E402
from peers import NAMES  # noqa: E402
from peers.contest import contests, describe  # noqa: E402
from peers.protocol import HOLE, UNNAMED, Place, Steps, read_places, write_places  # noqa: E402
from peers.scoring import score  # noqa: E402
from sections.growth import slope  # noqa: E402
from truth import Defect, Truth, read_truth  # noqa: E402


def square(x: float, y: float, size: float = 10.0) -> shapely.Polygon:
    return shapely.box(x, y, x + size, y + size)


def defect(rule: str, x: float, y: float, **more: object) -> Defect:
    ring = shapely.get_coordinates(square(x, y)).tolist()
    return Defect(rule, "made", ("A",), at=(x + 5, y + 5), polygon=[ring], **more)


# -- not installed --------------------------------------------------------


@pytest.fixture
def nothing_installed(monkeypatch, tmp_path):
    """Neither a folder of peers nor a program on PATH."""
    import peers.geoplanar
    import peers.postgis
    import peers.protocol

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(peers.protocol, "FOLDER", tmp_path)
    monkeypatch.setattr(peers.geoplanar, "FOLDER", tmp_path)
    monkeypatch.setattr(peers.postgis, "PROGRAMS", tmp_path)


@pytest.mark.parametrize(
    ("module", "name", "missing"),
    [
        ("mapshaper_mosaic", "mapshaper -mosaic", "mapshaper"),
        ("mapshaper_clean", "mapshaper -clean", "mapshaper"),
        ("grass", "GRASS v.in.ogr + v.centroids", "grass"),
        ("postgis", "PostGIS", "postgres"),
    ],
)
def test_what_is_not_installed_is_skipped_by_name(nothing_installed, module, name, missing):
    told = describe(module)
    assert told["peer"] == name
    assert told["version"] is None
    assert missing in told["skipped"]


def test_a_module_that_python_lacks_is_named(nothing_installed, monkeypatch):
    import peers.geoplanar

    absent = peers.geoplanar.ASK.replace("version('geoplanar')", "version('no-such-package')")
    monkeypatch.setattr(peers.geoplanar, "ASK", absent)
    told = describe("geoplanar")
    assert told["peer"] == "geoplanar"
    assert "no-such-package" in told["skipped"]


def test_a_skipped_peer_is_not_run_and_is_told_to_the_reader(nothing_installed, tmp_path):
    said = []
    truth = Truth("none.gpkg", "towns", "EPSG:4545", 1, 0, 0)
    told = contests(tmp_path / "none.gpkg", truth, names=("grass",), say=said.append)
    assert "seconds" not in told[0]
    assert "skipped" in said[0]
    assert "GRASS" in said[0]


# -- scoring --------------------------------------------------------------


def test_places_are_counted_by_kind():
    truths = [defect("overlap", 0, 0), defect("overlap", 100, 0), defect("gap", 200, 0)]
    places = [
        Place("overlap", square(5, 5)),
        Place("overlap", square(500, 0)),
        Place("gap", square(100, 0)),
    ]
    told = score(places, truths)
    overlap, gap = told.kinds["overlap"], told.kinds["gap"]
    assert (overlap.truths, overlap.found, overlap.marked) == (2, 1, 2)
    assert (overlap.reported, overlap.right) == (2, 1)
    assert (overlap.recall, overlap.precision) == (0.5, 0.5)
    # A place at a defect of another kind is right, but finds nothing of its own kind.
    assert (gap.found, gap.reported, gap.right) == (0, 1, 1)
    assert (told.places, told.right, told.truths, told.marked) == (3, 2, 3, 2)


def test_one_place_may_find_several_and_several_one():
    truths = [defect("overlap", 0, 0), defect("overlap", 20, 0)]
    wide = [Place("overlap", shapely.box(0, 0, 40, 10))]
    assert score(wide, truths).kinds["overlap"].recall == 1.0
    pieces = [Place("overlap", square(0, 0, 1)), Place("overlap", square(3, 3, 1))]
    told = score(pieces, truths).kinds["overlap"]
    assert (told.recall, told.precision) == (0.5, 1.0)


def test_nearness_is_a_centimetre():
    truths = [defect("gap", 0, 0)]
    near, far = square(10.005, 0), square(10.02, 0)
    assert score([Place("gap", near)], truths).kinds["gap"].found == 1
    assert score([Place("gap", far)], truths).kinds["gap"].found == 0


def test_a_hole_without_width_answers_gaps_and_voids():
    truths = [defect("gap", 0, 0), defect("void", 100, 0)]
    told = score([Place(HOLE, square(0, 0)), Place(HOLE, square(100, 0))], truths).kinds
    assert (told["gap"].recall, told["void"].recall) == (1.0, 1.0)
    assert (told["gap"].precision, told["gap"].reported) == (1.0, 2)
    # One that knows widths is held to them.
    wrong = score([Place("gap", square(100, 0))], truths).kinds
    assert (wrong["void"].recall, wrong["void"].marked) == (0.0, 1)


def test_what_is_narrower_than_the_tolerance_is_not_held_against_anyone():
    thin, thick = shapely.box(500, 0, 600, 0.0005), shapely.box(700, 0, 800, 0.003)
    told = score(
        [Place("overlap", square(0, 0)), Place("overlap", thin)], [defect("overlap", 0, 0)]
    )
    assert (told.places, told.right, told.noise) == (1, 1, 1)
    assert told.kinds["overlap"].precision == 1.0
    assert score([Place("overlap", thick)], []).kinds["overlap"].precision == 0.0
    # At a defect it counts like any other.
    at_defect = [Place("overlap", shapely.box(0, 0, 10, 0.0005))]
    assert score(at_defect, [defect("overlap", 0, 0)]).kinds["overlap"].recall == 1.0


def test_marks_without_a_name_find_no_kind():
    told = score([Place(UNNAMED, square(0, 0))], [defect("gap", 0, 0)])
    assert (told.kinds["gap"].found, told.kinds["gap"].marked) == (0, 1)
    assert told.kinds[UNNAMED].precision == 1.0


def test_defects_without_a_place_are_found_by_their_units():
    truths = [Defect("duplicate-code", "made", ("A", "A")), Defect("bad-code", "made", ("B",))]
    nowhere = shapely.GeometryCollection()
    told = score([Place("duplicate-code", nowhere, ("A",)), Place("bad-code", nowhere, ("C",))],
                 truths).kinds  # fmt: skip
    assert (told["duplicate-code"].recall, told["duplicate-code"].precision) == (1.0, 1.0)
    assert (told["bad-code"].recall, told["bad-code"].precision) == (0.0, 0.0)


def test_rules_that_are_not_asked_count_nowhere():
    told = score([], [defect("outside-parent", 0, 0)], leave_out=("outside-parent",))
    assert told.truths == 0
    assert not told.kinds


def test_places_come_back_as_they_were(tmp_path):
    places = [
        Place("overlap", square(0, 0), ("A", "B"), area_m2=100.0),
        Place(UNNAMED, square(1, 1)),
    ]
    write_places(tmp_path / "p.json", places, Steps({"read": 1.5}, 12.0))
    again, steps = read_places(tmp_path / "p.json")
    assert again == places
    assert (steps.seconds, steps.server_peak_mb) == ({"read": 1.5}, 12.0)


# -- peers that are installed ---------------------------------------------


@pytest.fixture(scope="module")
def nine_squares(tmp_path_factory):
    """Nine squares: one reaches 3 m into its neighbour, between two lies a hole 2 m wide."""
    east, north = np.meshgrid(np.arange(3) * 100.0 + 359_000, np.arange(3) * 100.0 + 3_272_000)
    squares = shapely.box(east.ravel(), north.ravel(), east.ravel() + 100, north.ravel() + 100)
    overlap = shapely.box(359_100, 3_272_020, 359_103, 3_272_080)
    hole = shapely.box(359_198, 3_272_120, 359_200, 3_272_180)
    squares[0] = shapely.union(squares[0], overlap)
    squares[4] = shapely.difference(squares[4], hole)
    path = tmp_path_factory.mktemp("squares") / "nine.gpkg"
    codes = np.array([f"90000000{n}" for n in range(9)], dtype=object)
    pyogrio.raw.write(path, shapely.to_wkb(squares), [codes], ["code"], geometry_type="Polygon",
                      layer="towns", crs="EPSG:4545", driver="GPKG")  # fmt: skip
    truths = [
        Defect("overlap", "made", tuple(codes[:2]), polygon=[ring(overlap)]),
        Defect("gap", "made", tuple(codes[4:6]), polygon=[ring(hole)]),
    ]
    return path, Truth(path.name, "towns", "EPSG:4545", 0, 9, 45, defects=truths)


def ring(shape):
    return shapely.get_coordinates(shape).tolist()


@pytest.mark.parametrize("module", NAMES)
def test_an_installed_peer_finds_what_it_can_name(module, nine_squares, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(BENCHMARKS.parent / "src"))
    path, truth = nine_squares
    (told,) = contests(path, truth, names=(module,), timeout=120)
    if told["skipped"]:
        pytest.skip(f"{told['peer']}: {told['skipped']}")
    assert told["failed"] is None
    assert told["peak_mb"] > 20
    assert told["marked"] == 2
    assert told["right"] == told["places"]
    for kind in {"overlap", "gap"}.intersection(told["names"]):
        assert told["kinds"][kind]["recall"] == 1.0, kind


# -- measuring ------------------------------------------------------------


def test_a_run_is_charged_with_its_own_memory_and_time(tmp_path):
    keep = bytearray(400 * 2**20)
    keep[::4096] = b"x" * len(keep[::4096])
    small = run(["sleep", "0.3"])
    assert small.exit_code == 0
    assert small.seconds == pytest.approx(0.3, abs=0.25)
    assert small.peak_mb < 50, "charged with the memory of whoever started it"
    big = run([sys.executable, "-c", "x = bytearray(150 * 2**20); x[::4096] = x[::4096]"])
    assert 150 < big.peak_mb < 300
    del keep


def test_a_run_over_time_is_ended():
    late = run(["sleep", "30"], timeout=0.5)
    assert late.timed_out
    assert late.seconds < 10


def test_what_a_failing_run_said_is_kept():
    failed = run([sys.executable, "-c", "import sys; sys.exit('no such thing')"])
    assert (failed.exit_code, failed.said) == (1, "no such thing")


def test_slopes_are_those_of_the_logarithms():
    assert slope([1, 10, 100], [3, 30, 300]) == pytest.approx(1.0)
    assert slope([1, 10, 100], [1, 100, 10_000]) == pytest.approx(2.0)
    assert slope([1, 10], [0, 5]) is None


# -- the runner -----------------------------------------------------------


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Run everything but `big` on tiny worlds, with one peer and one that is not there."""
    folder = tmp_path_factory.mktemp("results")
    document = folder / "peers.md"
    document.write_text(f"# Peers\n\nBefore.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n", "utf-8")
    command = [
        sys.executable, str(BENCHMARKS / "run.py"), "--output", str(folder), "--quick",
        "--vertices", "40", "--speed-units", "100", "--command-units", "100", "--threads", "2",
        "--states", "dirty",
        "--growth-units", "100", "--peer-units", "100", "--table", str(document),
        "--peers", "diming_check,shapely_edges,grass",
    ]  # fmt: skip
    env = {**os.environ, "PATH": str(folder), "DIMING_PEERS": str(folder / "none")}
    done = run(command, env=env, output=folder / "stdout", timeout=300)
    assert done.exit_code == 0, done.said
    return folder


def test_every_section_has_figures(results):
    told = json.loads((results / "results.json").read_text("utf-8"))
    assert told["schema"] == "diming.benchmarks/1"
    assert told["machine"]["cores"] >= 1
    assert told["versions"]["shapely"]
    sections = told["sections"]
    assert list(sections) == ["speed", "command", "growth", "peers_compared"]
    for row in sections["speed"]["worlds"]:
        assert all(side["best_s"] > 0 and side["ratio"] > 0 for side in row["sides"].values())
    dirty = next(w for w in sections["speed"]["worlds"] if w["state"] == "dirty")
    assert dirty["sides"]["naming-2"]["found"] > 0
    for row in sections["command"]["worlds"]:
        assert min(row[w][k] for w in ("diming", "baseline") for k in ("best_s", "peak_mb")) > 0
    assert [w["units"] for w in sections["growth"]["worlds"]] == [100]
    assert all(s["reach"] and s["took_s"] > 0 for s in sections.values())


def test_peers_are_scored_or_skipped(results):
    told = json.loads((results / "results.json").read_text("utf-8"))
    clean, dirty = told["sections"]["peers_compared"]["worlds"]
    ours, edges, grass = dirty["peers"]
    assert "grass" in grass["skipped"]
    assert ours["kinds"]["overlap"]["recall"] == 1.0
    assert 0 < edges["marked"] < ours["marked"] <= ours["truths"] == sum(dirty["defects"].values())
    for peer in clean["peers"][:2]:
        assert peer["places"] == peer["right"], "exclaves and enclaves are facts, nothing else is"


def test_the_page_stands_alone(results):
    page = (results / "results.html").read_text("utf-8")
    assert page.count("<svg") >= 6
    for outside in ('src="http', 'href="http', "src='http", "href='http", "url(http", "@import"):
        assert outside not in page
    assert "Skipped, as not installed" in page


def test_the_table_goes_between_the_marks(results):
    text = (results / "peers.md").read_text("utf-8")
    assert text.startswith("# Peers\n\nBefore.")
    assert text.rstrip().endswith("After.")
    assert "old" not in text.split(END)[0].split("\n")
    assert "| diming check --parents |" in text
    assert "GRASS" in text


def test_a_document_without_marks_is_left_alone(tmp_path):
    document = tmp_path / "other.md"
    document.write_text("# Other\n", "utf-8")
    with pytest.raises(ValueError, match="missing"):
        put(document, {})
    assert document.read_text("utf-8") == "# Other\n"


def test_worlds_say_what_is_wrong_in_them(results):
    truths = sorted((results / "worlds").glob("*/*.truth.json"))
    assert len(truths) == 2
    assert {bool(read_truth(p).defects) for p in truths} == {True}
    assert {"gap" in read_truth(p).counts() for p in truths} == {True, False}
