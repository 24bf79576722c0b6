"""The report page's own words: labels, buttons, states.

Every string is an English msgid; the catalogue has the Chinese. What a finding
says is not here but in `diming.present.words`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Callable

#: By the key that template and scripts use.
STRINGS = {
    "title": N_("Boundary check report"),
    "skip": N_("Skip to the findings"),
    "needs_script": N_("The map and the list of findings need JavaScript."),
    # Verdict
    "verdict": N_("Result"),
    "verdict_error": N_("Errors found"),
    "verdict_warning": N_("No errors, some warnings"),
    "verdict_info": N_("No errors, no warnings"),
    "verdict_none": N_("Nothing found"),
    "accepted": N_("Accepted"),
    "units_examined": N_("units"),
    "vertices_examined": N_("vertices"),
    "created": N_("Checked on"),
    # About the check
    "inputs": N_("Inputs"),
    "path": N_("File"),
    "layer": N_("Layer"),
    "units_of": N_("Units"),
    "crs": N_("Coordinate system"),
    "no_crs": N_("unknown"),
    "encoding": N_("Encoding"),
    "remarks": N_("Remarks"),
    "unusable": N_("{unusable} of {declared} records unusable"),
    "method": N_("Settings and method"),
    "settings": N_("Settings"),
    "measured": N_("How measured"),
    "rules": N_("Rules"),
    "rule": N_("Rule"),
    "status": N_("Status"),
    "reason": N_("Reason"),
    "yes": N_("yes"),
    "no": N_("no"),
    "none": N_("none"),
    # Table
    "findings": N_("Findings"),
    "severity": N_("Severity"),
    "units": N_("Units concerned"),
    "width": N_("Width"),
    "area": N_("Area"),
    "seam": N_("Seam"),
    "seam_long": N_("Seam: the units come from different inputs"),
    "message": N_("Message"),
    "filter": N_("Filter findings"),
    "search": N_("Code, name, text…"),
    "every_rule": N_("All rules"),
    "only_seams": N_("Only seams"),
    "show_accepted": N_("Show accepted"),
    "clear": N_("Clear filters"),
    "shown": N_("{shown} of {total} findings"),
    "nothing": N_("Nothing found"),
    "nothing_more": N_("No rule that ran found anything wrong in these units."),
    "no_match": N_("No finding matches the filters"),
    "hidden_accepted": N_("All findings are accepted; they are hidden."),
    "keys": N_("↑ ↓ move · Enter shows on the map · Esc goes back"),
    # Map
    "map": N_("Map"),
    "legend": N_("Legend"),
    "legend_cluster": N_("Several findings"),
    "fit": N_("Whole map"),
    "zoom_in": N_("Zoom in"),
    "zoom_out": N_("Zoom out"),
    "outlines_note": N_("Outlines simplified for display"),
    "plane_note": N_("Coordinates as in the input; unknown coordinate system"),
    "close_note": N_("Close-up: outlines are simplified, findings are exact"),
    "no_places": N_("No finding has a place to show"),
    "here": N_("{count} findings here"),
    "length_units": N_("input units"),
    # Detail
    "detail": N_("Finding"),
    "close": N_("Close"),
    "previous": N_("Previous finding"),
    "next": N_("Next finding"),
    "zoom_close": N_("Close-up"),
    "zoom_whole": N_("Whole finding"),
    "zoom_units": N_("Units concerned"),
    "hint": N_("What to do"),
    "records": N_("Records"),
    "place": N_("Place"),
    "no_place": N_("This finding has no place on the map."),
    "id": N_("Identifier"),
    "copy": N_("Copy"),
    "copied": N_("Copied"),
    "accepted_by": N_("Accepted by"),
    "accepted_on": N_("Accepted on"),
    "expires": N_("Valid until"),
}

#: What `Finding.measures` hold; the unit is read from the end of the key.
MEASURES = {
    "area_m2": N_("Area"),
    "width_m": N_("Width"),
    "length_m": N_("Length"),
    "parts_count": N_("Parts"),
    "cover_count": N_("Units on top of each other"),
    "vertices_count": N_("Vertices"),
    "edges_count": N_("Edges"),
    "records_count": N_("Records"),
    "matched_units_count": N_("Matched units"),
    "offset_m": N_("Largest offset"),
    "max_m": N_("Maximum"),
    "opening_m": N_("Opening"),
    "angle_deg": N_("Angle"),
    "share": N_("Share of area"),
    "audited_m2": N_("Area recomputed"),
    "shift_east_m": N_("Shift to the east"),
    "shift_north_m": N_("Shift to the north"),
}

#: The fields of `CheckSettings`, with the unit they are in.
SETTINGS = {
    "gap_width_m": (N_("Gaps up to this width"), "m"),
    "tolerance_m": (N_("Tolerance"), "m"),
    "spike_angle_deg": (N_("Spikes up to this angle"), "°"),
    "spike_length_m": (N_("Spikes from this length"), "m"),
    "sliver_width_m": (N_("Sliver rings up to this width"), "m"),
    "short_edge_m": (N_("Edges shorter than"), "m"),
    "code_system": (N_("Code system"), ""),
    "date": (N_("As of"), ""),
    "rules": (N_("Only these rules"), ""),
    "skip": (N_("Without these rules"), ""),
}


def page_strings(gettext: Callable[[str], str]) -> dict[str, str]:
    """Return every string of the page by key, translated by `gettext`."""
    return {key: gettext(text) for key, text in STRINGS.items()}
