"""An archive in Python: what the commands do, on tables and small values (档案)."""

from __future__ import annotations

import html
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diming.errors import UsageError
from diming.services.arguments import given_day

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence
    from types import TracebackType

    import geopandas
    import pandas

    from diming.gazetteer import Names
    from diming.geometry.timecube import TimeCube
    from diming.history.view import View
    from diming.model.answers import Difference, History, Where
    from diming.model.changeset import Applied, Revision
    from diming.model.event import Event
    from diming.model.finding import CheckSettings, Exemption
    from diming.model.outcome import Loading, Recording
    from diming.present.live import LiveReport
    from diming.services.locating import Prepared
    from diming.store.ledger import Ledger
    from diming.store.protocol import Flaw

#: A date, or text such as ``2011-10-22``.
Day = date | str


def open_archive(place: str | os.PathLike[str], *, readonly: bool = False) -> Archive:
    """Open an archive: a file, or ``postgresql://…``.

    Raises
    ------
    UnreadableInput
        If there is none, or it is no archive, or one of newer software.
    EnvironmentLacks
        If a server cannot be reached, or the extra ``diming[postgis]`` is missing.
    """
    from diming.store.opening import open_store

    return Archive(open_store(place, readonly=readonly))


def create_archive(
    place: str | os.PathLike[str], *, crs: str | None = None, author: str = "", **settings: str
) -> Archive:
    """Make a new, empty archive, and open it.

    Parameters
    ----------
    place : path or URL
        ``:memory:`` for one that is gone with the program.
    crs : str, optional
        CRS of its shapes; otherwise that of the first ones.
    author : str
    **settings
        ``legal_date``; ``reader`` and ``writer`` on a server.

    Examples
    --------
    >>> import diming
    >>> with diming.create_archive(":memory:") as archive:
    ...     archive.head.number
    1
    """
    from diming.services.making import make

    return Archive(make(place, crs=crs, author=author, **settings))


class Archive:
    """What stood where and when, by which act, and what was believed about it at the time.

    Parameters
    ----------
    store : Ledger
        Where it is kept; `open_archive` finds it.
    """

    def __init__(self, store: Ledger) -> None:
        self.store = store
        self._cube: TimeCube | None = None
        #: For many points: the revision it is of, and what was made of it.
        self._prepared: tuple[int, Prepared] | None = None

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def close(self) -> None:
        """Let go of it."""
        if self._cube is not None:
            self._cube.close()
        self.store.close()

    @property
    def head(self) -> Revision:
        """The latest revision."""
        return self.store.head()

    def at(
        self, day: Day | None = None, *, level: int | str | None = None, known: str | None = None
    ) -> geopandas.GeoDataFrame:
        """Return the coverage of a day, one row a unit.

        Parameters
        ----------
        day : date or str, optional
            Today by default.
        level : int or str, optional
            ``3``, ``county``, ``县``…
        known : str, optional
            What the archive knew then: a revision such as ``r7``, a date or a time.

        Returns
        -------
        geopandas.GeoDataFrame
            Columns ``unit_id``, ``name``, ``level``, ``kind``, ``code``, ``parent_id``,
            ``begin``, ``end`` (as text, empty where not known or not ended), ``began_by``;
            geometry in the archive's CRS, None where it is not known.
        """
        import geopandas

        from diming.services.asking import at

        units = at(self.store, given_day(day), known, _level(level))
        rows = [
            {
                "unit_id": v.unit_id, "name": v.name, "level": int(v.level), "kind": v.kind,
                "code": v.any_code or "", "parent_id": v.parent_id or "",
                "begin": str(v.span.begin).replace("?", ""),
                "end": "" if v.span.is_open else str(v.span.end),
                "began_by": v.began_by or "",
            }
            for v in units.versions
        ]  # fmt: skip
        columns = ["unit_id", "name", "level", "kind", "code", "parent_id", "begin", "end",
                   "began_by"]  # fmt: skip
        return geopandas.GeoDataFrame(
            rows, columns=columns, geometry=list(units.shapes), crs=units.crs
        )

    def where(
        self, points: Any, day: Any = None, *, known: str | None = None
    ) -> Where | pandas.DataFrame:
        """Return which units hold a point, or each of many points, on a day.

        Parameters
        ----------
        points : (lon, lat), or array of shape (n, 2), or GeoSeries of points
            WGS 84, degrees; a GeoSeries is brought there.
        day : date or str, or a sequence of them
            One for all, or one for each.
        known : str, optional

        Returns
        -------
        Where
            Of one point: the chain of units, and the acts since.
        pandas.DataFrame
            Of many: columns ``code_3``, ``name_3``… for each level that is held.
        """
        import numpy as np

        from diming.services.asking import where

        if hasattr(points, "geometry"):
            points = points.geometry.to_crs(4326)
            points = np.column_stack([points.x, points.y])
        xy = np.asarray(points, dtype=np.float64)
        if xy.shape == (2,):
            view = None if known else self._view()
            return where(self.store, float(xy[0]), float(xy[1]), given_day(day), known, view=view)
        if xy.ndim != 2 or xy.shape[1] != 2:
            raise UsageError("points are (longitude, latitude), or an array of such pairs")
        return _table(self.store, xy, day, known, None if known else self._all_shapes())

    def _all_shapes(self) -> Prepared:
        """Return the shapes of the latest revision, indexed; kept for the next question."""
        from diming.services.locating import prepare

        number = self.head.number
        if self._prepared is None or self._prepared[0] != number:
            self._prepared = number, prepare(self.store, self.store.table())
        return self._prepared[1]

    def _view(self) -> View | None:
        """Return the latest belief with its time cube, where there is one."""
        from diming.services.cubed import cubed, open_cube

        self._cube = self._cube or open_cube(self.store)
        return None if self._cube is None else cubed(self.store, self._cube)

    def history(self, unit: str, day: Day | None = None, *, known: str | None = None) -> History:
        """Return the lineage of a unit: an id, or a code or name and the day it bore it."""
        from diming.services.asking import history

        return history(self.store, unit, given_day(day), known)

    def diff(
        self,
        earlier: Day | None = None,
        later: Day | None = None,
        *,
        known_earlier: str | None = None,
        known_later: str | None = None,
        level: int | str | None = None,
    ) -> Difference:
        """Return what changed between two days, or between two beliefs."""
        from diming.services.asking import diff

        return diff(
            self.store, given_day(earlier), given_day(later), known_earlier=known_earlier,
            known_later=known_later, level=_level(level),
        )  # fmt: skip

    def record(
        self,
        events: Event | Sequence[Event] | str | os.PathLike[str],
        *,
        author: str,
        reason: str = "",
        document: str = "",
        crs: str | None = None,
        accepted: Iterable[Exemption] = (),
        keep_going: bool = False,
        dry_run: bool = False,
    ) -> Recording:
        """Record acts: values, or a file of them; all or none, unless `keep_going`.

        Raises
        ------
        Conflict
            If somebody else is writing.
        """
        from diming.files.events import read_events
        from diming.model.event import Event
        from diming.services.recording import record

        if isinstance(events, Event):
            events = [events]
        elif not isinstance(events, list | tuple):
            file = read_events(events)  # type: ignore[arg-type]
            events, crs = list(file), crs or file.crs
        return record(
            self.store, list(events), author=author, reason=reason or "record", document=document,
            crs=crs, accepted=accepted, keep_going=keep_going, dry_run=dry_run,
        )  # fmt: skip

    def revert(self, what: str, *, author: str, reason: str, document: str = "") -> Revision:
        """Undo an act (its id), or all of a revision (``r7``), by a new revision."""
        from diming.services.reverting import revert

        done = revert(self.store, what, author=author, reason=reason, document=document)
        return done.revision

    def load(
        self, paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], *, day: Day,
        author: str, reason: str = "", **options: Any,
    ) -> Loading:  # fmt: skip
        """Load what stood on a day; see `diming.services.loading.load` for the options."""
        from diming.services.arguments import given_paths
        from diming.services.loading import load

        on = given_day(day)
        assert on is not None
        return load(
            self.store, given_paths(paths), day=on, author=author, reason=reason or "load",
            **options,
        )  # fmt: skip

    @property
    def names(self) -> Names:
        """Places, and what they were called."""
        from diming.gazetteer import Names

        return Names(self.store)

    def events(self, *, known: str | None = None) -> list[Applied]:
        """Return the acts, by date."""
        from diming.services.beliefs import revision_meant

        return self.store.events(revision_meant(self.store, known).number)

    def log(self, *, newest: int | None = None) -> list[Revision]:
        """Return the revisions, or the newest so many, the latest first."""
        return list(self.store.revisions(newest=newest))

    def check(self, settings: CheckSettings | None = None, **options: Any) -> LiveReport:
        """Check the coverage on a day, and the history over all dates."""
        from diming.present.live import LiveReport
        from diming.services.check_archive import check_archive

        return LiveReport.of(
            check_archive(self.store, settings=settings, **{"backdrop": True, **options})
        )

    def verify(self, *, tip: str | None = None) -> list[Flaw]:
        """Prove it sound: work out every hash anew; return what is broken.

        `tip` is the hash of a revision noted elsewhere: it tells whether later ones were
        taken away.
        """
        return self.store.verify(tip=tip)

    def backup(self, target: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Copy it into a GeoPackage as it stands, while others use it."""
        self.store.backup(Path(target), replace=overwrite)

    def __repr__(self) -> str:
        counts = self.store.counts()
        return (
            f"<Archive {self.store.place}: {counts['units']} units, {counts['events']} acts, "
            f"r{self.head.number}>"
        )

    def _repr_html_(self) -> str:
        from diming.present.archive_text import info_text

        store = self.store
        text = info_text(
            store.place, store.head(), store.counts(), store.settings(), store.view().crs, None
        )
        return f"<pre>{html.escape(text)}</pre>"


def _table(
    store: Ledger, xy: Any, day: Any, known: str | None, prepared: Prepared | None
) -> pandas.DataFrame:
    """Return the units of many points as a table."""
    import numpy as np
    import pandas

    from diming.services.locating import where_many

    days = None
    one = day if day is None or isinstance(day, str | date) else None
    if one is None and day is not None:
        days = np.array([given_day(d).toordinal() for d in day], dtype=np.int64)  # type: ignore[union-attr]
        if len(days) != len(xy):
            raise UsageError(
                "there are {points} points and {days} dates; give one date, or one a point",
                points=len(xy), days=len(days),
            )  # fmt: skip
    found = where_many(store, xy, days, given_day(one), known, prepared=prepared)
    table = found.table
    columns: dict[str, Any] = {}
    for level, row in found.rows.items():
        for name in ("code", "name", "unit_id"):
            values = getattr(table, name)
            held = np.where(row >= 0, values[np.maximum(row, 0)] if len(values) else "", "")
            columns[f"{name}_{int(level)}"] = held
    return pandas.DataFrame(columns)


def _level(given: int | str | None) -> Any:
    from diming.model.unit import Level, parse_level

    if given is None:
        return None
    level = parse_level(given)
    if level is Level.UNKNOWN:
        raise UsageError(
            "{option}: “{value}” is no level; give a number from 1 to 5 or a word such as county "
            "or 县",
            option="level", value=str(given)[:60],
        )  # fmt: skip
    return level
