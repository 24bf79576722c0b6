"""What each finding says: titles, messages and clauses, by rule and reason.

Keys are rule names, or ``rule:reason``. Places are filled by
`diming.present.words`: ``{units}`` are all units, ``{unit}``, ``{other}``,
``{third}`` the first three, ``{rest}`` all but the first, ``{subject}`` the
units or else the inputs; ``{area}``, ``{width}``… are measures with their unit.
Which measures and facts a rule has is written in ``docs/findings.md``.
"""

from __future__ import annotations

from diming.present.act_templates import ACT_MESSAGES, ACT_TITLES
from diming.present.language import N_, P_, Template
from diming.present.naming_templates import (
    NAMING_CLAUSES,
    NAMING_MESSAGES,
    NAMING_RULE_CLAUSES,
    NAMING_TITLES,
)

#: Every rule, in the order in which reports group them, and its title.
TITLES: dict[str, str] = {
    **ACT_TITLES,
    **NAMING_TITLES,
    "unreadable-record": N_("Unreadable record"),
    "invalid-geometry": N_("Invalid geometry"),
    "empty-geometry": N_("Empty geometry"),
    "wrong-geometry-type": N_("Not an area"),
    "encoding-unsettled": N_("Text encoding not settled"),
    "crs-suspect": N_("Suspect coordinate system"),
    "duplicate-geometry": N_("Duplicate geometry"),
    "duplicate-code": N_("Duplicate code"),
    "missing-code": N_("Missing code"),
    "bad-code": N_("Bad code"),
    "code-kind": N_("Code does not fit the kind"),
    "code-parent": N_("Code does not fit the parent"),
    "overlap": N_("Overlap"),
    "gap": N_("Gap"),
    "void": N_("Void"),
    "unmatched-edge": N_("Shared edge with different vertices"),
    "vertex-noise": N_("Vertex noise"),
    "spike": N_("Spike"),
    "sliver-ring": N_("Sliver ring"),
    "short-edge": N_("Very short edge"),
    "outside-parent": N_("Outside its parent"),
    "parent-not-covered": N_("Parent not covered"),
    "parent-mismatch": N_("Parent by place and by code differ"),
    "time-overlap": N_("Overlap in time"),
    "time-gap": N_("Gap in time"),
    "territory-lost": N_("Territory lost"),
    "territory-gained": N_("Territory gained"),
    "dangling-parent": N_("Parent not there at the time"),
    "code-reuse": N_("Code used again"),
    "exclave": N_("Exclave"),
    "enclave": N_("Enclave"),
    "exception-expired": N_("Expired exception"),
    "exception-unused": N_("Unused exception"),
    "audit-mismatch": N_("Audit does not agree"),
}

SEVERITIES: dict[str, str] = {
    "error": N_("error"),
    "warning": N_("warning"),
    "info": N_("note"),
}

MESSAGES: dict[str, Template] = {
    **ACT_MESSAGES,
    **NAMING_MESSAGES,
    "unreadable-record": N_("{subject} could not be read whole"),
    "unreadable-record:truncated": P_(
        "{subject}: the file is cut off; it declares {declared_count} record, "
        "{read_count} could be read",
        "{subject}: the file is cut off; it declares {declared_count} records, "
        "{read_count} could be read",
        "declared_count",
    ),
    "unreadable-record:fewer-records": P_(
        "{subject}: the file declares {declared_count} record, but yields {read_count}",
        "{subject}: the file declares {declared_count} records, but yields {read_count}",
        "declared_count",
    ),
    "unreadable-record:not-strict-json": N_(
        "{subject}: not valid JSON at line {line}, column {column}"
    ),
    "unreadable-record:geometry-undecodable": N_("{subject}: the geometry cannot be decoded"),
    "invalid-geometry": N_("{subject}: the geometry is invalid"),
    "invalid-geometry:ring-not-closed": N_(
        "{subject}: a ring is not closed, its ends are {opening} apart"
    ),
    "invalid-geometry:too-few-points": N_("{subject}: a ring has too few different points"),
    "invalid-geometry:not-finite": N_("{subject}: a coordinate is not a finite number"),
    "invalid-geometry:self-intersection": N_("{subject}: the boundary crosses itself"),
    "invalid-geometry:ring-self-intersection": N_("{subject}: a ring touches or crosses itself"),
    "invalid-geometry:hole-outside-shell": N_("{subject}: a hole lies outside its outer ring"),
    "invalid-geometry:nested-holes": N_("{subject}: a hole lies inside another hole"),
    "invalid-geometry:nested-shells": N_("{subject}: a part lies inside another part"),
    "invalid-geometry:duplicate-rings": N_("{subject}: the same ring occurs twice"),
    "invalid-geometry:interior-disconnected": N_(
        "{subject}: holes cut the interior of a part into pieces"
    ),
    "invalid-geometry:parts-meet": N_("{subject}: parts of it share a line or ground"),
    "invalid-geometry:other": N_("{subject}: the geometry is invalid"),
    "empty-geometry": N_("{subject} has no geometry"),
    "empty-geometry:null": N_("{subject} has no geometry (null)"),
    "empty-geometry:empty": N_("{subject} has an empty geometry"),
    "wrong-geometry-type": N_("{subject} is no area but a {found}"),
    "encoding-unsettled": N_(
        "{subject}: the text of column “{column}” fits none of the encodings tried ({tried})"
    ),
    "duplicate-geometry": N_("{units} have exactly the same geometry of {area}"),
    "duplicate-code": P_(
        "{records_count} record bears the code {code}: {units}",
        "{records_count} records bear the same code {code}: {units}",
        "records_count",
    ),
    "missing-code": N_("{subject} has no code"),
    "bad-code": N_("{subject}: the code {code} is not a valid division code"),
    "bad-code:length": N_("{subject}: the code {code} has the wrong number of digits"),
    "bad-code:characters": N_("{subject}: the code {code} holds characters other than digits"),
    "bad-code:unknown-province": N_(
        "{subject}: the code {code} begins with digits that no province has"
    ),
    "bad-code:unknown-prefix": N_(
        "{subject}: the prefix {prefix} of the code {code} belongs to no division"
    ),
    "bad-code:summary-row": N_(
        "{subject}: the code {code} is that of a statistical summary row, not of a division"
    ),
    "code-kind": N_(
        "{subject}: the code {code} is in the range for {expected}, but the unit is {kind}"
    ),
    "code-parent": N_(
        "{subject}: the parent is given as {parent}, but the code {code} calls for {expected}"
    ),
    "overlap": N_("{units} overlap by {area}"),
    "gap": N_("A gap of {area}"),
    "gap:within": N_("A gap of {area} within {unit}"),
    "gap:between": N_("A gap of {area} between {units}"),
    "void": N_("An area of {area} that no unit covers"),
    "void:within": N_("An area of {area} within {unit} that no unit covers"),
    "void:between": N_("An area of {area} between {units} that no unit covers"),
    "unmatched-edge": P_(
        "{unit} lacks {vertices_count} vertex on the edge it shares with {rest}",
        "{unit} lacks {vertices_count} vertices on the edge it shares with {rest}",
        "vertices_count",
    ),
    "unmatched-edge:touch": P_(
        "{unit} lacks {vertices_count} vertex where {rest} touches its boundary",
        "{unit} lacks {vertices_count} vertices where {rest} touches its boundary",
        "vertices_count",
    ),
    "vertex-noise": P_(
        "{subject}: {vertices_count} vertex of neighbouring units nearly coincides, "
        "but is up to {max} off",
        "{subject}: {vertices_count} vertices of neighbouring units nearly coincide, "
        "but are up to {max} off",
        "vertices_count",
    ),
    "spike": N_("A spike {length} long in the boundary of {units}"),
    "sliver-ring": N_("{subject}: a sliver of {area}"),
    "sliver-ring:part": N_("{subject}: a part that is only a sliver of {area}"),
    "sliver-ring:hole": N_("{subject}: a hole that is only a sliver of {area}"),
    "short-edge": P_(
        "{edges_count} very short edge in the boundary of {units}, {length} long",
        "{edges_count} very short edges in the boundary of {units}, the shortest {length} long",
        "edges_count",
    ),
    "short-edge:repeated": P_(
        "{edges_count} repeated vertex in the boundary of {units}",
        "{edges_count} repeated vertices in the boundary of {units}",
        "edges_count",
    ),
    "outside-parent": N_("{unit} extends {area} beyond its parent {rest}"),
    "parent-not-covered": N_("{unit} is not covered by its children: {area} is missing"),
    "parent-mismatch": N_("{unit} belongs to {other} by its code, but lies in {third}"),
    "time-overlap": N_("{units} hold the same ground of {area} at the same time"),
    "time-overlap:versions": N_("{unit} is recorded in two ways for the same time"),
    "time-gap": N_("Ground of {area} is held by no unit for a while, before and after by {units}"),
    "time-gap:versions": N_("{unit} is not recorded for a while between two of its versions"),
    "territory-lost": N_("{area} that {units} held is held by no unit any more"),
    "territory-gained": N_("{units} received {area} that no unit held before"),
    "dangling-parent": N_("{unit} lies under a superior that is not there"),
    "dangling-parent:absent": N_("{unit} lies under a superior that is not recorded: {parent}"),
    "dangling-parent:not-alive": N_("{unit} lies under {other} when that does not exist"),
    "dangling-parent:level": N_("{unit} lies under {other}, which is not of a level above"),
    "code-reuse": N_("The code {code} stands for different units at different times: {units}"),
    "exclave": P_(
        "{subject} has {parts_count} part",
        "{subject} has {parts_count} separate parts",
        "parts_count",
    ),
    "enclave": N_("{unit} lies wholly inside {rest}"),
    "crs-suspect": N_("{subject}: the coordinate system is suspect"),
    "crs-suspect:degrees-labelled-projected": N_(
        "{subject}: the coordinates look like degrees, but the file says they are metres"
    ),
    "crs-suspect:metres-labelled-geographic": N_(
        "{subject}: the coordinates look like metres, but the file says they are degrees"
    ),
    "crs-suspect:axes-swapped": N_("{subject}: the two axes of the coordinates look swapped"),
    "crs-suspect:outside-area-of-use": N_(
        "{subject}: the coordinates lie outside the area for which the coordinate system is meant"
    ),
    "crs-suspect:zone-prefix": N_(
        "{subject}: the zone prefix of the eastings does not fit the coordinate system"
    ),
    "crs-suspect:datum-shift": N_(
        "{subject}: all units are shifted by {shift_east} to the east and {shift_north} "
        "to the north of the reference"
    ),
    "exception-expired": N_(
        "{subject}: the exception {exception}, approved by {approver}, expired on {expired_on}"
    ),
    "exception-unused": N_(
        "The exception {exception}, approved by {approver}, fits no finding of this check"
    ),
    "audit-mismatch:overlap": N_(
        "{units} overlap by {audited} when recomputed, but by {area} as found"
    ),
    "audit-mismatch:gap": N_(
        "Between {units}, {audited} is covered by no unit when recomputed, but {area} as found"
    ),
    "exception-unused:more": P_(
        "{more_count} more exception fits no finding of this check",
        "{more_count} more exceptions fit no finding of this check",
        "more_count",
    ),
}

#: Clauses added to a message when the fact or measure named first is there.
CLAUSES: dict[str, Template] = {
    **NAMING_CLAUSES,
    "width": N_("up to {width} wide"),
    "length": N_("{length} long"),
    "parts_count": P_("in {parts_count} part", "in {parts_count} parts", "parts_count"),
    "cover_count": P_(
        "{cover_count} unit lies on the same place",
        "up to {cover_count} units lie on the same place",
        "cover_count",
    ),
    "open": N_("it opens to the outside"),
    "offset": N_("up to {offset} off the line"),
    "shared": N_("over {length} of shared line"),
    "tip": N_("{angle} at its tip"),
    "into": N_("into {into}"),
    "nowhere": N_("where no parent is"),
    "beside": N_("beside {rest}"),
    "share": N_("with {share} of its area"),
    "others": N_("{area} lies outside the largest one"),
    "enclosed": N_("with {area}"),
    "ring": N_("ring {ring}"),
    "detail": N_("detail: {detail}"),
    "crs": N_("stated: {crs}"),
    "suggested": N_("probably {suggested}"),
    "matched": P_(
        "by {matched_units_count} unit found in both",
        "by {matched_units_count} units found in both",
        "matched_units_count",
    ),
    "reference": N_("reference: {reference}"),
    "date": N_("as of {date}"),
    "begin": N_("from {begin}"),
    "end": N_("until {end}"),
    "days_count": P_("{days_count} day", "{days_count} days", "days_count"),
}

#: Which clauses a rule may have, in order.
RULE_CLAUSES: dict[str, tuple[str, ...]] = {
    **NAMING_RULE_CLAUSES,
    "unreadable-record": ("detail",),
    "invalid-geometry": ("ring", "detail"),
    "duplicate-code": ("begin", "end"),
    "bad-code": ("date",),
    "code-kind": ("date",),
    "overlap": ("width", "length", "parts_count", "cover_count"),
    "gap": ("width", "length", "parts_count", "open"),
    "void": ("width", "length", "parts_count", "open"),
    "unmatched-edge": ("offset", "shared"),
    "spike": ("width", "tip"),
    "sliver-ring": ("width", "length"),
    "outside-parent": (
        "into",
        "nowhere",
        "width",
        "length",
        "parts_count",
        "begin",
        "end",
        "days_count",
    ),
    "parent-not-covered": (
        "beside",
        "width",
        "length",
        "parts_count",
        "begin",
        "end",
        "days_count",
    ),
    "parent-mismatch": ("share",),
    "time-overlap": ("width", "parts_count", "begin", "end", "days_count"),
    "time-gap": ("width", "parts_count", "begin", "end", "days_count"),
    "territory-lost": ("width", "parts_count", "begin"),
    "territory-gained": ("width", "parts_count", "begin"),
    "dangling-parent": ("begin", "end"),
    "code-reuse": ("begin",),
    "exclave": ("others",),
    "enclave": ("enclosed",),
    "crs-suspect": ("crs", "suggested", "matched", "reference"),
}

#: Why a rule did not run.
REASONS: dict[str, str] = {
    "on-request": N_("left out on request"),
    "foreign-codes": N_("the codes are not Chinese division codes"),
    "no-parents": N_("no parent units were given or found (--parents)"),
    "no-reference": N_("no reference data were given (--reference)"),
    "no-crs": N_("the coordinate system is unknown"),
    "no-exceptions": N_("no list of exceptions was given (--exceptions)"),
    "no-audit": N_("not asked for (--exact-audit)"),
    "no-shapes": N_("no shape is known of that day"),
    "no-archive": N_("a question to an archive; a file holds one date"),
    "plane-coordinates": N_("the coordinates are plane, not tied to the earth"),
}

STATUSES: dict[str, str] = {
    "run": N_("run"),
    "skipped": N_("skipped"),
    "not-applicable": N_("not applicable"),
}

#: How an encoding was settled where no file says it, after the colon of its label.
ENCODINGS: dict[str, str] = {
    "by-bytes": N_("{encoding}, by the bytes of its texts"),
    "unsettled": N_("perhaps {encoding}"),
}

#: What a file may say of itself, as a key; other remarks are shown as they are.
REMARKS: dict[str, str] = {
    "illustrative": N_("Illustrative, not real boundaries"),
}
#: The same with a number: ``without-shape:12``.
COUNTED_REMARKS: dict[str, Template] = {
    "without-shape": P_(
        "{units_count} unit of that day has no known shape and was not examined",
        "{units_count} units of that day have no known shape and were not examined",
        "units_count",
    ),
}
