"""A report that shows itself (报告对象): in Jupyter, on a map, as a table."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from diming.model.finding import Report


@dataclass(frozen=True, slots=True, repr=False)
class LiveReport(Report):
    """The result of a check, with ways to look at it."""

    @staticmethod
    def of(report: Report) -> LiveReport:
        """Return the same report, able to show itself."""
        return LiveReport(**{f.name: getattr(report, f.name) for f in fields(Report)})

    def to_geodataframe(self, lang: str | None = None) -> Any:
        """Return the findings as a GeoDataFrame in WGS 84, one row a finding."""
        from diming.present.table import findings_table

        return findings_table(self, lang)

    def explore(self, **options: Any) -> Any:
        """Return an interactive folium map of units and findings."""
        from diming.present.notebook import explore

        return explore(self, **options)

    def plot(self, **options: Any) -> Any:
        """Draw units and findings with matplotlib; return the axes."""
        from diming.present.notebook import plot

        return plot(self, **options)

    def to_html(self, lang: str | None = None) -> str:
        """Return the report as one page that needs no network."""
        from diming.present.language import resolve_language
        from diming.present.page import render_page

        return render_page(self, resolve_language(lang))

    def to_json(self, lang: str | None = None) -> str:
        """Return the report as ``diming.report/1``."""
        from diming.present.report_json import to_json

        return to_json(self, lang)

    def __repr__(self) -> str:
        # All fields would be tens of thousands of characters, in every prompt and notebook.
        counts = ", ".join(f"{name}={count}" for name, count in self.summary().items())
        return f"<{type(self).__name__} units={self.units_examined}, {counts}>"

    def _repr_html_(self) -> str:
        from diming.present.notebook import summary_html

        return summary_html(self)
