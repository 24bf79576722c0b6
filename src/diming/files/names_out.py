"""Places and names written to files (地名导出): which format, and what it cannot hold."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from diming.errors import UsageError
from diming.files.writing import drafted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from diming.model.place import PlaceRecord


@dataclass(frozen=True, slots=True)
class NamesFormat:
    """A format that places and names are written in.

    Attributes
    ----------
    id : str
    suffixes : tuple of str
        Endings of files that mean it.
    module : str
        Where it is written: ``write(records, path, parents) -> int``.
    lost : tuple of str
        Fields of the model that it cannot hold; none for what is read back the same.
    """

    id: str
    suffixes: tuple[str, ...]
    module: str
    lost: tuple[str, ...] = ()


FORMATS = (
    NamesFormat("csv", (".csv",), "names_out_csv"),
    NamesFormat("xlsx", (".xlsx",), "names_out_xlsx", ("place.geometry",)),
    NamesFormat("gpkg", (".gpkg",), "names_out_gpkg"),
    NamesFormat("geoparquet", (".parquet", ".geoparquet"), "names_out_parquet"),
    NamesFormat("linked-places", (".jsonld", ".json", ".geojson"), "names_out_linked"),
    NamesFormat(
        "geonames", (".txt", ".tsv"), "names_out_geonames",
        (
            "place.code", "place.geometry", "place.within", "place.within_code",
            "place.within_id", "place.within_on", "place.when", "place.facts",
            "place.verbatim", "name.name_id", "name.kind", "name.lang", "name.romanisation",
            "name.reading", "name.when", "name.certainty", "name.origin", "name.meaning",
            "name.citation", "name.facts",
        ),
    ),
)  # fmt: skip


def format_of(output: str, name: str | None = None) -> NamesFormat:
    """Return the format that is named, or that the ending of a file means.

    Raises
    ------
    UsageError
        If there is none such.
    """
    if name is not None:
        for each in FORMATS:
            if each.id == name:
                return each
        raise UsageError(
            "names are not written as {format}; choose one of {choices}",
            format=name, choices=", ".join(each.id for each in FORMATS),
        )  # fmt: skip
    suffix = Path(output).suffix.lower()
    for each in FORMATS:
        if suffix in each.suffixes:
            return each
    raise UsageError(
        "{output}: the suffix names no format that names are written in; try one of {choices}",
        output=output, choices=", ".join(s for each in FORMATS for s in each.suffixes),
    )  # fmt: skip


def write_places(
    records: Iterable[PlaceRecord],
    output: str,
    *,
    format_name: str | None = None,
    parents: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Write places with their names, whole or not at all.

    Parameters
    ----------
    records : iterable of PlaceRecord
        Gone through once.
    output : str
    format_name : str, optional
        Without, the ending of the file says it.
    parents : mapping, optional
        By id of a place, the names of the units that it lies in today, the largest first;
        said where there is room, and passed over when the file is read again.

    Returns
    -------
    int
        How many places were written.

    Raises
    ------
    UsageError
        If there is no such format, it cannot be written there, or it cannot hold a text.
    EnvironmentLacks
        If something that the format needs is not installed.
    """
    chosen = format_of(output, format_name)
    module = import_module(f"diming.files.{chosen.module}")
    with drafted(output) as draft:
        written: int = module.write(records, draft, parents)
    return written
