"""What becomes of the units below, when the one above them ends or is recoded (下级单位)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.history.faults import fault
from diming.model.code import parse_code
from diming.model.version import with_code

if TYPE_CHECKING:
    from diming.history.draft import Draft
    from diming.model.finding import Finding
    from diming.model.version import Version


def move_children(draft: Draft, old: Version, new: Version | None) -> list[Finding]:
    """Give the units below `old` to `new`, with codes that begin as the new one's does.

    Codes that would be another's are left out: nobody knows them before the
    code tables say. Without a new superior, the children are a finding.
    """
    below = [v for v in draft.children(old.unit_id) if new is None or v.unit_id != new.unit_id]
    if not below:
        return []
    if new is None:
        return [
            fault(
                "children-unassigned", draft.event, below[:10], named=old.label,
                measures={"children_count": len(below)},
            )
        ]  # fmt: skip
    findings = []
    for child in below:
        codes = recoded(child.codes, old, new)
        for system, code in codes:
            if any(v.unit_id != child.unit_id for v in draft.with_code(system, code)):
                codes = with_code(codes, system, None)
        draft.change(child, parent_id=new.unit_id, codes=codes)
        _in_later_versions(draft, child, old, new)
        if codes != child.codes:
            findings += _below(draft, child, draft.begun[child.unit_id])
    return findings


def _below(draft: Draft, old: Version, new: Version) -> list[Finding]:
    """Pass a changed code on to the units further down."""
    for child in draft.children(old.unit_id):
        codes = recoded(child.codes, old, new)
        if codes != child.codes:
            draft.change(child, codes=codes)
            _in_later_versions(draft, child, old, new)
            _below(draft, child, draft.begun[child.unit_id])
    return []


def recode_children(draft: Draft, old: Version, new: Version) -> None:
    """Let the codes of all units below follow that of the one above."""
    _below(draft, old, new)


def _in_later_versions(draft: Draft, child: Version, old: Version, new: Version) -> None:
    for later in draft.later(child.unit_id):
        if later.parent_id == old.unit_id:
            codes = recoded(later.codes, old, new)
            draft.amend(later, parent_id=new.unit_id, codes=codes)


def recoded(
    codes: tuple[tuple[str, str], ...], old: Version, new: Version
) -> tuple[tuple[str, str], ...]:
    """Return codes with the beginning of the new superior's in place of the old one's.

    Down to the county both Chinese systems are one, so a county's new code
    begins its townships' codes in either. A source's own ids are no prefixes.
    """
    before, after = _prefix(old), _prefix(new)
    if before is None or before == after:
        return codes
    changed = []
    for system, code in codes:
        if system != "source" and code.startswith(before):
            if after is None or len(after) != len(before):
                continue
            code = after + code[len(before) :]
        changed.append((system, code))
    return tuple(changed)


def _prefix(unit: Version) -> str | None:
    written = unit.code("ministry") or unit.code("nbs")
    parsed = None if written is None else parse_code(written)
    return None if parsed is None else parsed.significant
