"""What findings on acts say, and what to do about them, by rule and reason (变更不符)."""

from __future__ import annotations

from diming.present.language import N_, P_, Template

ACT_TITLES: dict[str, str] = {
    "event-form": N_("Not a well-formed act"),
    "unit-not-alive": N_("Unit does not stand"),
    "unit-ambiguous": N_("Several units may be meant"),
    "unit-exists": N_("Unit stands already"),
    "event-out-of-order": N_("Later changes are recorded already"),
    "parent-missing": N_("Superior does not stand"),
    "children-unassigned": N_("Units below without a superior"),
    "code-taken": N_("Code is taken"),
    "territory-unknown": N_("Ground not known"),
    "territory-unfit": N_("Ground cannot be moved so"),
    "event-recorded": N_("Act is recorded already"),
}

ACT_MESSAGES: dict[str, Template] = {
    "event-form": N_("the act cannot be meant so"),
    "event-form:count-before": N_(
        "there are {count} whole units before the act; this type needs at least {least}"
    ),
    "event-form:count-after": N_(
        "there are {count} whole units after the act; this type needs at least {least}"
    ),
    "event-form:not-paired": N_(
        "units before and after go in pairs, but there are {before} before and {after} after"
    ),
    "event-form:no-parts": N_("a change of boundary names part of a unit on both sides (~)"),
    "event-form:rename-keeps-code": N_("{named} gets another code; a change of name keeps it"),
    "event-form:rename-keeps-kind": N_(
        "{named} becomes another kind of unit; a change of name alters the specific part only"
    ),
    "event-form:same-name": N_("{named} has the same name before and after"),
    "event-form:named-twice": N_("{named} is named twice on one side of the act"),
    "event-form:ended-takes": N_("{named} ends by this act, and cannot take ground by it"),
    "event-form:nothing-passes": N_("no ground passes from one unit to another"),
    "event-form:same-superior": N_("{named} lies below {unit} already"),
    "event-form:nothing-corrected": N_("the correction names nothing that it corrects"),
    "event-form:not-correctable": N_("“{named}” cannot be corrected; what can be is: {known}"),
    "event-form:no-span": N_("{unit} would end before it begins, or a date is none"),
    "event-form:no-date": N_(
        "it says no date, and not the one that counts in this archive: {legal_date}"
    ),
    "event-form:no-level": N_("the level of {named} is not known"),
    "event-form:not-above": N_("{unit} is not above {named}"),
    "unit-not-alive": N_("{named} does not stand on {day}, and the archive never held it"),
    "unit-not-alive:other-time": N_("{named} does not stand on {day}; the archive has {known}"),
    "unit-not-alive:other-name": N_(
        "{named} does not stand on {day}; under that code the archive has {known}"
    ),
    "unit-not-alive:not-undone": N_(
        "{named} is not there to be undone on the way back before {day}"
    ),
    "unit-ambiguous": N_("{named} may be any of {candidates}"),
    "unit-exists": N_("{named} stands already"),
    "event-out-of-order": N_("{unit} is changed on {since} by what the archive holds already"),
    "parent-missing": N_("the unit that the code {code} of {named} lies below does not stand"),
    "children-unassigned": P_(
        "{children_count} unit below {named} would have no superior: {units}",
        "{children_count} units below {named} would have no superior: {units}",
        "children_count",
    ),
    "code-taken": N_("the code {code} of {named} belongs to {holder} at that time"),
    "territory-unknown": N_("it is not known how the ground was parted"),
    "territory-unknown:parts-unknown": N_(
        "the part that passes is not known, so the shape of {units} is not known from then on"
    ),
    "territory-unknown:nothing-to-part": N_(
        "the shape of {units} is not known then, so no part of it can be cut off"
    ),
    "territory-unknown:below-unknown": N_(
        "all units of {named_units} were made anew, and nobody says from which"
    ),
    "territory-unfit": N_("ground of {named} cannot be moved so"),
    "territory-unfit:nothing-moved": N_("{named} has no ground there"),
    "territory-unfit:everything-moved": N_("nothing would be left of {named}"),
    "territory-unfit:line-does-not-cut": N_("the line does not cut {named} in two"),
    "territory-unfit:side-unclear": N_("a part of {named} lies on both sides of the line"),
    "territory-unfit:not-a-coverage": N_(
        "{named} and its neighbours do not meet on the same vertices there"
    ),
    "territory-unfit:from-outside": N_(
        "ground that {named} gets from outside cannot be drawn by itself: give the whole outline "
        "after the act"
    ),
    "territory-unfit:shape-unknown": N_("the shape of {named} is not known"),
    "event-recorded": N_("this act is recorded already"),
}

ACT_HINTS: dict[str, str] = {
    "event-form": N_("Look at the type of the act and the units it names; mend the file."),
    "unit-not-alive": N_(
        "Look at name, code and date; or record first the act that made the unit."
    ),
    "unit-not-alive:not-undone": N_(
        "Record the acts before it by themselves, or mend the table of acts."
    ),
    "unit-ambiguous": N_("Say which one: with its code, or as parent/child."),
    "unit-exists": N_(
        "If it began by this very act, load the list with --events, so that the act is undone "
        "first; otherwise it is another unit, or the act is recorded already."
    ),
    "event-out-of-order": N_(
        "Undo the later acts, record this one, and record them again; or record a correction."
    ),
    "parent-missing": N_(
        "Look at the code and the date; name the superior as parent/child if the code is old."
    ),
    "children-unassigned": N_(
        "Say where they go: name a unit of the same level after the act, or transfer them."
    ),
    "code-taken": N_(
        "Ask which of the two codes is right; if the source errs, accept the finding with "
        "--exceptions and a reason."
    ),
    "territory-unfit": N_("Draw the part again in a GIS, on the units as they stand."),
    "territory-unfit:not-a-coverage": N_(
        "Check the coverage of that date first (diming check), and mend it by corrections."
    ),
    "event-recorded": N_("Leave it out; if it is another act, give it an id of its own."),
}
