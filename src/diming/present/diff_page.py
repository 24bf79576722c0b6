"""What changed between two states, as one HTML file that works without a network (对比页)."""

from __future__ import annotations

from itertools import groupby
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from diming.present.acts import (
    act_text,
    basis_text,
    level_word,
    source_text,
    unit_text,
    when_text,
)
from diming.present.answer_text import (
    area_or_dash,
    change_label,
    flow_text,
    title_of,
    what_text,
    whole_text,
)
from diming.present.diff_data import diff_data
from diming.present.language import LANGUAGES, N_, resolve_language, say, translator
from diming.present.page_data import to_script_json
from diming.present.page_parts import (
    content_security_policy,
    leaflet_script,
    script,
    styles,
    template,
)
from diming.present.quantity import area_text
from diming.version import __version__

if TYPE_CHECKING:
    from diming.model.answers import Change, Difference

SCRIPTS = ("base.js", "diff_map.js", "diff_page.js")

STRINGS: dict[str, str] = {
    "title": N_("Divisions compared"),
    "skip": N_("Skip to the changes"),
    "map": N_("Map"),
    "swipe": N_("How much of the map shows the earlier state"),
    "swipe_text": N_("{percent} % earlier, the rest later"),
    "level": N_("level"),
    "units": N_("units"),
    "before": N_("before"),
    "after": N_("after"),
    "gained": N_("gained"),
    "lost": N_("lost"),
    "whole": N_("The region as a whole"),
    "unit": N_("unit"),
    "changes": N_("Changes"),
    "flows": N_("Ground that changed hands"),
    "acts": N_("Acts between"),
    "area": N_("area"),
    "no_change": N_("No unit changed."),
    "no_map": N_("No territory is known, so there is no map."),
    "no_acts": N_("No act on record explains the difference."),
    "needs_script": N_("The map needs JavaScript; the tables below do not."),
    "zoom_in": N_("Zoom in"),
    "zoom_out": N_("Zoom out"),
    "fit": N_("Show everything"),
    "moved": N_("ground that changed hands"),
    "chosen_gained": N_("gained by the chosen unit"),
    "chosen_lost": N_("lost by the chosen unit"),
    "changed_unit": N_("unit that changed"),
    "legend": N_("Legend"),
    "outlines_note": N_("Outlines for orientation only"),
}


def render_diff(diff: Difference, lang: str | None) -> str:
    """Return the difference of two states as a self-contained HTML page.

    `lang` is ``"zh"`` or ``"en"``; None for the language of the environment.
    """
    lang = resolve_language(lang)
    strings = {key: translator(lang).gettext(text) for key, text in STRINGS.items()}
    html_lang = LANGUAGES[lang].replace("_", "-")
    earlier, later = title_of(diff)
    data = diff_data(diff, lang) | {
        "lang": html_lang, "strings": strings, "earlier": earlier, "later": later,
    }  # fmt: skip
    style, scripts = styles("diff.css"), (leaflet_script(), script(SCRIPTS))
    found = diff.comparison
    return template("diff.html.j2").render(
        lang=html_lang,
        version=__version__,
        w=SimpleNamespace(**strings),
        earlier=earlier,
        later=later,
        # What the title says already, the days, is not said again.
        basis=(
            [source_text(diff.later, lang)]
            if diff.earlier.revision == diff.later.revision
            else [basis_text(b, lang) for b in (diff.earlier, diff.later)]
        ),
        has_map=bool(data["shapes"]),
        map_levels=data["levels"],
        balances=[
            {
                "level": level_word(b.level, lang),
                "before": b.units_before,
                "after": b.units_after,
                "gained": area_or_dash(b.gained_m2, lang),
                "lost": area_or_dash(b.lost_m2, lang),
                "whole": whole_text(b, lang),
                "proved": b.conserved,
            }
            for b in found.balances
        ],
        changes=[
            (level_word(level, lang), [_change(c, diff, lang) for c in group])
            for level, group in groupby(found.changes, key=lambda c: c.version.level)
        ],
        flows=[
            {
                "text": flow_text(f.giver, f.taker, diff.names, lang),
                "area": area_text(f.area_m2, lang),
                "number": n,
            }
            for n, f in enumerate(found.flows)
        ],
        acts=[
            {
                "date": when_text(a.event.date, lang),
                "text": act_text(a, lang),
                "passages": [
                    say(N_("{giver} → {taker}"), lang,
                        giver=unit_text(p.giver, diff.names, lang),
                        taker=unit_text(p.taker, diff.names, lang))
                    + f" {area_text(p.area_m2, lang)}"
                    for p in a.passages if p.area_m2 is not None
                ],
            }
            for a in diff.acts
        ],
        csp=content_security_policy(style, scripts),
        style=style,
        scripts=scripts,
        data=to_script_json(data),
    )  # fmt: skip


def _change(change: Change, diff: Difference, lang: str) -> dict[str, Any]:
    return {
        "unit": change.unit_id,
        "label": change_label(change.before, change.after, lang),
        "what": what_text(change, diff.names, lang),
        "kinds": [str(k) for k in change.kinds],
        "gained": area_or_dash(change.gained_m2, lang),
        "lost": area_or_dash(change.lost_m2, lang),
        "placed": any(
            v is not None and v.territory is not None for v in (change.before, change.after)
        ),
    }
