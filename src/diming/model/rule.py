"""The rules of a check, in the order they are reported (规则)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.errors import UsageError

if TYPE_CHECKING:
    from diming.model.finding import CheckSettings

#: Rules by what they need to look at.
RECORD_RULES = (
    "unreadable-record", "invalid-geometry", "empty-geometry", "wrong-geometry-type",
    "encoding-unsettled",
)  # fmt: skip
CODE_RULES = ("duplicate-code", "missing-code", "bad-code", "code-kind", "code-parent")
COVERAGE_RULES = ("overlap", "gap", "void", "unmatched-edge", "vertex-noise")
SHAPE_RULES = (
    "duplicate-geometry", "spike", "sliver-ring", "short-edge", "exclave", "enclave",
)  # fmt: skip
PARENT_RULES = ("outside-parent", "parent-not-covered", "parent-mismatch")
PLACEMENT_RULES = ("crs-suspect",)
EXCEPTION_RULES = ("exception-expired", "exception-unused")
AUDIT_RULES = ("audit-mismatch",)
#: Of an archive; a file holds one date.
TIME_RULES = (
    "time-overlap", "time-gap", "territory-lost", "territory-gained", "dangling-parent",
    "code-reuse",
)  # fmt: skip

RULES = (
    *RECORD_RULES, *CODE_RULES, *COVERAGE_RULES, *SHAPE_RULES, *PARENT_RULES, *TIME_RULES,
    *PLACEMENT_RULES, *EXCEPTION_RULES, *AUDIT_RULES,
)  # fmt: skip

#: What acts are held to when they are recorded, beside coverage and time; no check runs them.
ACT_RULES = (
    "event-form", "unit-not-alive", "unit-ambiguous", "unit-exists", "event-out-of-order",
    "parent-missing", "children-unassigned", "code-taken", "territory-unknown",
    "territory-unfit", "event-recorded",
)  # fmt: skip

#: What proposed names are held to (`diming.handbook.naming`); no check of data runs them.
NAMING_RULES = (*(f"naming-n{number}" for number in range(1, 11)), "naming-local")


def wanted_rules(settings: CheckSettings) -> frozenset[str]:
    """Return the rules a check is to run, after ``--rule`` and ``--skip``.

    ``seam`` is no rule of its own: it picks, of all findings, those between inputs.

    Raises
    ------
    UsageError
        If a rule is named that does not exist, or nothing is left to run.
    """
    for name in (*(settings.rules or ()), *settings.skip):
        if name not in RULES and name != "seam":
            raise UsageError(
                "there is no rule «{rule}»; the rules are: {rules}",
                rule=name[:60], rules=", ".join(RULES),
            )  # fmt: skip
    chosen = settings.rules
    if chosen is None or set(chosen) == {"seam"}:
        chosen = RULES
    left = frozenset(chosen) - frozenset(settings.skip)
    asked = RULES if settings.rules is None else settings.rules
    if not left - {"seam"} or not set(asked) - set(settings.skip):
        raise UsageError("rules and skip, taken together, leave nothing to run; name other rules")
    return left
