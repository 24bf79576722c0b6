"""Findings, errors and reasons, said in Chinese or English.

Rules find facts; here facts become sentences. Everything that came from a
file passes `diming.present.plain.plain` on its way into a sentence.
"""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from diming.errors import Said, Sentences
from diming.present.hints import HINTS, SEAM_HINT
from diming.present.language import N_, P_, Template, fill, say
from diming.present.plain import plain
from diming.present.quantity import angle_text, area_text, length_text, share_text, significant
from diming.present.templates import (
    CLAUSES,
    COUNTED_REMARKS,
    ENCODINGS,
    MESSAGES,
    REASONS,
    REMARKS,
    RULE_CLAUSES,
    SEVERITIES,
    STATUSES,
    TITLES,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from diming.errors import DimingError
    from diming.model.finding import Finding, InputRecord, RuleRun

#: Units named in one message; the rest is counted.
MOST_NAMED = 5

#: Items listed in the message of an error, where one has to be chosen.
MOST_CHOICES = 40


def rule_title(rule: str, lang: str | None) -> str:
    """Return the title of a rule; its name if we have no words for it."""
    return say(TITLES[rule], lang) if rule in TITLES else plain(rule)


def severity_word(severity: str, lang: str | None) -> str:
    """Return the word for a severity."""
    word = SEVERITIES.get(str(severity))
    return say(word, lang) if word else plain(severity)


def status_word(status: str, lang: str | None) -> str:
    """Return the words for the status of a rule: run, skipped, not applicable."""
    word = STATUSES.get(status)
    return say(word, lang) if word else plain(status)


def reason_text(run: RuleRun, lang: str | None) -> str:
    """Return why a rule did not run; empty if it ran."""
    if run.reason is None:
        return ""
    template = REASONS.get(run.reason)
    return fill(template, lang, fact_texts(run.facts, lang)) if template else plain(run.reason)


def remark_text(remark: str, lang: str | None) -> str:
    """Return what a file says of itself and must be shown (示意)."""
    if remark in REMARKS:
        return say(REMARKS[remark], lang)
    key, _, count = remark.partition(":")
    if key in COUNTED_REMARKS and count.isdecimal():
        return say(COUNTED_REMARKS[key], lang, units_count=int(count))
    return plain(remark)


def encoding_text(label: str, lang: str | None) -> str:
    """Return which encoding texts were read in, and how it was settled if no file says it."""
    name, _, how = label.partition(":")
    return say(ENCODINGS[how], lang, encoding=plain(name)) if how in ENCODINGS else plain(label)


def error_text(error: DimingError, lang: str | None) -> str:
    """Return one sentence for an error of this library."""
    places: dict[str, Any] = {
        key: _fact(value, lang, most=MOST_CHOICES) for key, value in error.facts.items()
    }
    return fill(error.template, lang, places)


def message(finding: Finding, lang: str | None, inputs: Sequence[InputRecord] = ()) -> str:
    """Return what was found: which units, what, how much.

    Parameters
    ----------
    finding : Finding
        What to say.
    lang : str or None
        ``"zh"`` or ``"en"``; None for the language of the environment.
    inputs : sequence of InputRecord
        ``Report.inputs``, so that a seam can name the two deliveries.
    """
    places = _places(finding, lang, inputs)
    text = fill(_template(finding), lang, places)
    clauses = [
        fill(CLAUSES[key], lang, places)
        for key in RULE_CLAUSES.get(finding.rule, ())
        if _applies(key, finding)
    ]
    text = say(N_(", "), lang).join([text, *clauses])
    deliveries = _deliveries(finding, inputs) if finding.seam else []
    if len(deliveries) > 1:
        text = say(
            N_("{message} (seam between {deliveries})"),
            lang,
            message=text,
            deliveries=join(deliveries, lang),
        )
    return text


def hint(finding: Finding, lang: str | None) -> str:
    """Return what to do about a finding; empty if there is nothing to say."""
    template = HINTS.get(f"{finding.rule}:{finding.facts.get('reason')}") or HINTS.get(finding.rule)
    text = say(template, lang) if template else ""
    if not finding.seam:
        return text
    seam = say(SEAM_HINT, lang)
    return say(N_("{first} {second}"), lang, first=text, second=seam) if text else seam


def unit_label(code: str, name: str = "") -> str:
    """Return a unit by name and code.

    Examples
    --------
    >>> unit_label("500103001", "朝天门街道")
    '朝天门街道 (500103001)'
    """
    shown, given = plain(code), plain(name)
    if given and shown and given != shown:
        return f"{given} ({shown})"
    return given or shown


def unit_labels(finding: Finding) -> list[str]:
    """Return the units of a finding by name and code, in order."""
    names = (*finding.names, *[""] * (len(finding.units) - len(finding.names)))
    return [unit_label(code, name) for code, name in zip(finding.units, names, strict=False)]


def crs_label(crs: str) -> str:
    """Return a CRS by its authority code, or the name within its WKT.

    Examples
    --------
    >>> crs_label('PROJCS["CGCS2000 / 3-degree Gauss-Kruger CM 108E",GEOGCS[…')
    'CGCS2000 / 3-degree Gauss-Kruger CM 108E'
    """
    head, _, rest = crs.partition('["')
    named = rest.partition('"')[0]
    return plain(named if named and head.isidentifier() else crs)


def join(items: Sequence[str], lang: str | None, most: int = MOST_NAMED) -> str:
    """Join items as a sentence does, naming at most `most` of them.

    Examples
    --------
    >>> join(["a", "b", "c"], "en")
    'a, b and c'
    """
    comma = say(N_("{first}, {next}"), lang, first="", next="")
    if len(items) > most:
        return fill(
            P_("{items} and {more_count} more", "{items} and {more_count} more", "more_count"),
            lang,
            {"items": comma.join(items[:most]), "more_count": len(items) - most},
        )
    if len(items) < 2:
        return "".join(items)
    return say(N_("{first} and {last}"), lang, first=comma.join(items[:-1]), last=items[-1])


def input_labels(inputs: Sequence[InputRecord]) -> list[str]:
    """Return short names of inputs: the file's name, longer where two are alike."""
    names = Counter(PurePath(i.path).name for i in inputs)
    paths = Counter(i.path for i in inputs)
    whole = Counter(PurePath(p).name for p in paths)
    labels = []
    for record in inputs:
        name = PurePath(record.path).name
        label = record.path if whole[name] > 1 or not name else name
        if names[name] > whole[name] and record.layer:
            label = f"{label}:{record.layer}"
        labels.append(plain(label))
    return labels


def _template(finding: Finding) -> Template:
    """Choose the sentence: by reason, by where a gap lies, by rule; else the rule's name."""
    variant = finding.facts.get("reason")
    if finding.rule in ("gap", "void") and finding.units:
        variant = "within" if len(finding.units) == 1 else "between"
    elif finding.rule == "sliver-ring":
        variant = finding.facts.get("ring")
    return (
        MESSAGES.get(f"{finding.rule}:{variant}")
        or MESSAGES.get(finding.rule)
        or N_("{subject}: {title}")
    )


def _applies(clause: str, finding: Finding) -> bool:
    """Tell whether a finding has what a clause speaks of."""
    measures, facts = finding.measures, finding.facts
    needs = {"tip": "angle_deg", "others": "area_m2", "enclosed": "area_m2"}
    match clause:
        case "offset" | "shared":
            # A micrometre off the line, or no line at all, is nothing to speak of.
            return measures.get("offset_m" if clause == "offset" else "length_m", 0.0) > 1e-6
        case "width" | "length":
            return f"{clause}_m" in measures
        case "distance" | "between":
            # Between what it was measured is said where that is not the places themselves.
            return "distance_m" in measures and bool(facts.get("between")) == (clause == "between")
        case "tip" | "others" | "enclosed":
            return needs[clause] in measures
        case "days_count":
            return clause in measures
        case "parts_count":
            return measures.get(clause, 1) > 1
        case "cover_count":
            return measures.get(clause, 2) > 2
        case "matched":
            return "matched_units_count" in measures
        case "share":
            return "share" in measures
        case "beside":
            return len(finding.units) > 1
        case "nowhere":
            return facts.get("into") == ""
        case "detail" if finding.rule == "invalid-geometry":
            # GEOS says in English what the sentence says already, but for what it alone knows.
            return facts.get("reason") == "other" and bool(facts.get("detail"))
        case "ring":
            return facts.get("ring") is not None
        case _:
            return bool(facts.get(clause))


def _places(finding: Finding, lang: str | None, inputs: Sequence[InputRecord]) -> dict[str, Any]:
    labels = unit_labels(finding)
    units = join(labels, lang)
    crs = finding.facts.get("crs")
    return {
        **fact_texts(finding.facts, lang),
        **({"crs": crs_label(crs)} if isinstance(crs, str) else {}),
        **{k: v for key, value in finding.measures.items() for k, v in _measure(key, value, lang)},
        "title": rule_title(finding.rule, lang),
        "units": units or say(N_("the data"), lang),
        "subject": units or join(_deliveries(finding, inputs), lang) or say(N_("the data"), lang),
        "unit": labels[0] if labels else "?",
        "other": labels[1] if len(labels) > 1 else "?",
        "third": labels[2] if len(labels) > 2 else "?",
        "rest": join(labels[1:], lang) or "?",
    }


def _deliveries(finding: Finding, inputs: Sequence[InputRecord]) -> list[str]:
    """Return the inputs that the records of a finding come from, each once."""
    labels = input_labels(inputs)
    positions = dict.fromkeys(r.input for r in finding.records if 0 <= r.input < len(labels))
    return [labels[p] for p in positions]


def _measure(key: str, value: float, lang: str | None) -> Iterable[tuple[str, Any]]:
    """Yield the place a measure fills, and its text with unit."""
    if key.endswith("_m2"):
        yield key.removesuffix("_m2"), area_text(value, lang)
    elif key.endswith("_m"):
        yield key.removesuffix("_m"), length_text(value, lang)
    elif key.endswith("_deg"):
        yield key.removesuffix("_deg"), angle_text(value)
    elif key.endswith("_count"):
        yield key, significant(value, 15)
    elif key == "share":
        yield key, share_text(value)
    elif key.endswith("_share"):
        yield key.removesuffix("_share"), share_text(value)
    else:
        yield key, significant(value)


def fact_texts(facts: Mapping[str, Any], lang: str | None) -> dict[str, Any]:
    """Return facts as harmless texts, by the places they fill."""
    return {key: _fact(value, lang) for key, value in facts.items()}


def _fact(value: Any, lang: str | None, most: int = MOST_NAMED) -> Any:
    """Return a fact as harmless text; whole numbers and floats stay numbers."""
    if isinstance(value, bool) or value is None:
        return plain("" if value is None else value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, Said):
        places = {key: _fact(fact, lang, most) for key, fact in value.facts.items()}
        return fill(value.template, lang, places)
    if isinstance(value, Sentences):
        return say(N_("; "), lang).join(str(_fact(each, lang, most)) for each in value.each)
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return join([plain(item) for item in items], lang, most)
    return plain(value)
