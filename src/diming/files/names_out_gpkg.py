"""Places and names as a GeoPackage: a layer ``place``, and a table ``name`` beside it.

Both carry the columns of `diming.files.place_table`, tied by ``record``; so a GIS can
join them, and nothing is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.files.place_shapes import CRS, shape_of
from diming.files.place_table import (
    NAME_COLUMNS,
    NEEDED,
    NUMBERS,
    PLACE_COLUMNS,
    RECORD,
    name_cells,
    place_cells,
    records_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from diming.model.place import PlaceRecord

_OWN = "geometry_is_own"
_TODAY = "within_today"
_STANDARD = "standard_name"
_TEXTS = tuple(c for c in PLACE_COLUMNS if c not in NUMBERS and c != "geometry")


def write(
    records: Iterable[PlaceRecord], path: Path, parents: Mapping[str, Sequence[str]] | None
) -> int:
    """Write records; the first name of each stands in the layer, for labels."""
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
    from pyogrio.raw import write as write_layer

    places: dict[str, list[Any]] = {c: [] for c in (*_TEXTS, *sorted(NUMBERS))}
    names: dict[str, list[str]] = {c: [] for c in NAME_COLUMNS}
    more: dict[str, list[Any]] = {RECORD: [], _OWN: [], _STANDARD: [], _TODAY: []}
    owner: list[int] = []
    shapes: list[Any] = []
    count = 0
    for count, record in enumerate(records, start=1):
        place = record.place
        cells = place_cells(place)
        for column in _TEXTS:
            places[column].append(cells[column])
        places["lon"].append(np.nan if place.lon is None else place.lon)
        places["lat"].append(np.nan if place.lat is None else place.lat)
        more[RECORD].append(count)
        more[_OWN].append(int(place.geometry is not None))
        more[_STANDARD].append(record.names[0].text if record.names else "")
        more[_TODAY].append(" / ".join((parents or {}).get(place.place_id, ())))
        shapes.append(shape_of(place))
        for name in record.names:
            owner.append(count)
            for column, text in name_cells(name).items():
                names[column].append(text)
    columns = {
        RECORD: np.array(more[RECORD], dtype=np.int64),
        _STANDARD: _texts(more[_STANDARD]),
        **{c: _texts(places[c]) for c in _TEXTS},
        **{c: np.array(places[c], dtype=float) for c in sorted(NUMBERS)},
        _OWN: np.array(more[_OWN], dtype=np.int32),
        _TODAY: _texts(more[_TODAY]),
    }
    geometry = np.array([*shapes, None], dtype=object)[:-1]
    try:
        write_layer(
            path, shapely.to_wkb(geometry), list(columns.values()), list(columns),
            layer="place", driver="GPKG", geometry_type="Unknown", crs=CRS,
        )  # fmt: skip
        write_layer(
            path, None, [np.array(owner, dtype=np.int64), *(_texts(names[c]) for c in names)],
            [RECORD, *names], layer="name", driver="GPKG", geometry_type=None, crs=None,
            append=True,
        )  # fmt: skip
    except (DataSourceError, DataLayerError, FeatureError) as error:
        raise OSError(str(error)) from error
    return count


def _texts(values: list[str]) -> Any:
    return np.array([*values, None], dtype=object)[:-1]


def records_in(path: str) -> Iterator[PlaceRecord] | None:
    """Return the records of a file that `write` wrote; None if it is another."""
    from pyogrio import list_layers, read_info

    if not {"place", "name"} <= {str(row[0]) for row in list_layers(path)}:
        return None
    held = set(read_info(path, layer="place")["fields"])
    held |= set(read_info(path, layer="name")["fields"])
    if not held >= NEEDED:
        return None
    return records_of(_rows(path), path)


def _rows(path: str) -> Iterator[tuple[int, dict[str, str]]]:
    from pyogrio.raw import read

    meta, _, geometry, columns = read(path, layer="place")
    place = dict(zip(map(str, meta["fields"]), columns, strict=True))
    meta, _, _, columns = read(path, layer="name", read_geometry=False)
    name = dict(zip(map(str, meta["fields"]), columns, strict=True))
    of: dict[int, list[int]] = {}
    for i, number in enumerate(name[RECORD]):
        of.setdefault(int(number), []).append(i)
    for i, number in enumerate(map(int, place[RECORD])):
        cells = {c: place[c][i] or "" for c in _TEXTS}
        for c in NUMBERS:
            cells[c] = "" if np.isnan(place[c][i]) else repr(float(place[c][i]))
        cells["geometry"] = bytes(geometry[i]).hex() if place[_OWN][i] else ""
        cells[RECORD] = str(number)
        for j in of.get(number, [None]):
            mine = {} if j is None else {c: name[c][j] or "" for c in NAME_COLUMNS}
            yield number, {**cells, **mine}
