"""The report as one HTML file that works without a network (检查报告页).

Everything is inside: Leaflet, styles, scripts, data. The page forbids itself any
outside address by a Content-Security-Policy that names its own parts by hash, and
the same report always gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from diming.model.finding import Severity
from diming.present.language import LANGUAGES, N_, resolve_language, say, translator
from diming.present.measured import measured_lines
from diming.present.page_data import page_data, to_script_json
from diming.present.page_parts import (
    content_security_policy,
    leaflet_script,
    script,
    styles,
    template,
)
from diming.present.page_words import MEASURES, SETTINGS, page_strings
from diming.present.plain import visible
from diming.present.text import dated_out_text
from diming.present.words import (
    crs_label,
    encoding_text,
    reason_text,
    remark_text,
    rule_title,
    severity_word,
    status_word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from diming.model.finding import InputRecord, Report, RuleRun

#: Concatenated in this order into one function scope.
SCRIPTS = (
    "base.js",
    "data.js",
    "filters.js",
    "table.js",
    "symbols.js",
    "clusters.js",
    "marks.js",
    "overview.js",
    "map.js",
    "detail.js",
    "page.js",
)
#: Units of lengths and areas, as `diming.present.quantity` says them.
_UNITS = ("km", "m", "cm", "mm", "km²", "ha", "m²", "cm²")


def render_page(report: Report, lang: str | None) -> str:
    """Return `report` as a self-contained HTML page.

    `lang` is ``"zh"`` or ``"en"``; None for the language of the environment.
    """
    lang = resolve_language(lang)
    gettext = translator(lang).gettext
    strings = page_strings(gettext)
    severities = {str(s): _capital(severity_word(s, lang)) for s in Severity}
    html_lang = LANGUAGES[lang].replace("_", "-")
    data = page_data(report, lang) | {
        "lang": html_lang,
        "strings": strings,
        "severities": severities,
        "quantities": {unit: gettext(f"{{number}} {unit}") for unit in _UNITS},
        "measures": {key: gettext(text) for key, text in MEASURES.items()},
    }
    style, scripts = styles("page.css"), (leaflet_script(), script(SCRIPTS))
    return template("page.html.j2").render(
        first_input=next(iter(data["inputs"]), ""),
        lang=html_lang,
        w=SimpleNamespace(**strings),
        severities=severities,
        report=report,
        summary=report.summary(),
        verdict=_verdict(report),
        illustrative=any("illustrative" in i.remarks for i in report.inputs),
        inputs=[_input_row(i, lang, strings) for i in report.inputs],
        settings=list(_settings_rows(report, gettext, strings)),
        measured=measured_lines(report.measured, lang),
        rules=[_rule_row(run, lang) for run in report.rules],
        rule_counts=_rule_counts(report, lang),
        csp=content_security_policy(style, scripts),
        style=style,
        scripts=scripts,
        data=to_script_json(data),
    )


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _verdict(report: Report) -> str:
    """Return the worst open severity, or ``"none"``."""
    summary = report.summary()
    return next((str(s) for s in Severity if summary[str(s)]), "none")


def _input_row(record: InputRecord, lang: str, strings: dict[str, str]) -> dict[str, Any]:
    remarks = [remark_text(remark, lang) for remark in record.remarks]
    if record.parents:
        remarks.append(say(N_("as the level above"), lang))
    if record.dated_out:
        remarks.append(dated_out_text(record, lang))
    if record.unusable:
        remarks.append(
            strings["unusable"].format(unusable=record.unusable, declared=record.declared)
        )
    return {
        "path": visible(record.path),
        "layer": visible(record.layer or ""),
        "features": record.features,
        "crs": crs_label(record.crs) if record.crs else strings["no_crs"],
        "encoding": encoding_text(record.encoding or "", lang),
        "sha256": visible(record.sha256),
        "remarks": remarks,
    }


def _settings_rows(
    report: Report, gettext: Callable[[str], str], strings: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield label and value of each setting that says something."""
    for setting in fields(report.settings):
        value = getattr(report.settings, setting.name)
        if value is None or value == ():
            continue
        label, unit = SETTINGS.get(setting.name, (setting.name, ""))
        space = "" if unit == "°" else " "
        yield gettext(label), f"{_said(value, strings)}{space}{unit}".strip()


def _said(value: object, strings: dict[str, str]) -> str:
    if isinstance(value, (tuple, list)):
        return ", ".join(visible(str(v)) for v in value) or strings["none"]
    return visible(f"{value:.12g}" if isinstance(value, float) else str(value))


def _rule_row(run: RuleRun, lang: str) -> dict[str, Any]:
    return {
        "rule": visible(run.rule),
        "title": rule_title(run.rule, lang),
        "status": run.status,
        "said": status_word(run.status, lang),
        "reason": reason_text(run, lang),
        "findings": run.findings,
    }


def _rule_counts(report: Report, lang: str) -> str:
    counts = Counter(run.status for run in report.rules)
    return " · ".join(f"{n} {status_word(status, lang)}" for status, n in counts.most_common())
