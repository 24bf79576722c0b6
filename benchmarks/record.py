"""What recording an act costs in a small and a large archive, and a question to it.

python benchmarks/record.py [--units 1000 40000] [--vertices 60] [--repeat 5]

Makes an archive of so many units in a file, records a merger, a move of ground and a
conversion in it, each as a revision of its own on the disk, and asks for the units at a
place, by the file's own index and by the time cube. Prints seconds, and the ratio of the
largest archive to the smallest.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from diming.archive import Archive
from diming.geometry.checksum import territory_key
from diming.model.changeset import Changeset
from diming.model.event import Event, EventType, Move, TerritoryKind, UnitRef
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, Span, parse_when
from diming.model.unit import Level
from diming.model.version import Version
from diming.services.asking import where
from diming.services.recording import record
from diming.store.opening import create
from province import CRS, Province

if TYPE_CHECKING:
    from diming.store.ledger import Ledger


def archive(path: Path, units: int, vertices: int) -> Ledger:
    """Make an archive of drawn units."""
    cells = Province(units, vertices, 0).polygons
    keys = [territory_key(cell) for cell in cells]
    span = Span(UNKNOWN_BEGIN, NOT_ENDED)
    rows = tuple(
        Version(f"u{n}", span, Level.COUNTY, f"unit {n}", codes=(("source", f"c{n}"),),
                territory=key)
        for n, key in enumerate(keys)
    )  # fmt: skip
    store = create(path, CRS, author="benchmark")
    with store.write(author="benchmark", reason="load", kind="load") as writer:
        writer.append(Changeset(rows, territories=dict(zip(keys, cells, strict=True))))
    return store


def ref(unit: Version) -> UnitRef:
    """Name a unit."""
    return UnitRef(unit.name, unit.code("source"), "source", unit_id=unit.unit_id)


def acts(store: Ledger, turn: int) -> list[Event]:
    """Return acts on neighbours that no earlier turn touched."""
    view = store.view()
    day = date(2000, 1, 1)
    units = int(store.counts()["units"])
    for n in range(turn * units // 50, units):
        unit = next((v for v in view.of_unit(f"u{n}") if v.holds(day) and v.span.is_open), None)
        if unit is None or unit.territory is None or unit.began_by:
            continue
        shape = view.shapes([unit.territory])[unit.territory]
        near = [
            v for v in view.near(shape.bounds, day, date(2000, 1, 2), Level.COUNTY)
            if v.unit_id != unit.unit_id and not v.began_by and v.span.is_open
        ]  # fmt: skip
        shapes = view.shapes({v.territory for v in near if v.territory})
        beside = [
            v for v in near
            if v.territory and shapely.length(shapely.intersection(shapes[v.territory], shape)) > 0
        ]  # fmt: skip
        if len(beside) >= 3:
            break
    other, third, fourth = beside[:3]
    middle = shapely.buffer(shapes[third.territory or ""].representative_point(), 50)
    when = parse_when(f"{2001 + turn}-01-01")
    return [
        Event(
            EventType.MERGE,
            when,
            (ref(unit), ref(other)),
            (UnitRef(f"merged {turn}", f"m{turn}", "source", level=Level.COUNTY),),
        ),
        Event(
            EventType.CONVERT,
            when,
            (ref(fourth),),
            (UnitRef(f"new {turn}", f"n{turn}", "source", level=Level.COUNTY),),
        ),
        Event(
            EventType.ESTABLISH,
            when,
            (UnitRef(third.name, third.code("source"), "source", part=True),),
            (UnitRef(f"born {turn}", f"b{turn}", "source", level=Level.COUNTY),),
            moves=(
                Move(
                    ref(third),
                    UnitRef(f"born {turn}", f"b{turn}", "source"),
                    TerritoryKind.POLYGON,
                    middle,
                ),
            ),
        ),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, nargs="+", default=[1000, 40000])
    parser.add_argument("--vertices", type=int, default=60)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    table: dict[int, dict[str, float]] = {}
    for units in given.units:
        with tempfile.TemporaryDirectory() as folder:
            table[units] = measure(Path(folder) / "archive.gpkg", units, given)
    names = list(next(iter(table.values())))
    print(f"{'':24}" + "".join(f"{n:>14,}" for n in table) + f"{'ratio':>10}")
    for name in names:
        values = [row[name] for row in table.values()]
        print(f"{name:24}" + "".join(f"{v * 1000:11.1f} ms" for v in values)
              + f"{values[-1] / values[0]:10.2f}")  # fmt: skip


def measure(path: Path, units: int, given: argparse.Namespace) -> dict[str, float]:
    """Return the median seconds of each kind of work."""
    store = archive(path, units, given.vertices)
    times: dict[str, list[float]] = {}
    for turn in range(given.repeat):
        for event in acts(store, turn):
            start = time.perf_counter()
            done = record(store, [event], author="benchmark", reason="record", crs=CRS)
            took = time.perf_counter() - start
            assert done.revision is not None, [f.facts for r in done.refused for f in r.findings]
            times.setdefault(f"record {event.type}", []).append(took)
        start = time.perf_counter()
        where(store, 107.0 + turn / 100, 29.5, date(2000, 1, 1))
        times.setdefault("where, file's index", []).append(time.perf_counter() - start)
    asked = Archive(store)
    for turn in range(given.repeat + 1):
        start = time.perf_counter()
        asked.where((107.0 + turn / 100, 29.5), date(2000, 1, 1))
        name = "where, time cube" if turn else "where, cube built"
        times.setdefault(name, []).append(time.perf_counter() - start)
    asked.close()
    return {name: statistics.median(values) for name, values in times.items()}


if __name__ == "__main__":
    main()
