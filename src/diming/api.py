"""The library's face: what the commands use, on GeoDataFrames and files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diming.model.facts import Facts
from diming.model.finding import CheckSettings
from diming.present.live import LiveReport

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import geopandas


def check(
    table: geopandas.GeoDataFrame,
    *,
    parents: geopandas.GeoDataFrame | None = None,
    fields: Mapping[str, str] = Facts({}),
    settings: CheckSettings | None = None,
    jobs: int | None = None,
    exact_audit: bool = False,
    **options: Any,
) -> LiveReport:
    """Check a GeoDataFrame as one coverage; the same report as ``diming check``.

    Parameters
    ----------
    table : geopandas.GeoDataFrame or geopandas.GeoSeries
        Polygons with a CRS; columns are recognised as in files.
    parents : geopandas.GeoDataFrame, optional
        The level above.
    fields : mapping
        Role → column (``{"code": "adcode"}``), overriding recognition.
    settings : CheckSettings, optional
        Or give its fields as keywords: ``gap_width_m=1.0``.
    jobs : int, optional
        Threads; by default one a processor.
    exact_audit : bool
        Recompute the areas of overlaps and gaps by brute force, and report what
        differs (rule ``audit-mismatch``).
    **options
        Fields of `CheckSettings`.

    Returns
    -------
    LiveReport
        Shows itself in Jupyter; ``to_geodataframe()``, ``explore()``, ``plot()``.

    Raises
    ------
    UnreadableInput
        If the table has no CRS or no polygons.
    UsageError
        If it is no such table, or a setting cannot be meant.

    Examples
    --------
    >>> import diming, geopandas, shapely
    >>> two = geopandas.GeoDataFrame(
    ...     {"code": ["a", "b"]},
    ...     geometry=[shapely.box(0, 0, 10, 10), shapely.box(9, 0, 20, 10)],
    ...     crs="EPSG:4545",
    ... )
    >>> [f.rule for f in diming.check(two).findings]
    ['overlap']
    """
    from diming.services.check import check_tables

    if options:
        settings = replace(settings or CheckSettings(), **options)
    return LiveReport.of(
        check_tables(
            table,
            parents=parents,
            fields=fields,
            settings=settings,
            jobs=jobs,
            exact_audit=exact_audit,
        )
    )


def check_files(
    *inputs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    settings: CheckSettings | None = None,
    **options: Any,
) -> LiveReport:
    """Check boundary files as one coverage, as ``diming check`` does.

    Parameters
    ----------
    *inputs : str or list of str
        Files, folders, globs; ``file.gpkg:layer`` names a layer.
    settings : CheckSettings, optional
    **options
        Further arguments of `diming.services.check.check_files`: `parents`,
        `reference`, `exceptions`, `crs`, `read`, `jobs`, `memory_limit_bytes`,
        `scheduler`, `exact_audit`, `progress`, `backdrop` (by default True here).

    Returns
    -------
    LiveReport

    Raises
    ------
    UsageError
        If no file is named, or something that is no name.
    UnreadableInput
        If an input cannot be read, or states no CRS.
    EnvironmentLacks
        If a package is missing, a cluster does not answer, or memory does not suffice.
    """
    from diming.services.check import check_files as run

    paths: list[Any] = []
    for given in inputs:
        paths += given if isinstance(given, list | tuple) else [given]
    return LiveReport.of(run(paths, settings=settings, **{"backdrop": True, **options}))
