"""The report as one HTML file that works without a network (检查报告页).

Everything is inside: Leaflet, styles, scripts, data. The page forbids itself any
outside address by a Content-Security-Policy that names its own parts by hash, and
the same report always gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import re
from collections import Counter
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from diming.model.finding import Severity
from diming.present.language import translator
from diming.present.page_data import page_data, to_script_json, visible
from diming.present.page_words import MEASURED, MEASURES, SETTINGS, page_strings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jinja2 import Template

    from diming.model.finding import InputRecord, Report

ASSETS = Path(__file__).resolve().parent / "assets"
#: Concatenated in this order into one function scope.
SCRIPTS = (
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
_HTML_LANG = {"zh": "zh-CN", "en": "en"}


def render_page(report: Report, lang: str) -> str:
    """Return `report` as a self-contained HTML page in `lang` (``"zh"`` or ``"en"``)."""
    words = _texts()
    gettext = translator(lang).gettext
    strings = page_strings(gettext)
    severities = {str(s): visible(words.severity_word(s, lang)) for s in Severity}
    data = page_data(report, words, lang) | {
        "lang": _HTML_LANG[lang],
        "strings": strings,
        "severities": severities,
        "measures": {key: gettext(text) for key, text in MEASURES.items()},
    }
    style, scripts = _style(), (_leaflet(), _script())
    return _template().render(
        lang=_HTML_LANG[lang],
        w=SimpleNamespace(**strings),
        severities=severities,
        report=report,
        summary=report.summary(),
        verdict=_verdict(report),
        illustrative=any("illustrative" in i.remarks for i in report.inputs),
        inputs=[_input_row(i, strings) for i in report.inputs],
        settings=list(_settings_rows(report, gettext, strings)),
        measured=list(_measured_rows(report, gettext, strings)),
        rules=_rule_rows(report, words, lang, strings),
        rule_counts=_rule_counts(report, strings),
        csp=_content_security_policy(style, scripts),
        style=style,
        scripts=scripts,
        data=to_script_json(data),
    )


def _texts() -> Any:
    """Return the module that says what findings mean."""
    return importlib.import_module("diming.present.words")


def _verdict(report: Report) -> str:
    """Return the worst open severity, or ``"none"``."""
    summary = report.summary()
    return next((str(s) for s in Severity if summary[str(s)]), "none")


def _input_row(record: InputRecord, strings: dict[str, str]) -> dict[str, Any]:
    remarks = [
        strings["illustrative"] if remark == "illustrative" else visible(remark)
        for remark in record.remarks
    ]
    if record.unusable:
        remarks.append(
            strings["unusable"].format(unusable=record.unusable, declared=record.declared)
        )
    return {
        "path": visible(record.path),
        "layer": visible(record.layer or ""),
        "features": record.features,
        "crs": visible(record.crs) if record.crs else strings["no_crs"],
        "encoding": visible(record.encoding or ""),
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


def _measured_rows(
    report: Report, gettext: Callable[[str], str], strings: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield label and value of each fact about how things were measured."""
    for key, value in report.measured.items():
        label = gettext(MEASURED[key]) if key in MEASURED else visible(key)
        yield label, _said(value, strings)


def _said(value: object, strings: dict[str, str]) -> str:
    if isinstance(value, bool):
        return strings["yes" if value else "no"]
    if isinstance(value, (tuple, list)):
        return ", ".join(visible(v) for v in value) or strings["none"]
    return visible(f"{value:.12g}" if isinstance(value, float) else value)


def _rule_rows(
    report: Report, words: Any, lang: str, strings: dict[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "rule": visible(run.rule),
            "title": visible(words.rule_title(run.rule, lang)),
            "status": run.status,
            "said": strings.get(run.status.replace("-", "_"), visible(run.status)),
            "reason": visible(words.reason_text(run, lang) or "") if run.reason else "",
            "findings": run.findings,
        }
        for run in report.rules
    ]


def _rule_counts(report: Report, strings: dict[str, str]) -> str:
    counts = Counter(run.status for run in report.rules)
    return " · ".join(
        f"{counts[status]} {strings[status.replace('-', '_')]}"
        for status in ("run", "skipped", "not-applicable")
        if counts[status]
    )


def _content_security_policy(style: str, scripts: tuple[str, ...]) -> str:
    """Return a policy that allows exactly these parts and nothing from outside."""
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    # Leaflet's images belong to controls that the page does not use.
    leaflet = re.sub(r"url\((?!data:)[^)]*\)", "none", _asset("leaflet/leaflet.css"))
    return leaflet + _asset("page.css")


@cache
def _leaflet() -> str:
    return re.sub(r"\n//# sourceMappingURL=.*", "\n", _asset("leaflet/leaflet.js"))


@cache
def _script() -> str:
    parts = "\n".join(_asset(f"js/{name}") for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(ASSETS)
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")
