"""Real files of names go into an archive: what becomes of their rows (导入实测).

python benchmarks/names_import.py FOLDER [--export OUT.jsonld]

FOLDER holds the files named in ``FILES`` (their origins are told in data/placenames/README.md, or
with the files). An archive of Chongqing is made from the packaged lists, acts and county shapes,
and every file is imported as of its day. Prints a table: rows in, and what became of them, by
kind of reason; then exports the whole as Linked Places, holds it against the schema, and proves
the archive sound.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from diming.archive import Archive
from diming.files.place_delivery import PlaceReading
from diming.model.intake import Fate
from diming.services.demo_archive import lists_and_shapes
from diming.services.importing import ImportOptions
from diming.services.making import make

if TYPE_CHECKING:
    from diming.model.intake import Intake


@dataclass(frozen=True)
class File:
    name: str
    day: date | None = None
    datum: str | None = None


FILES = (
    File("cq_codes_2023_county.csv", date(2023, 6, 30)),
    File("cq_codes_2023_town.csv", date(2023, 6, 30)),
    File("cq_codes_2023_village.csv.gz", date(2023, 6, 30)),
    File("cq_codes_2024_town_pinyin.csv", date(2024, 6, 30)),
    File("cq_codes_2025_town_mumuy.csv", date(2025, 11, 1)),
    File("cq_adcodes_cpca.csv", date(2016, 7, 1)),
    File("cq_places_adcode2016_gcj02.csv.gz", date(2016, 7, 1), "gcj-02"),
    File("cq_geonames_cities500.csv", date(2024, 12, 31)),
    File("cq_tgaz_historical_places.csv", date(2007, 1, 1)),
    File("whg_lp7_100.tsv"),
    File("whg_diamonds135.tsv"),
    File("whg_lp_tsv_template.tsv"),
    File("whg_lp_tsv_test_builder.tsv"),
    File("whg_lugares_20.jsonld"),
)


def archive_of_chongqing(place: Path) -> Archive:
    """Make the archive that the README makes."""
    store = make(place, author="benchmark")
    lists_and_shapes(store, author="benchmark")
    return Archive(store)


def import_all(archive: Archive, folder: Path) -> dict[str, Intake]:
    """Import each file that there is."""
    result = {}
    for file in FILES:
        path = folder / file.name
        if path.exists():
            result[file.name] = archive.names.take_in(
                path, author="benchmark", reading=PlaceReading(datum=file.datum),
                options=ImportOptions(day=file.day),
            )  # fmt: skip
    return result


def told(name: str, intake: Intake) -> list[str]:
    counts = intake.counts()
    lines = [
        f"{name:36} {len(intake.rows):7,} "
        + " ".join(f"{counts[fate]:9,}" for fate in Fate)
        + f" {sum(len(r.names) for r in intake.rows):9,}"
    ]
    kinds = Counter((row.fate, reason.what) for row in intake.rows for reason in row.reasons)
    lines += [f"    {n:6,} × {fate}: {what}" for (fate, what), n in kinds.most_common(6)]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--export", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        archive = archive_of_chongqing(Path(name) / "archive.gpkg")
        print(f"{'file':36} {'rows':>7} " + " ".join(f"{fate:>9}" for fate in Fate)
              + f" {'names':>9}")  # fmt: skip
        for file, intake in import_all(archive, given.folder).items():
            print("\n".join(told(file, intake)))
        print(archive.names)
        out = given.export or Path(name) / "whole.jsonld"
        count = archive.names.export(out)
        print(f"{count:,} places exported, {len(schema_errors(out))} of them not by the schema")
        print(f"{len(archive.verify())} flaws in the archive")
        archive.close()


def schema_errors(path: Path) -> list[str]:
    """Hold each feature of an export against the schema of Linked Places."""
    import jsonschema

    import diming.schemas

    schema = json.loads(
        (Path(diming.schemas.__path__[0]) / "linked-places.json").read_text("utf-8")
    )
    whole = json.loads(path.read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    errors = []
    for feature in whole["features"]:
        one = {**{k: v for k, v in whole.items() if k != "features"}, "features": [feature]}
        errors += [f"{feature.get('@id')}: {e.message}" for e in validator.iter_errors(one)][:1]
    return errors


if __name__ == "__main__":
    main()
