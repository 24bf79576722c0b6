"""A report in Jupyter: a summary, an interactive map, a plot."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import EnvironmentLacks
from diming.model.finding import Finding, Report, Severity
from diming.present.language import N_, P_, fill, resolve_language, say
from diming.present.measured import on_earth
from diming.present.plain import plain
from diming.present.report_json import geometry
from diming.present.text import ordered, place_text, summary_line
from diming.present.words import hint, message, remark_text, rule_title, severity_word, unit_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Readable on white and on black.
COLORS: dict[Severity, str] = {
    Severity.ERROR: "#d33f49",
    Severity.WARNING: "#d98e04",
    Severity.INFO: "#3d85c6",
}

#: Findings that the summary shows.
MOST_SHOWN = 20

#: Fonts with Chinese characters, the likeliest first.
_CHINESE_FONTS = (
    *("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei"),
    *("SimHei", "PingFang SC", "Heiti SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
    *("Noto Sans SC", "Noto Sans CJK JP", "Noto Serif CJK SC", "SimSun", "Songti SC"),
)


def summary_html(report: Report, lang: str | None = None) -> str:
    """Return a small table of the first findings; colours come from the notebook's theme."""
    findings = ordered(report.findings)
    heads = (N_("severity"), N_("rule"), N_("finding"), N_("place"))
    cells = "".join(f"<th style='text-align:left'>{_escape(say(h, lang))}</th>" for h in heads)
    rows = "".join(_html_row(f, report, lang) for f in findings[:MOST_SHOWN])
    more = len(findings) - MOST_SHOWN
    rest = fill(P_("and {count} more", "and {count} more", "count"), lang, {"count": more})
    remarks = "".join(
        f"<div><b>{_escape(remark_text(remark, lang))}</b></div>"
        for i in report.inputs
        for remark in i.remarks
    )
    table = f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"
    return (
        f"<div class='diming-report'><div><b>{_escape(summary_line(report, lang))}</b></div>"
        f"{remarks}{table if findings else ''}"
        f"{f'<div>{_escape(rest)}</div>' if more > 0 else ''}</div>"
    )


def explore(report: Report, lang: str | None = None, **options: Any) -> Any:
    """Return a folium map of units and findings, coloured by severity.

    Parameters
    ----------
    report : Report
        What to show; units are drawn if it carries a backdrop.
    lang : str or None
        Language of the popups.
    **options
        Passed to `folium.Map`. There are no background tiles unless asked for
        (``tiles="OpenStreetMap"``), so that nothing about the data leaves the machine.
    """
    import folium

    options = {"tiles": None, "control_scale": on_earth(report), **options}
    if not on_earth(report):
        options.setdefault("crs", "Simple")
    view = folium.Map(**options)
    bounds: list[Any] = []
    if report.backdrop is not None:
        backdrop = report.backdrop
        labels = map(unit_label, backdrop.codes, backdrop.names)
        features = _features(zip(backdrop.outlines, labels, strict=False))
        bounds += [f["geometry"] for f in features]
        _add_layer(view, say(N_("units"), lang), features, "#7f7f7f", 0.05, 1)
    for severity, color in COLORS.items():
        chosen = [f for f in report.findings if f.severity is severity]
        shapes = _features((f.geometry, _popup(f, report, lang)) for f in chosen)
        points = _features(
            (shapely.Point(f.at), _popup(f, report, lang)) for f in chosen if f.at is not None
        )
        bounds += [f["geometry"] for f in points or shapes]
        _add_layer(view, severity_word(severity, lang), shapes + points, color, 0.4, 2)
    folium.LayerControl(collapsed=False).add_to(view)
    if bounds:
        shapes_ = shapely.from_geojson([json.dumps(b) for b in bounds])
        west, south, east, north = shapely.total_bounds(shapes_).tolist()
        view.fit_bounds([[south, west], [north, east]], max_zoom=18)
    return view


def plot(report: Report, ax: Any = None, lang: str | None = None) -> Any:
    """Draw units and findings with matplotlib; return the axes.

    Text is Chinese only if a font with Chinese characters is installed.

    Raises
    ------
    EnvironmentLacks
        If matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot
        from matplotlib.collections import LineCollection
    except ImportError as error:
        raise EnvironmentLacks(
            'plots need matplotlib; install it with: pip install "diming[plot]"'
        ) from error

    font = _chinese_font()
    lang = resolve_language(lang) if font else "en"
    if ax is None:
        ax = pyplot.subplots()[1]
    if report.backdrop is not None:
        lines = _lines(report.backdrop.outlines)
        ax.add_collection(LineCollection(lines, colors="#7f7f7f", linewidths=0.5, zorder=1))
    for severity, color in COLORS.items():
        chosen = [f for f in report.findings if f.severity is severity]
        lines = _lines([f.geometry for f in chosen if f.geometry is not None])
        ax.add_collection(LineCollection(lines, colors=color, linewidths=1.2, zorder=2))
        places = np.array([f.at for f in chosen if f.at is not None]).reshape(-1, 2)
        label = f"{severity_word(severity, lang)} ({len(chosen)})"
        ax.scatter(*places.T, s=18, facecolors="none", edgecolors=color, label=label, zorder=3)
    ax.autoscale_view()
    if on_earth(report):
        middle = sum(ax.get_ylim()) / 2
        ax.set_aspect(1 / max(np.cos(np.radians(middle)), 0.1))
    else:
        ax.set_aspect("equal")
    ax.legend(prop=font)
    ax.set_title(summary_line(report, lang), fontproperties=font)
    return ax


def _html_row(finding: Finding, report: Report, lang: str | None) -> str:
    color = COLORS[finding.severity]
    word = severity_word(finding.severity, lang)
    values = (
        f"<span style='color:{color};font-weight:bold'>{_escape(word)}</span>",
        _escape(rule_title(finding.rule, lang)),
        _escape(message(finding, lang, report.inputs)),
        _escape(place_text(finding)),
    )
    return "<tr>" + "".join(f"<td style='text-align:left'>{v}</td>" for v in values) + "</tr>"


def _popup(finding: Finding, report: Report, lang: str | None) -> str:
    """Return the text of a popup, not yet escaped; lines are paragraphs."""
    title = f"{severity_word(finding.severity, lang)} · {rule_title(finding.rule, lang)}"
    lines = (title, message(finding, lang, report.inputs), hint(finding, lang), plain(finding.id))
    return "\n".join(line for line in lines if line)


def _features(pairs: Iterable[tuple[Any, str]]) -> list[dict[str, Any]]:
    """Return GeoJSON features whose only property is escaped HTML."""
    return [
        {"type": "Feature", "geometry": shape, "properties": {"html": _escape_lines(text)}}
        for shape, text in ((geometry(s), t) for s, t in pairs)
        if shape is not None
    ]


def _add_layer(
    view: Any, name: str, features: Sequence[dict[str, Any]], color: str, fill: float, weight: int
) -> None:
    import folium

    if not features:
        return
    style: dict[str, Any] = {
        "color": color,
        "weight": weight,
        "fillColor": color,
        "fillOpacity": fill,
    }
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=_escape(name),
        style_function=lambda _: style,
        marker=folium.CircleMarker(radius=6, **style),
        popup=folium.GeoJsonPopup(fields=["html"], labels=False, max_width=360),
    ).add_to(view)


def _lines(shapes: Any) -> list[Any]:
    """Return the coordinates of all lines and rings in some geometries."""
    whole = np.array([s for s in shapes if geometry(s) is not None], dtype=object)
    parts = shapely.get_parts(whole)
    areas = shapely.get_dimensions(parts) == 2
    lines = np.concatenate([shapely.get_rings(parts[areas]), parts[~areas]])
    return [c for c in map(shapely.get_coordinates, lines) if len(c) > 1]


def _chinese_font() -> Any:
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    name = next((n for n in _CHINESE_FONTS if n in installed), None)
    return font_manager.FontProperties(family=[name, "sans-serif"]) if name else None


def _escape(text: str) -> str:
    """Escape for HTML; a backtick too, since scripts quote with it."""
    return html.escape(text).replace("`", "&#96;")


def _escape_lines(text: str) -> str:
    return "<br>".join(_escape(line) for line in text.split("\n"))
