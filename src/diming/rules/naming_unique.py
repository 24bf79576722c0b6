"""Whether a proposed name is borne already: the same, or one that sounds so (重名, 同音)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.model.finding import Severity
from diming.rules.naming_around import WAYS
from diming.rules.naming_findings import finding
from diming.rules.naming_spelling import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from diming.handbook.naming import NamingRule, NamingRules, Unique
    from diming.model.finding import Finding
    from diming.model.naming import Bearer, NameClass
    from diming.rules.naming import Site
    from diming.rules.naming_around import Around


def unique_findings(
    rule: NamingRule,
    unique: Unique,
    rules: NamingRules,
    name: str,
    name_class: NameClass,
    site: Site,
    around: Sequence[Around],
    closer: Callable[[Bearer], Bearer],
) -> Iterator[Finding]:
    """Yield who bears a like name within the scope, those nearest to the proposal first.

    Names borne no longer are notes: they are free, or reserved for their place. `closer`
    says where a bearer is and since when, which is not worth knowing of all.
    """
    found = [
        (way, closer(bearer))
        for names in around
        for way, bearer in names.alike(name, (name_class, *unique.beside))
        if bearer.id not in site.excepted
    ]
    ranked = sorted(
        found,
        key=lambda f: (
            _is_former(f[1], site.day), WAYS.index(f[0]), _distance_m(site, f[1]) or 0.0,
            f[1].code, f[1].id, f[1].text,
        ),
    )  # fmt: skip
    told: set[str] = set()
    generic = parts_of(name, rules.terms_of(name_class)).generic
    for way, bearer in ranked:
        # Of one place the closest of its names tells all.
        if bearer.id in told:
            continue
        reason, severity = way, Severity.WARNING
        if way == "exact":
            severity = rule.severity
        elif way == "near":
            severity = Severity.INFO
        beyond = generic in unique.beyond or bearer.text.endswith(unique.beyond or ("\n",))
        if beyond and severity is Severity.ERROR:
            severity = Severity.WARNING
        if _is_former(bearer, site.day):
            # What only sounds like a name of the past disturbs nobody.
            if way not in ("exact", "specific"):
                continue
            reason = "reserved" if bearer.heritage else "former"
            severity = Severity.WARNING if bearer.heritage else Severity.INFO
        told.add(bearer.id)
        yield _finding(rule, reason, name, severity, bearer, site, beyond=beyond)


def _is_former(bearer: Bearer, day: date) -> bool:
    return bearer.end is not None and bearer.end <= day


def _finding(
    rule: NamingRule,
    reason: str,
    name: str,
    severity: Severity,
    bearer: Bearer,
    site: Site,
    *,
    beyond: bool,
) -> Finding:
    metres = _distance_m(site, bearer)
    here, there = site.placed_by, bearer.placed_by
    at = None if bearer.lon is None or bearer.lat is None else (bearer.lon, bearer.lat)
    between = [here or name, there or bearer.text] if metres is not None and here + there else []
    return finding(
        rule, reason, name, severity,
        about=f"{bearer.id} {bearer.text}",
        units=(bearer.code or bearer.text,),
        names=(bearer.text,),
        measures={} if metres is None else {"distance_m": metres},
        at=at if not there else None,
        bearer_id=bearer.id,
        above="/".join(bearer.above),
        since=bearer.since,
        until=bearer.until,
        between=[] if metres is None else between,
        beyond=bearer.text if beyond else "",
    )  # fmt: skip


def _distance_m(site: Site, bearer: Bearer) -> float | None:
    """Return how far a bearer is from the proposal; None where either is not known."""
    if None in (site.lon, site.lat, bearer.lon, bearer.lat):
        return None
    if site.placed_by and site.placed_by == bearer.placed_by:
        # Both stand for the same middle: that would say nothing.
        return None
    from pyproj import Geod

    return float(Geod(ellps="GRS80").inv(site.lon, site.lat, bearer.lon, bearer.lat)[2])
