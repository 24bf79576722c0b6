"""How long names take: spelling, locating, reviewing, reading a table (地名各步耗时).

python benchmarks/names_speed.py [--rows 50000]

Works on the packaged villages and an archive of Chongqing; prints seconds, or microseconds a name.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from diming.files.names_in import read_places
from diming.model.naming import Proposal
from diming.samples import sample
from diming.script.fold import fold
from diming.script.reading import syllables
from diming.script.romanise import romanise
from diming.services.addresses import Locator
from diming.services.reviewing import review
from names_import import archive_of_chongqing

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def timed(what: str, count: int) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    took = time.perf_counter() - begun
    print(f"{what:44} {count:7,} {took:8.2f} s {took / count * 1e6:9.1f} µs each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    given = parser.parse_args()
    with gzip.open(sample("chongqing_villages_nbs_2023"), "rt", encoding="utf-8") as file:
        villages = [row["name"] for row in csv.DictReader(file)]
    names = list(dict.fromkeys(villages))
    romanise(names[0])  # The dictionary is read once.
    for what, work in (("fold", fold), ("read", syllables), ("spell", romanise)):
        with timed(what, len(names)):
            for name in names:
                work(name)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "names.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["标准名称", "别名", "地名类别", "东经", "北纬", "设立年份", "来历"])
            rest = ["旧名", "22100", 106.5, 29.5, 1950, "以井得名"]
            writer.writerows([names[n % len(names)], *rest] for n in range(given.rows))
        with timed("rows of a CSV made records", given.rows):
            for _ in read_places(table):
                pass
        archive = archive_of_chongqing(Path(folder) / "archive.gpkg")
        counties = ["渝北区", "江北县"]
        asked = [f"重庆市{c}{name}" for name in names for c in counties][:10_000]
        locator = Locator(archive.store)
        with timed("different addresses located", len(asked)):
            for text in asked:
                locator.locate(text, whole=False)
        with timed("an address of 100,000 characters", 1):
            locator.locate("重庆市" * 33_334, whole=False)
        proposals = [Proposal(name, within="渝北区") for name in names[:1_000]]
        with timed("proposals reviewed", len(proposals)):
            review(archive.store, proposals, day=date(2024, 12, 31))
        archive.close()


if __name__ == "__main__":
    main()
