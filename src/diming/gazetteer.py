"""The gazetteer of an archive in Python (地名库): what ``diming names`` does, as values."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from diming.services.arguments import given_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    import geopandas

    from diming.files.place_delivery import PlaceReading
    from diming.model.entry import Entry, Matter
    from diming.model.found import Found
    from diming.model.intake import Intake
    from diming.model.located import Located
    from diming.model.naming import Proposal, Review
    from diming.script.romanise import Romanised
    from diming.services.gazetteer import PlaceShown
    from diming.services.importing import ImportOptions
    from diming.services.names_reverting import NamesReverted
    from diming.store.ledger import Ledger


class Names:
    """Places, and what they were called; `diming.archive.Archive.names` gives it.

    Parameters
    ----------
    store : Ledger

    Examples
    --------
    >>> import diming
    >>> with diming.create_archive(":memory:") as archive:
    ...     archive.names.search("磁器口").hits
    ()
    """

    def __init__(self, store: Ledger) -> None:
        self.store = store

    def take_in(
        self,
        paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        *,
        author: str,
        reason: str = "",
        document: str = "",
        day: date | str | None = None,
        reading: PlaceReading | None = None,
        options: ImportOptions | None = None,
        dry_run: bool = False,
    ) -> Intake:
        """Take in places from files; see `diming.services.importing.take_in`.

        Parameters
        ----------
        paths : path, or sequence of paths
        author, reason, document : str
            Of the revision.
        day : date or str, optional
            The day the files speak of; today by default.
        reading : PlaceReading, optional
            How the files are read, where that is not to be recognised.
        options : ImportOptions, optional
            How the rows are understood; its own `day` counts if `day` is not given.
        dry_run : bool
            Write nothing.

        Returns
        -------
        Intake
            What became of each row.
        """
        from dataclasses import replace

        from diming.files.names_in import read_places
        from diming.services.arguments import given_paths
        from diming.services.importing import ImportOptions, take_in

        each = given_paths(paths)
        records = [record for path in each for record in read_places(path, reading)]
        chosen = options or ImportOptions()
        if day is not None:
            chosen = replace(chosen, day=given_day(day))
        return take_in(
            self.store, records, author=author, reason=reason or "import " + ", ".join(each),
            document=document, options=chosen, dry_run=dry_run,
        )  # fmt: skip

    def revert(self, what: str, *, author: str, reason: str, document: str = "") -> NamesReverted:
        """Undo all that a revision (``r7``) did to places, names and registers."""
        from diming.services.names_reverting import revert_names

        return revert_names(self.store, what, author=author, reason=reason, document=document)

    def search(
        self,
        text: str,
        *,
        day: date | str | None = None,
        within: str | None = None,
        limit: int = 10,
        known: str | None = None,
    ) -> Found:
        """Find places and units by a name as it is, was, or is nearly written.

        Parameters
        ----------
        text : str
            Characters of either script, pinyin with or without tones, or initials.
        day : date or str, optional
            Only names in use then.
        within : str, optional
            Only what lay in this unit: id, code or name.
        limit : int
        known : str, optional
            What the archive knew then.
        """
        from diming.services.searching import search

        return search(
            self.store, text, day=given_day(day), within=within, limit=limit, known=known
        )  # fmt: skip

    def locate(
        self, address: str, *, day: date | str | None = None, known: str | None = None
    ) -> Located:
        """Return the units that an address of any era names, and what became of them."""
        from diming.services.addresses import Locator

        return Locator(self.store, known).locate(address, given_day(day))

    def check(
        self, proposals: Iterable[Proposal], *, day: date | str | None = None,
        known: str | None = None,
    ) -> list[Review]:  # fmt: skip
        """Hold proposed names against the rules and the names there are."""
        from diming.services.reviewing import review

        return review(self.store, list(proposals), day=given_day(day), known=known)

    def romanise(self, name: str, **options: Any) -> Romanised:
        """Spell a name in letters; see `diming.script.romanise.romanise` for the options."""
        from diming.script.romanise import romanise

        return romanise(name, **options)

    def show(
        self, place: str, *, day: date | str | None = None, known: str | None = None
    ) -> PlaceShown:
        """Return all that is known of a place, given by id, name, or as a unit is given."""
        from diming.services.gazetteer import show

        return show(self.store, place, given_day(day), known)

    def table(
        self,
        *,
        within: str | None = None,
        day: date | str | None = None,
        class_code: str = "",
        units: bool = True,
        known: str | None = None,
    ) -> geopandas.GeoDataFrame:
        """Return places as a table, one row a place.

        Returns
        -------
        geopandas.GeoDataFrame
            Columns ``place_id``, ``name``, ``romanisation``, ``class_code``, ``feature``,
            ``lies_in`` (names of units, the largest first), ``other_names``; geometry in
            CGCS2000, None where there is none.
        """
        import geopandas
        import shapely

        from diming.present.places_text import standard
        from diming.services.gazetteer import Choice, records

        choice = Choice(within, given_day(day), class_code, units=units)
        rows, shapes = [], []
        for record, lying in records(self.store, choice, known):
            place, first = record.place, standard(record.names)
            others = dict.fromkeys(n.text for n in record.names if n.text != first.text)
            rows.append((
                place.place_id, first.text, first.romanisation, place.class_code, place.feature,
                "".join(v.name or v.any_code for v in lying.units), "; ".join(others),
            ))  # fmt: skip
            point = None if place.lon is None else shapely.Point(place.lon, place.lat)
            shapes.append(place.geometry if place.geometry is not None else point)
        columns = ["place_id", "name", "romanisation", "class_code", "feature", "lies_in",
                   "other_names"]  # fmt: skip
        by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
        return geopandas.GeoDataFrame(
            dict(zip(columns, map(list, by_column), strict=True)), geometry=shapes, crs="EPSG:4490"
        )

    def export(
        self,
        path: str | os.PathLike[str],
        *,
        within: str | None = None,
        day: date | str | None = None,
        class_code: str = "",
        units: bool = True,
        format_name: str | None = None,
        known: str | None = None,
    ) -> int:
        """Write places with all their names to a file; return how many.

        The suffix says the format: CSV, XLSX, GeoPackage, GeoParquet, Linked Places, GeoNames.
        """
        from diming.files.names_out import write_places
        from diming.services.gazetteer import Choice, records

        choice = Choice(within, given_day(day), class_code, units=units)
        parents: dict[str, Sequence[str]] = {}

        def each() -> Iterable[Any]:
            for record, lying in records(self.store, choice, known):
                parents[record.place.place_id] = [v.name or v.any_code for v in lying.units]
                yield record

        return write_places(each(), os.fspath(path), format_name=format_name, parents=parents)

    def entries(self, matter: Matter | None = None, **chosen: Any) -> list[Entry]:
        """Return entries of registers: applications, listings, signs; by matter and step."""
        return self.store.gazetteer().entries(matter, **chosen)

    def counts(self) -> dict[str, int]:
        """Return how many places, names, spellings and entries there are."""
        return dict(self.store.gazetteer().counts())

    def __repr__(self) -> str:
        counts = self.counts()
        return f"<Names of {self.store.place}: {counts['places']} places, {counts['names']} names>"
