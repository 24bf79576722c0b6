"""Where the readings of township names differ from those of others (读音比对).

python benchmarks/romanise.py [FOLDER]

Names are the packaged townships, held against a dictionary of pinyin alone, and, where
FOLDER has ``cq_codes_2024_town_pinyin.csv``, its own names against its own pinyin
(without tones). Each difference is judged in ``romanise_judged.csv``; those that are not
are printed, and end with exit code 1. At last it is told how long reading and spelling
take.
"""

from __future__ import annotations

import argparse
import csv
import time
from dataclasses import dataclass
from pathlib import Path

from diming.samples import sample
from diming.script.fold import fold
from diming.script.reading import readings, syllables, without_tone
from diming.script.romanise import romanise

HERE = Path(__file__).parent
JUDGED = HERE / "romanise_judged.csv"
PUBLISHED = "cq_codes_2024_town_pinyin.csv"
DICTIONARY, TABLE = "dictionary", "areacity-2024"


@dataclass(frozen=True, order=True)
class Difference:
    """One name, read in two ways."""

    source: str
    code: str
    name: str
    ours: str
    theirs: str


def townships() -> list[tuple[str, str]]:
    """Return code and name of each packaged township."""
    with sample("chongqing_townships_nbs_2022").open(encoding="utf-8-sig", newline="") as file:
        return [(row["nbs_code"], row["name"]) for row in csv.DictReader(file)]


def against_dictionary() -> list[Difference]:
    """Return the townships that pypinyin reads in another way when asked for all of the name."""
    from pypinyin import Style, pinyin

    found = []
    for code, name in townships():
        ours = " ".join(s or "?" for s in readings(name, within=code).syllables)
        theirs = " ".join(s for (s,) in pinyin(name, style=Style.TONE))
        if ours != theirs:
            found.append(Difference(DICTIONARY, code, name, ours, theirs))
    return found


def against_table(path: Path) -> list[Difference]:
    """Return the names of a published table that it reads in another way, tones apart."""
    found = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            ours = syllables(row["name"], within=row["id"])
            theirs = row["pinyin"].replace("v", "ü")
            if ours != theirs:
                found.append(Difference(TABLE, row["id"], row["name"], ours, theirs))
    return found


def judged() -> dict[tuple[str, str, str], dict[str, str]]:
    """Return the judged differences by source, code and name."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return {(r["source"], r["code"], r["name"]): r for r in csv.DictReader(file)}


def unexplained(found: list[Difference]) -> list[Difference]:
    """Return the differences that nobody judged, or that are others than those judged."""
    known = judged()
    return [
        d for d in found
        if (row := known.get((d.source, d.code, d.name))) is None
        or (row["ours"], row["theirs"]) != (d.ours, d.theirs)
    ]  # fmt: skip


def timings(count: int = 400_000) -> None:
    """Print how long `count` names take, each another."""
    names = [name for _, name in townships()]
    many = [names[n % len(names)][:-1] + chr(0x4E00 + n // len(names)) for n in range(count)]
    for what, ask in (("fold", fold), ("read", syllables), ("spell", romanise)):
        some = many if what != "spell" else many[: count // 10]
        start = time.perf_counter()
        for name in some:
            ask(name)
        seconds = time.perf_counter() - start
        print(f"{what}: {len(some):,} names in {seconds:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    arguments = parser.parse_args()
    found = against_dictionary()
    if arguments.folder is not None:
        found += against_table(arguments.folder / PUBLISHED)
    doubts = [
        (name, d.char) for code, name in townships() for d in readings(name, within=code).doubts
    ]
    toneless = [d for d in found if without_tone(d.ours) != without_tone(d.theirs)]
    print(f"{len(found)} differences, {len(toneless)} of them not in tones only; "
          f"{len(doubts)} doubts: {' '.join(f'{n}({c})' for n, c in doubts)}")  # fmt: skip
    left = unexplained(found)
    for d in left:
        print(d.source, d.code, d.name, d.ours, "|", d.theirs)
    timings()
    raise SystemExit(bool(left))


if __name__ == "__main__":
    main()
