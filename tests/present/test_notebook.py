"""Reports in notebooks: table, summary, map, plot."""

import sys
from dataclasses import replace

import geopandas
import pytest
import shapely

import diming
from diming.errors import EnvironmentLacks
from diming.geometry.ground import PLANE
from diming.present.notebook import summary_html
from diming.present.table import COLUMNS

from .test_words import EVERY
from .worlds import EXEMPTION, OVERLAP, finding, input_record, report

HOSTILE = "<script>alert(1)</script>`${x}`&\u202e"


def test_table_has_a_row_for_each_finding():
    accepted = replace(OVERLAP, excepted_by=EXEMPTION)
    table = report(
        OVERLAP, accepted, finding("missing-code", geometry=None, at=None)
    ).to_geodataframe("zh")
    assert tuple(c for c in table.columns if c != "geometry") == COLUMNS
    assert table.crs == "EPSG:4326"
    assert table.area_m2[0] == 812.4
    assert table.records[0] == [(0, 37), (1, 41)]
    assert table.measures[0] == {"parts_count": 1}
    assert list(table.excepted) == [False, True, False]
    assert table.message[0].startswith("朝天门街道")
    assert table.geometry[2] is None


def test_table_of_a_clean_report_and_without_crs():
    assert len(report().to_geodataframe()) == 0
    assert report(OVERLAP, inputs=(input_record(crs=None),)).to_geodataframe().crs is None


def test_summary_is_escaped_and_short():
    bad = replace(OVERLAP, names=(HOSTILE, ""))
    text = summary_html(report(bad), "en")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    text = summary_html(report(*EVERY), "en")
    assert text.count("<tr>") == 21
    assert f"and {len(EVERY) - 20} more" in text
    assert "Illustrative" in text
    assert report()._repr_html_()
    assert repr(report(OVERLAP)).endswith("error=1, warning=0, info=0, excepted=0>")


def test_map_has_layers_and_no_tiles():
    bad = replace(OVERLAP, names=(HOSTILE, ""))
    page = report(bad, finding("void", "info"), finding("bad-code", geometry=None)).explore(
        lang="en"
    )
    text = page.get_root().render()
    assert "tile_layer" not in text.lower().replace("l.tilelayer", "")
    assert "alert(1)</script>" not in text
    assert "&lt;script&gt;" in text or "\\u0026lt;script" in text
    assert '"units"' in text
    assert '"error"' in text


def test_map_without_findings_backdrop_or_crs():
    report(backdrop=None).explore().get_root().render()
    plane = report(OVERLAP, inputs=(input_record(crs=None),)).explore()
    assert "L.CRS.Simple" in plane.get_root().render()


def test_coordinates_of_a_plane_are_not_called_degrees():
    squares = geopandas.GeoDataFrame(
        {"code": ["a", "b"]},
        geometry=[shapely.box(0, 0, 10, 10), shapely.box(9, 0, 20, 10)],
        crs=PLANE,
    )
    checked = diming.check(squares)
    assert checked.to_geodataframe().crs is None
    assert "L.CRS.Simple" in checked.explore().get_root().render()


def test_plot_draws_findings():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    line = finding("unmatched-edge", geometry=shapely.LineString([(106.5, 29.5), (106.6, 29.6)]))
    axes = report(OVERLAP, line, finding("void", "info", geometry=None)).plot(lang="zh")
    assert len(axes.get_legend().get_texts()) == 3
    axes.figure.canvas.draw()
    other = pyplot.subplots()[1]
    assert report(inputs=(input_record(crs=None),)).plot(ax=other) is other
    pyplot.close("all")


def test_plot_without_matplotlib_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(EnvironmentLacks, match=r"diming\[plot\]"):
        report(OVERLAP).plot()
