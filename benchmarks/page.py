"""One self-contained page of a run's results: figures, tables, plots (结果页)."""

from __future__ import annotations

import io
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

from sections import NAMES

mpl.use("agg")
from matplotlib import pyplot as plt

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from sections.setting import Table

QUICK_NOTE = "<p class=no>Small sizes: shows that everything runs, not how fast it is.</p>"
LOOK = {"font.family": "sans-serif", "font.size": 10, "svg.fonttype": "none",
        "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "diming",
        "legend.frameon": False}  # fmt: skip
CSS = Path(__file__).with_suffix(".css").read_text("utf-8")


def picture(draw: Callable[[Axes], None], rows: int = 0) -> str:
    """Draw a plot as SVG that stands inside the page."""
    with plt.rc_context(LOOK):
        figure, ax = plt.subplots(
            figsize=(4.7, 3.2 + 0.19 * max(0, rows - 6)), layout="constrained"
        )
        draw(ax)
        if ax.get_legend_handles_labels()[0]:
            # Above the plot, where it hides nothing.
            figure.legend(loc="outside upper left", ncols=2)
        out = io.StringIO()
        figure.savefig(
            out,
            format="svg",
            metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")),
            transparent=True,
        )
        plt.close(figure)
    text = out.getvalue()
    return text[text.index("<svg") :]


def breakable(text: str) -> str:
    """Return text for a page that may be broken after the underscores of long names."""
    return escape(text).replace("_", "_<wbr>")


def html_table(table: Table) -> str:
    """Return a table; long ones scroll sideways in a frame of their own."""
    words = table.words
    wrap = " wrap" if words == len(table.head) else ""

    def line(cells: tuple[str, ...], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=w' if n < words else ''}>{breakable(c)}</{tag}>"
            for n, c in enumerate(cells)
        )

    body = "".join(f"<tr>{line(row, 'td')}</tr>" for row in table.rows)
    note = f"<p class=soft>{escape(table.note)}</p>" if table.note else ""
    return (
        f"<h3>{escape(table.title)}</h3><div class='wide{wrap}' tabindex=0><table><thead><tr>"
        f"{line(table.head, 'th')}</tr></thead><tbody>{body}</tbody></table></div>{note}"
    )


def reach_table(reach: list[dict[str, Any]]) -> str:
    """Return figures beside the values to be reached."""
    if not reach:
        return ""
    rows = []
    for r in reach:
        value = "not measured" if r["value"] is None else f"{r['value']:.3g} {r['unit']}".strip()
        mark = {True: ("yes", "✓ reached"), False: ("no", "✗ not reached"), None: ("soft", "–")}
        css, word = mark[r["reached"]]
        most = f"≤ {r['most']:g} {r['unit']}".strip()
        rows.append(f"<tr><td class=w>{escape(r['what'])}</td><td>{escape(value)}</td>"
                    f"<td>{escape(most)}</td><td class='w {css}'>{word}</td></tr>")  # fmt: skip
    head = (
        "<tr><th class=w>figure</th><th>measured</th><th>to be reached</th><th class=w></th></tr>"
    )
    return (
        "<h3>To be reached</h3><div class=wide tabindex=0><table>"
        f"<thead>{head}</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def section(name: str, told: dict[str, Any]) -> str:
    """Return one section, also one that failed."""
    module = import_module(f"sections.{name}")
    head = f"<section id={name}><h2>{escape(module.TITLE)}</h2><p>{module.ABOUT}</p>"
    if "error" in told:
        return f"{head}<p class=no>This section failed: {escape(told['error'])}</p></section>"
    reach = told["reach"]
    plots = "".join(
        f"<figure><figcaption>{escape(title)}</figcaption>{picture(draw, _rows(told))}</figure>"
        for title, draw in module.plots(told)
    )
    tables = "".join(html_table(t) for t in module.tables(told))
    took = f"<p class=soft>Measured in {told['took_s']:,.0f} s.</p>"
    return f"{head}<div class=plots>{plots}</div>{reach_table(reach)}{tables}{took}</section>"


def _rows(told: dict[str, Any]) -> int:
    """Guess how many lines a plot needs."""
    return max((len(w.get("defects", ())) for w in told.get("worlds", ())), default=0)


def page(results: dict[str, Any]) -> str:
    """Return the whole page."""
    machine, versions = results["machine"], results["versions"]
    facts = (
        f"{results['date']} · {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_gb']:.0f} GB · {machine['system']}"
    )
    used = ", ".join(f"{k} {v}" for k, v in versions.items())
    done = [name for name in NAMES if name in results["sections"]]
    links = "".join(
        f"<a href='#{n}'>{escape(import_module(f'sections.{n}').TITLE)}</a>" for n in done
    )
    quick = QUICK_NOTE if results["quick"] else ""
    parts = "".join(section(name, results["sections"][name]) for name in done)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>diming: measured</title><style>{CSS}</style><main><h1>diming, measured</h1>"
        f"<p class=soft>{escape(facts)}<br>{escape(used)}</p>{quick}<nav>{links}</nav>{parts}"
        "</main></html>"
    )
