"""What the rules of naming find about the name of an application (申请名称审查).

Findings go with the application, for those who assess it; they refuse nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.errors import UsageError
from diming.handbook.naming_loading import load_naming_rules
from diming.model.naming import NameClass, Proposal
from diming.services.reviewing import Reviewer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from diming.model.finding import Finding
    from diming.store.protocol import Store

#: Field of an entry that holds the findings.
FIELD = "findings"
#: Classes of the procedure (`diming.handbook.procedure`) that the rules call otherwise.
_CLASSES = {
    "nature-major": NameClass.NATURE, "committee": NameClass.VILLAGE,
    "settlement": NameClass.VILLAGE,
}  # fmt: skip


class NameReview:
    """Reviews the names of applications; what it fetched for one it has for the next."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._by_day: dict[date, Reviewer] = {}

    def findings(self, facts: Mapping[str, Any], day: date) -> tuple[Finding, ...]:
        """Return what is found about the name that an application proposes."""
        if facts.get("act") not in ("new", "rename"):
            return ()
        if day not in self._by_day:
            self._by_day[day] = Reviewer(self.store, day, None, load_naming_rules())
        lon, lat = facts.get("lon"), facts.get("lat")
        proposal = Proposal(
            name=str(facts.get("name", "")), name_class=_class_of(str(facts.get("class", ""))),
            within=str(facts.get("within_id") or ""),
            lon=None if lon is None else float(lon), lat=None if lat is None else float(lat),
        )  # fmt: skip
        try:
            return self._by_day[day].review(proposal).findings
        except UsageError:
            # The unit cannot be told: what the name says by itself is still looked at.
            bare = Proposal(name=proposal.name, name_class=proposal.name_class)
            return self._by_day[day].review(bare).findings


def written(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as an entry keeps them."""
    return [
        {
            "rule": f.rule, "severity": str(f.severity), "id": f.id, "units": list(f.units),
            "names": list(f.names), "measures": _json(f.measures), "facts": _json(f.facts),
        }
        for f in findings
    ]  # fmt: skip


def _class_of(class_id: str) -> NameClass:
    if class_id in _CLASSES:
        return _CLASSES[class_id]
    return NameClass(class_id) if class_id in set(NameClass) else NameClass.OTHER


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _json(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(v) for v in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
