"""Yearly files become acts, and the acts become the files again (快照→变更→快照).

python benchmarks/replay.py VERSIONS.gpkg [--level 3] [--from 1835] [--to 1900]

VERSIONS has one row a version, with ``id``, ``name``, ``start_date`` and ``end_date`` (the last
day). For each day on which anything changed, the coverage of the day is written as a file, the
acts between it and the one before are inferred, and recorded in an archive; then the archive's
coverage of that day is held against the file. Prints how many days agree, what was refused,
and whether the archive is sound.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import shapely

from diming.model.unit import Level
from diming.services.inference import infer_files
from diming.services.loading import load
from diming.services.proposing import as_events
from diming.services.recording import record
from diming.services.stated import StatedOptions
from diming.store.opening import create

if TYPE_CHECKING:
    from diming.store.ledger import Ledger


@dataclass
class Replayed:
    """What came of a replay."""

    days: int = 0
    acts: int = 0
    agreeing: int = 0
    refused: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    flaws: int = 0


def days_of_change(versions: geopandas.GeoDataFrame, first: str, last: str) -> list[str]:
    """Return the days on which a version began, or one had ended the day before."""
    ends = {(date.fromisoformat(d) + timedelta(1)).isoformat() for d in versions["end_date"]}
    return sorted(d for d in {*versions["start_date"], *ends} if first <= d < last)


def snapshot(
    versions: geopandas.GeoDataFrame, day: str, path: Path, level: Level = Level.COUNTY
) -> geopandas.GeoDataFrame:
    """Write what held on a day as a file of its own."""
    held = versions[(versions["start_date"] <= day) & (versions["end_date"] >= day)]
    held = held[["id", "name", "geometry"]].rename(columns={"id": "code"})
    sound = shapely.make_valid(held.geometry.values, method="structure", keep_collapsed=False)
    held = held.set_geometry(geopandas.GeoSeries(sound, index=held.index, crs=held.crs))
    held = held.assign(level=int(level))
    path.unlink(missing_ok=True)
    held.to_file(path)
    return held


def replay(path: str, level: Level, first: str, last: str) -> Replayed:
    """Go through all days of change."""
    versions = geopandas.read_file(path)
    result = Replayed()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        earlier, later = folder / "earlier.gpkg", folder / "later.gpkg"
        store = create(folder / "archive.gpkg", author="benchmark")
        opening, *following = days_of_change(versions, first, last)
        snapshot(versions, opening, earlier, level)
        load(
            store, [str(earlier)], day=date.fromisoformat(opening), author="benchmark",
            reason="opening", unchecked=True,
            options=StatedOptions(code_system="none", level=level),
        )  # fmt: skip
        for day in following:
            held = snapshot(versions, day, later, level)
            if len(held) == 0:
                break  # The atlas ends here.
            found = infer_files(earlier, later, date=day)
            acts = as_events(found.inference)
            done = record(
                store, acts, author="benchmark", reason=day, keep_going=True,
                crs=None if found.crs is None else found.crs.to_wkt(),
            )  # fmt: skip
            result.days += 1
            result.acts += len(done.applied)
            result.refused += [
                f"{r.event}: {[f.rule for f in r.findings if f.severity == 'error']}"
                for r in done.refused
            ]
            wrong = differing(store, level, day, held)
            result.agreeing += not wrong
            result.differing += wrong
            later.replace(earlier)
        result.flaws = len(store.verify())
        store.close()
    return result


def differing(store: Ledger, level: Level, day: str, held: geopandas.GeoDataFrame) -> list[str]:
    """Return units whose shape on a day is not the file's, or that only one of them has."""
    view = store.view()
    units = {v.code("source"): v for v in view.at(date.fromisoformat(day), level)}
    shapes = view.shapes({v.territory for v in units.values() if v.territory})
    wrong = [f"{day} {c}" for c in set(units) ^ set(held["code"])]
    for code, shape in zip(held["code"], held.geometry, strict=True):
        unit = units.get(code)
        if unit is not None and (
            unit.territory is None or not shapely.equals(shapes[unit.territory], shape)
        ):
            wrong.append(f"{day} {code}")
    return wrong


def main() -> None:
    """Replay and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("versions")
    parser.add_argument("--level", type=int, default=3)
    parser.add_argument("--from", dest="first", default="0001")
    parser.add_argument("--to", dest="last", default="9999")
    given = parser.parse_args()
    found = replay(given.versions, Level(given.level), given.first, given.last)
    print(f"{found.days} days of change, {found.acts} acts recorded, {len(found.refused)} refused")
    print(f"{found.agreeing} days agree with the file; {found.flaws} flaws in the archive")
    for line in (*found.refused[:10], *found.differing[:10]):
        print(f"  {line}")


if __name__ == "__main__":
    main()
