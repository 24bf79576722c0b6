"""Places as GeoParquet (列式文件): one row a place, its names nested, nothing lost."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

import shapely

from diming.errors import EnvironmentLacks
from diming.files.place_shapes import CRS, shape_of
from diming.files.place_table import (
    FORMAT,
    NAME_COLUMNS,
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

#: Rows held in memory at once.
_AT_ONCE = 20_000
#: The position, to be shown: the geometry where there is one, else the point.
_SHAPE = "geometry"
#: Whether the geometry is the place's own, or made of its position.
_OWN = "geometry_is_own"
_TODAY = "within_today"
_TEXTS = tuple(c for c in PLACE_COLUMNS if c not in NUMBERS and c != "geometry")


def write(
    records: Iterable[PlaceRecord], path: Path, parents: Mapping[str, Sequence[str]] | None
) -> int:
    """Write records.

    Raises
    ------
    EnvironmentLacks
        If pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise EnvironmentLacks(
            "writing GeoParquet needs pyarrow; install it with pip install diming[parquet]"
        ) from None
    import pyproj

    names = pyarrow.list_(pyarrow.struct([(c, pyarrow.string()) for c in NAME_COLUMNS]))
    geo = {
        "version": "1.1.0",
        "primary_column": _SHAPE,
        "columns": {
            _SHAPE: {
                "encoding": "WKB", "geometry_types": [],
                "crs": pyproj.CRS.from_user_input(CRS).to_json_dict(),
            }
        },
    }  # fmt: skip
    schema = pyarrow.schema(
        [
            *((c, pyarrow.string()) for c in _TEXTS),
            *((c, pyarrow.float64()) for c in sorted(NUMBERS)),
            (_OWN, pyarrow.bool_()),
            (_TODAY, pyarrow.string()),
            ("names", names),
            (_SHAPE, pyarrow.binary()),
        ],
        metadata={"geo": json.dumps(geo), "diming": FORMAT},
    )
    count = 0
    rows = iter(records)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while held := list(islice(rows, _AT_ONCE)):
            count += len(held)
            writer.write_table(
                pyarrow.Table.from_pylist([_row(r, parents) for r in held], schema=schema)
            )
    return count


def _row(record: PlaceRecord, parents: Mapping[str, Sequence[str]] | None) -> dict[str, Any]:
    place = record.place
    shape = shape_of(place)
    return {
        **{k: v for k, v in place_cells(place).items() if k not in NUMBERS},
        "lon": place.lon,
        "lat": place.lat,
        _OWN: place.geometry is not None,
        _TODAY: " / ".join((parents or {}).get(place.place_id, ())),
        "names": [name_cells(n) for n in record.names],
        _SHAPE: None if shape is None else shapely.to_wkb(shape),
    }


def records_in(path: str) -> Iterator[PlaceRecord] | None:
    """Return the records of a file that `write` wrote; None if it is another."""
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    if (file.schema_arrow.metadata or {}).get(b"diming") != FORMAT.encode():
        file.close()
        return None
    return records_of(_rows(file), path)


def _rows(file: Any) -> Iterator[tuple[int, dict[str, str]]]:
    number = 0
    with file:
        for batch in file.iter_batches(batch_size=_AT_ONCE):
            for row in batch.to_pylist():
                number += 1
                place = {c: row[c] for c in _TEXTS}
                for c in NUMBERS:
                    place[c] = "" if row[c] is None else repr(row[c])
                place["geometry"] = row[_SHAPE].hex() if row[_OWN] else ""
                place[RECORD] = str(number)
                for name in row["names"] or [{}]:
                    yield number, {**place, **name}
