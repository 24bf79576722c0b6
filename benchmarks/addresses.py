"""Addresses of every era, judged by hand, and a table of them: how right, how fast (地址解析).

python benchmarks/addresses.py [--rows 10000] [--archive FILE]

Builds the archive of the README in a temporary file (or takes one), resolves the addresses of
``addresses_judged.csv`` and prints what came of them beside what was judged; then resolves a
table of distinct addresses drawn from all townships, right and wrong ones, and prints the time.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from diming.model.located import Outcome
from diming.model.unit import Level
from diming.services.addresses import Locator
from diming.services.demo_archive import build_archive
from diming.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diming.model.located import Heir, Located
    from diming.store.protocol import Store

JUDGED = Path(__file__).parent / "addresses_judged.csv"


def judged() -> list[dict[str, str]]:
    """The addresses judged by hand, with what must come of them."""
    with JUDGED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def said(found: Located) -> tuple[str, str, str]:
    """What came of an address, as the list of judged ones writes it."""
    outcome = found.outcome
    if outcome in (Outcome.FOUND, Outcome.SEVERAL):
        units = {h.unit.unit_id: h.unit.name for h in found.held}
        heirs = {x.version.unit_id: x for h in found.held for x in h.today}
        return outcome.value, _both(units.values()), _today(list(heirs.values()))
    if outcome is Outcome.OUTSIDE or not found.candidates:
        return outcome.value, "", ""
    first = found.candidates[0]
    named = [v.name for v in first.chain[first.at :]]
    return outcome.value, " / ".join(named), _today(first.today)


def _both(names: object) -> str:
    return " | ".join(dict.fromkeys(names))  # type: ignore[call-overload]


def _today(heirs: Sequence[Heir]) -> str:
    return " | ".join(" / ".join(v.name for v in h.chain) for h in heirs)


def addresses(store: Store, rows: int, seed: int = 0) -> Iterator[str]:
    """Distinct addresses of townships: with and without separators, levels, numbers, slips."""
    draw = random.Random(seed)
    view = store.view()
    day = date(2022, 12, 31)
    counties = {v.unit_id: v for v in view.at(day, Level.COUNTY)}
    towns = [v for v in view.at(day, Level.TOWNSHIP) if v.parent_id in counties]
    for n in range(rows):
        town = draw.choice(towns)
        county = counties[town.parent_id or ""].name
        name = town.name
        kind = draw.random()
        if kind < 0.1:  # A slip.
            at = draw.randrange(len(name))
            name = name[:at] + draw.choice("坝坪溪龙石") + name[at + 1 :]
        elif kind < 0.2:
            county = county[:-1] + ("县" if county.endswith("区") else "区")
        apart = draw.choice(("", "", "/", " "))
        top = draw.choice(("重庆市", "重慶市", "", "四川省重庆市"))
        yield apart.join(x for x in (top, county, name) if x) + f"{n}号"


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--archive", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = given.archive or Path(folder) / "archive.gpkg"
        if given.archive is None:
            build_archive(place)
        with open_store(place, readonly=True) as store:
            report(store, given.rows)


def report(store: Store, rows: int) -> None:
    """Print the judged list as a table, then the time of a table of rows."""
    begun = time.perf_counter()
    locator = Locator(store)
    ready_s = time.perf_counter() - begun
    print("| address | date | outcome | unit | today | judged |\n|---|---|---|---|---|---|")
    unlike = 0
    for row in judged():
        day = date.fromisoformat(row["date"]) if row["date"] else None
        outcome, unit, today = said(locator.locate(row["address"], day))
        same = (outcome, unit, today) == (row["outcome"], row["unit"], row["today"])
        unlike += not same
        verdict = row["verdict"] if same else f"CHANGED, judged was {row['unit']}: {row['today']}"
        cells = (row["address"], row["date"], outcome, unit, today, verdict)
        print("| " + " | ".join(c.replace("|", "·") for c in cells) + " |")
    print(f"\n{unlike} not as judged; the locator was ready after {ready_s:.2f} s")
    asked = list(addresses(store, rows))
    begun = time.perf_counter()
    found = [Locator.locate(locator, text, whole=False) for text in asked]
    took_s = time.perf_counter() - begun
    counts = {o.value: sum(f.outcome is o for f in found) for o in Outcome}
    print(f"{len(asked)} rows, {len(set(asked))} distinct: {took_s:.2f} s; {counts}")


if __name__ == "__main__":
    main()
