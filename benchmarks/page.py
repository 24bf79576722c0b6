"""One self-contained page of a run's results: figures, tables, plots (结果页)."""

from __future__ import annotations

import io
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from sections import NAMES

mpl.use("agg")
from matplotlib import pyplot as plt  # noqa: E402 (after the choice of a canvas)

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from sections.setting import Table

LOOK = {"font.family": "sans-serif", "font.size": 10, "svg.fonttype": "none",
        "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "diming",
        "legend.frameon": False}  # fmt: skip
CSS = """
:root{color-scheme:light;--line:#dfe3e8;--ink:#1d2733;--soft:#5d6b7a;--good:#1b7f4b;--bad:#b3261e}
*{box-sizing:border-box}
body{margin:0;font:15px/1.5 system-ui,"Noto Sans",sans-serif;color:var(--ink);background:#f6f7f9}
main{max-width:1180px;margin:0 auto;padding:20px 16px 60px}
h1{font-size:1.6rem;margin:.4em 0 .1em}h2{font-size:1.2rem;margin:0 0 .3em}h3{font-size:1rem;margin:1.2em 0 .3em}
p{margin:.3em 0 .8em;max-width:75ch}.soft{color:var(--soft)}code{font-size:.92em;overflow-wrap:anywhere}
section{background:#fff;border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:18px 0}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:6px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem;min-width:100%}
th,td{padding:5px 11px;text-align:right;border-top:1px solid var(--line);white-space:nowrap}
thead th{border-top:0;background:#f1f3f6;font-weight:600;vertical-align:bottom;white-space:normal;min-width:4.5em}
.w{text-align:left}.wrap td.w,.wrap td{white-space:normal;min-width:8em}
th.w:first-child,td.w:first-child{position:sticky;left:0;background:inherit}
tbody tr{background:#fff}thead tr{background:#f1f3f6}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:14px;margin-top:14px}
figure{margin:0;min-width:0}figcaption{font-weight:600;font-size:.92rem;margin-bottom:4px}
figure svg{width:100%;height:auto;display:block}
.yes{color:var(--good)}.no{color:var(--bad)}nav a{margin-right:1em}
@media(max-width:600px){main{padding:12px 8px 40px}section{padding:14px 12px}th,td{padding:4px 8px}
td.w:first-child,th.w:first-child{white-space:normal;min-width:7.5em;max-width:9.5em}}
"""


def picture(draw: Callable[[Axes], None], rows: int = 0) -> str:
    """Draw a plot as SVG that stands inside the page."""
    with plt.rc_context(LOOK):
        figure, ax = plt.subplots(figsize=(5.8, 3.6 + 0.2 * max(0, rows - 6)), layout="constrained")
        draw(ax)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None}, transparent=True)
        plt.close(figure)
    text = out.getvalue()
    return text[text.index("<svg") :]


def html_table(table: Table) -> str:
    """Return a table; long ones scroll sideways in a frame of their own."""
    words = table.words
    wrap = " wrap" if words == len(table.head) else ""

    def line(cells: tuple[str, ...], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=w' if n < words else ''}>{escape(c)}</{tag}>"
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
        value = "not measured" if r["value"] is None else f"{r['value']:.2f} {r['unit']}".strip()
        mark = {True: ("yes", "✓ reached"), False: ("no", "✗ not reached"), None: ("soft", "–")}
        css, word = mark[r["reached"]]
        most = f"≤ {r['most']:g} {r['unit']}".strip()
        rows.append(f"<tr><td class=w>{escape(r['what'])}</td><td>{escape(value)}</td>"
                    f"<td>{escape(most)}</td><td class='w {css}'>{word}</td></tr>")  # fmt: skip
    head = "<tr><th class=w>figure</th><th>measured</th><th>to be reached</th><th class=w></th></tr>"
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
    parts = "".join(section(name, results["sections"][name]) for name in done)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>diming: measured</title><style>{CSS}</style><main><h1>diming, measured</h1>"
        f"<p class=soft>{escape(facts)}<br>{escape(used)}</p><nav>{links}</nav>{parts}</main></html>"
    )
