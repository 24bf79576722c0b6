"""What to do about each finding, in words a surveyor can act on, by rule and reason."""

from __future__ import annotations

from diming.present.act_templates import ACT_HINTS
from diming.present.language import N_
from diming.present.naming_templates import NAMING_HINTS

HINTS: dict[str, str] = {
    **ACT_HINTS,
    **NAMING_HINTS,
    "unreadable-record": N_("Export the file again from its source and check it again."),
    "unreadable-record:truncated": N_(
        "Copying or unpacking was interrupted: fetch the whole delivery again, "
        "with all the files that belong to it."
    ),
    "unreadable-record:fewer-records": N_(
        "Compare the number of records in the source; export again if some are missing, "
        "or rebuild the file's index."
    ),
    "unreadable-record:not-strict-json": N_(
        "Correct that place, or export GeoJSON again with software that follows RFC 7946."
    ),
    "unreadable-record:geometry-undecodable": N_(
        "Restore this record from the source or an earlier delivery; do not just delete it."
    ),
    "invalid-geometry": N_("Repair the geometry in the source, then check again."),
    "invalid-geometry:ring-not-closed": N_(
        "Snap the last point onto the first in the source. The unit was examined "
        "as if the ring were closed by a straight line."
    ),
    "invalid-geometry:too-few-points": N_(
        "Delete the ring if it is a leftover of digitising, or draw it again; "
        "a ring needs three different points."
    ),
    "invalid-geometry:not-finite": N_(
        "Replace the broken coordinate (NaN or infinity) from the survey; "
        "it usually comes from a failed transformation."
    ),
    "invalid-geometry:self-intersection": N_(
        "Go to the place, find the points digitised in the wrong order, and move or remove them."
    ),
    "invalid-geometry:ring-self-intersection": N_(
        "Where the ring meets itself, split it into an outer ring and a hole, or into two parts."
    ),
    "invalid-geometry:hole-outside-shell": N_(
        "Assign the hole to the part it lies in, or make it a part of its own."
    ),
    "invalid-geometry:nested-holes": N_(
        "Remove the inner hole, or make it a part if there is land of this unit."
    ),
    "invalid-geometry:nested-shells": N_(
        "Remove the inner part if it was drawn twice, or cut a hole around it."
    ),
    "invalid-geometry:duplicate-rings": N_("Delete one of the two equal rings."),
    "invalid-geometry:interior-disconnected": N_(
        "Divide the part into separate parts where its holes touch."
    ),
    "invalid-geometry:parts-meet": N_("Dissolve the parts that share a line or ground into one."),
    "empty-geometry": N_(
        "Draw the boundary of the unit, or delete the record if it is not a division."
    ),
    "wrong-geometry-type": N_(
        "Deliver areas (polygons): build them from the lines, "
        "or move points and lines to another layer."
    ),
    "encoding-unsettled": N_(
        "Name the encoding with --encoding (GB18030, UTF-8…), "
        "or deliver a .cpg file beside the shapefile."
    ),
    "duplicate-geometry": N_(
        "Keep one of the records if they are the same unit; "
        "otherwise draw the boundary between them."
    ),
    "duplicate-code": N_(
        "Give each unit its own code by the published code table; "
        "if the records are parts of one unit, merge them into one."
    ),
    "missing-code": N_("Enter the code from the published code table for this date."),
    "bad-code": N_("Correct the code by the published code table for this date."),
    "bad-code:length": N_(
        "County codes have 6 digits, township codes 9, village codes 12; "
        "look for lost leading or trailing zeros."
    ),
    "bad-code:characters": N_(
        "Remove spaces, letters and full-width digits; store codes as text, not as numbers."
    ),
    "bad-code:unknown-province": N_("Compare the first two digits with the province code table."),
    "bad-code:unknown-prefix": N_(
        "Check whether the county code was changed or abolished by that date, "
        "and give the date of the data with --date."
    ),
    "bad-code:summary-row": N_(
        "Delete the summary row, or give the code of the division it stands for."
    ),
    "code-kind": N_(
        "Check whether the unit was converted (for instance from township to town) without a "
        "new code, or whether the code system is another one (--code-system)."
    ),
    "code-parent": N_(
        "Check whether the unit was transferred to another superior; "
        "correct the parent or the code."
    ),
    "overlap": N_(
        "Decide by the boundary agreement where the line runs, draw it once, "
        "and use the same vertices in all units concerned."
    ),
    "gap": N_(
        "Decide by the boundary agreement to which unit the strip belongs, and snap the "
        "boundary of the neighbours to one line."
    ),
    "void": N_(
        "If it is water or land outside the delivery, nothing need be done; "
        "otherwise a unit is missing: add it."
    ),
    "unmatched-edge": N_(
        "Insert the missing vertices, or copy the shared line from one unit to the other, "
        "so that both have the same vertices."
    ),
    "unmatched-edge:touch": N_(
        "Insert a vertex where the neighbour's corner lies on the line, so that both meet in it."
    ),
    "vertex-noise": N_(
        "Snap all vertices to one grid or export in the original precision; "
        "it usually comes from a coordinate transformation or from rounding."
    ),
    "spike": N_("Delete the vertex at the tip, in all units that share it."),
    "sliver-ring": N_("Delete the ring, or dissolve it into the unit it belongs to."),
    "short-edge": N_("Merge the two vertices, in all units that share the edge."),
    "short-edge:repeated": N_("Delete the repeated vertices; the shape does not change."),
    "outside-parent": N_(
        "Compare both lines with the approved boundary of the higher level, "
        "and snap the lower level to it."
    ),
    "parent-not-covered": N_(
        "Extend the units beside it to the parent's boundary, or add the unit that is missing."
    ),
    "parent-mismatch": N_(
        "Check the code of the unit and whether it was transferred; "
        "then whether it was drawn in the right place."
    ),
    "time-overlap": N_(
        "Look up the decision that changed the line: one of the units gave the ground up on a "
        "certain day; record that, or correct the line of the other."
    ),
    "time-overlap:versions": N_(
        "Compare the two records with the decision, and end the older one where the newer begins."
    ),
    "time-gap": N_(
        "Find the decision by which the ground changed hands, and let the new holder begin on "
        "the day on which the old one ends."
    ),
    "time-gap:versions": N_(
        "If the unit stood all the time, let its versions follow each other; if it was abolished "
        "and established again, those are two units."
    ),
    "territory-lost": N_(
        "Record which unit took the ground, or, if it left the region, say so in the event."
    ),
    "territory-gained": N_(
        "Record which unit gave the ground, or, if it came from outside the region, say so in "
        "the event."
    ),
    "dangling-parent": N_(
        "Look up under which unit it lay on each date, and record the transfer if it changed."
    ),
    "code-reuse": N_("Nothing need be done; but never look up a unit by this code without a date."),
    "exclave": N_(
        "Confirm the exclave by its approval; small separate parts are often left by an overlay."
    ),
    "enclave": N_("Confirm that the unit is really surrounded by the other one."),
    "crs-suspect": N_("Confirm the coordinate system of the source, and give it with --crs."),
    "crs-suspect:datum-shift": N_(
        "A uniform shift of hundreds of metres points to an offset or to another datum "
        "(as in web map coordinates): obtain the data in CGCS2000 from the authorised source."
    ),
    "crs-suspect:axes-swapped": N_(
        "Exchange the columns of northing and easting when exporting, and check again."
    ),
    "crs-suspect:zone-prefix": N_(
        "Give the coordinate system that fits the eastings with --crs, "
        "or remove the zone number from them."
    ),
    "exception-expired": N_("Renew the exception with a new approval, or repair the data."),
    "exception-unused": N_(
        "Remove it from the list of exceptions if the defect has been repaired."
    ),
    "audit-mismatch": N_(
        "This is a fault of the program, not of the data: please report it with the file."
    ),
    "exception-unused:more": N_("Check whether the list of exceptions is that of these data."),
}

#: Added to the hint when the units come from different inputs.
SEAM_HINT = N_(
    "Settle the line jointly with the neighbouring office, and let both deliveries use it."
)
