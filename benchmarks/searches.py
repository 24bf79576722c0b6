"""Searches judged by hand: what is asked, what comes first, and why (检索评判).

python benchmarks/searches.py [--archive FILE]

Builds the archive of the README with its villages, GeoNames and the office's table in a temporary
file (or takes one), asks what ``searches_judged.csv`` holds, and prints the first hit of each
beside what was judged.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from diming.files.names_in import read_places
from diming.samples import sample
from diming.services.demo_archive import build_archive
from diming.services.importing import ImportOptions, take_in
from diming.services.searching import Searcher
from diming.store.opening import open_store

if TYPE_CHECKING:
    from diming.model.found import Found

JUDGED = Path(__file__).parent / "searches_judged.csv"
VILLAGES, SPOKEN_OF = "chongqing_villages_nbs_2023", date(2023, 6, 30)


def judged() -> list[dict[str, str]]:
    """The searches judged by hand, with what must come first."""
    with JUDGED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def build(file: Path) -> None:
    """Build the archive that the searches are asked of."""
    build_archive(file, author="某")
    with open_store(file) as store:
        take_in(
            store, list(read_places(sample(VILLAGES))), author="某", reason="村级名录",
            options=ImportOptions(day=SPOKEN_OF),
        )  # fmt: skip


def asked(searcher: Searcher, row: dict[str, str]) -> Found:
    """Ask what a row asks."""
    return searcher.search(
        row["asked"],
        day=date.fromisoformat(row["date"]) if row["date"] else None,
        within=row["within"] or None,
    )


def said(found: Found) -> tuple[str, str, str, str]:
    """The first hit as the list of judged ones writes it: name, what it is, why, where today."""
    if not found.hits:
        return "", "", "", ""
    hit = found.hits[0]
    name = hit.text
    if hit.standard:
        name += f" (of {hit.standard})"
    places = [heir.chain for heir in hit.heirs] or [hit.today.units]
    today = " | ".join(" / ".join(v.name for v in chain) for chain in places)
    return name, hit.kind.value, str(hit.why), today


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--archive", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = given.archive or Path(folder) / "archive.gpkg"
        if given.archive is None:
            build(place)
        with open_store(place, readonly=True) as store:
            report(Searcher(store))


def report(searcher: Searcher) -> None:
    """Print what came first, and whether it is as judged."""
    print("| asked | first hit | what it is | why | today | judged |\n|---|---|---|---|---|---|")
    unlike = 0
    for row in judged():
        answer = said(asked(searcher, row))
        same = answer == tuple(row[k] for k in ("name", "kind", "why", "today"))
        unlike += not same
        ways = [f"`--{k} {row[k]}`" for k in ("date", "within") if row[k]]
        cells = (" ".join([row["asked"], *ways]), *answer, row["verdict"] if same else "CHANGED")
        print("| " + " | ".join(c.replace("|", "·") for c in cells) + " |")
    print(f"\n{unlike} not as judged")


if __name__ == "__main__":
    main()
