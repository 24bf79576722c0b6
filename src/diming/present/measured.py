"""How a check measured, and what it was asked to do, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.present.language import N_, say
from diming.present.plain import plain
from diming.present.quantity import length_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diming.model.finding import CheckSettings, Report

_LABELS: dict[str, str] = {
    "areas": N_("areas"),
    "sizes": N_("lengths and areas"),
    "lengths": N_("lengths"),
    "working_crs": N_("working coordinate system"),
}

_VALUES: dict[str, str] = {
    "tangent-plane-wgs84": N_("on the ground, in a plane tangent to the ellipsoid (WGS 84)"),
    "plane": N_("in the plane of the coordinates as given"),
}


def on_earth(report: Report) -> bool:
    """Tell whether places are longitude and latitude, not coordinates of a mere plane."""
    known = not report.inputs or any(i.crs for i in report.inputs)
    return known and not report.measured.get("plane")


def measured_lines(measured: Mapping[str, Any], lang: str | None) -> list[str]:
    """Return how lengths and areas were measured; no line if nothing is said."""
    if measured.get("areas") == measured.get("lengths"):  # one way for both is said once
        measured = {k: v for k, v in measured.items() if k != "lengths"}
        measured = {"sizes" if k == "areas" else k: v for k, v in measured.items()}
    parts = [
        say(N_("{label} {value}"), lang, label=_label(key, lang), value=_value(key, value, lang))
        for key, value in measured.items()
        if not isinstance(value, bool) and value not in (None, "")
    ]
    if not parts:
        return []
    return [say(N_("Measured: {what}"), lang, what=say(N_("; "), lang).join(parts))]


def settings_line(settings: CheckSettings, lang: str | None) -> str:
    """Return the settings that decide what counts as a finding."""
    return say(
        N_(
            "Settings: gaps up to {gap} wide, tolerance {tolerance}, "
            "code system {codes}, date {date}"
        ),
        lang,
        gap=length_text(settings.gap_width_m, lang),
        tolerance=length_text(settings.tolerance_m, lang),
        codes=plain(settings.code_system),
        date=settings.date.isoformat() if settings.date else say(N_("not stated"), lang),
    )


def _label(key: str, lang: str | None) -> str:
    return say(_LABELS[key], lang) if key in _LABELS else plain(key)


def _value(key: str, value: Any, lang: str | None) -> str:
    if isinstance(value, str) and value in _VALUES:
        return say(_VALUES[value], lang)
    if key.endswith("_m") and isinstance(value, int | float):
        return length_text(value, lang)
    return plain(value)
