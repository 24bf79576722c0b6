"""Search of 400,000 names: what is found, how fast, and how other ways do on the same questions.

python benchmarks/search.py [--names 400000] [--peers] [--each 1000] [--archive FILE]

Names and questions: `search_corpus.py`, `search_questions.csv`. A question counts as answered at
10 when the name that is meant is among the first ten *spellings*: thirty places of one name
are one answer. Times are of one process with one question after the other, all questions asked
once before; ``matches`` finds and orders spellings, ``search`` also fetches what bears them, and
where that lay then and lies today. Peers get the folded spellings and the folded question; of
letters they are given the readings: rapidfuzz compares the question with all, a table of SQLite's
FTS5 gives the best by trigrams, PostgreSQL (if it is installed) by pg_trgm. What shares its
similarity with others is put in order of the text.
"""

from __future__ import annotations

import argparse
import csv
import sqlite3
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from diming.model.namechange import NameChange
from diming.model.place import Name, Place
from diming.script.fold import fold
from diming.script.reading import syllables
from diming.services.searching import Searcher
from diming.store.opening import create, open_store
from search_corpus import corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUESTIONS = Path(__file__).with_name("search_questions.csv")
#: Categories of one error each, in characters.
ONE_ERROR = (
    "homophone", "look-alike", "wrong-character", "missing-character", "extra-character",
    "swapped-characters",
)  # fmt: skip
_BLOCK = 50_000


def built(path: Path, names: list[str]) -> float:
    """Write an archive with one place for each name; return the seconds it took."""
    begun = time.perf_counter()
    with create(path, author="benchmark") as store:
        for first in range(0, len(names), _BLOCK):
            some = names[first : first + _BLOCK]
            places = tuple(
                Place(f"p-{first + n:06d}", source="drawn", source_id=str(first + n))
                for n in range(len(some))
            )
            named = tuple(
                Name(f"n-{p.place_id}", p.place_id, text)
                for p, text in zip(places, some, strict=True)
            )
            with store.write(author="benchmark", reason="names") as writer:
                writer.append_names(NameChange(places, named))
    return time.perf_counter() - begun


def rows(each: int) -> list[tuple[str, str, str]]:
    """Return questions: so many of each category."""
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        listed = [(r["category"], r["question"], r["answer"]) for r in csv.DictReader(file)]
    count: Counter[str] = Counter()
    chosen = []
    for row in listed:
        count[row[0]] += 1
        if count[row[0]] <= each:
            chosen.append(row)
    return chosen


class Table:
    """How one way did: places of the answers, and milliseconds, by category."""

    def __init__(self, way: str) -> None:
        self.way = way
        self.places: dict[str, list[int]] = defaultdict(list)
        self.ms: dict[str, list[float]] = defaultdict(list)
        self.cpu_ms: dict[str, list[float]] = defaultdict(list)

    def ask(
        self, questions: list[tuple[str, str, str]], answer: Callable[[str], list[str]]
    ) -> None:
        """Ask all questions once."""
        for category, question, meant in questions:
            begun, worked = time.perf_counter(), time.process_time()
            found = answer(question)[:10]
            self.cpu_ms[category].append((time.process_time() - worked) * 1000)
            self.ms[category].append((time.perf_counter() - begun) * 1000)
            self.places[category].append(found.index(meant) if meant in found else 99)

    def line(self, *categories: str) -> str:
        """Return recall and times of some categories together."""
        at = np.array([p for c in categories for p in self.places.get(c, ())])
        ms = np.array([m for c in categories for m in self.ms.get(c, ())])
        cpu = np.array([m for c in categories for m in self.cpu_ms.get(c, ())])
        if not len(at):
            return ""
        return (
            f"{np.mean(at == 0):.2f} {np.mean(at < 10):.2f}  "
            f"{np.percentile(ms, 50):7.2f} {np.percentile(ms, 95):7.2f}  "
            f"{np.percentile(cpu, 50):7.2f} {np.percentile(cpu, 95):7.2f}"
        )


def peers(
    spellings: list[str], read: list[str], uses: Counter[str]
) -> Iterator[tuple[str, Callable[[str], list[str]]]]:
    """Yield other ways, each as what answers a question."""
    texts = [fold(s) for s in spellings]
    joined = [r.replace(" ", "") for r in read]
    often = np.array([uses[s] for s in spellings])

    def all_of_them(question: str) -> list[str]:
        asked = fold(question)
        against = joined if asked.isascii() else texts
        score = cdist([asked], against, scorer=fuzz.ratio, dtype=np.float32)[0]
        best = np.argpartition(-score, 50)[:50]
        cut = score[best].min()
        best = np.flatnonzero(score >= cut)
        order = np.lexsort((-often[best], -score[best]))
        return [spellings[i] for i in best[order[:10]]]

    yield "rapidfuzz over all", all_of_them
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE t USING fts5(text, tokenize='trigram')")
    both = [*texts, *joined]
    base.executemany("INSERT INTO t (rowid, text) VALUES (?, ?)", enumerate(both))

    def trigrams(question: str) -> list[str]:
        asked = fold(question)
        parts = {asked[i : i + 3] for i in range(len(asked) - 2)}
        if not parts:
            return []
        wanted = " OR ".join(f'"{p}"' for p in sorted(parts))
        found = base.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT 10", [wanted])
        return [spellings[r % len(spellings)] for (r,) in found]

    yield "FTS5 trigram", trigrams
    yield from _pg_trgm(spellings, both)


def _pg_trgm(
    spellings: list[str], both: list[str]
) -> Iterator[tuple[str, Callable[[str], list[str]]]]:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "store"))
    try:
        import psycopg
        from server import Server

        server = Server()
    except Exception as missing:
        print(f"pg_trgm left out: {missing}", file=sys.stderr)
        return
    try:
        # In the locale C there are no letters but those of ASCII, and no trigrams of Han.
        server.sql(
            "CREATE DATABASE search TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C.UTF-8'",
            "postgres",
        )
        with psycopg.connect(server.url("search")) as base:
            base.execute("CREATE EXTENSION pg_trgm")
            base.execute("CREATE TABLE t (row int, text text)")
            with base.cursor().copy("COPY t FROM STDIN") as copy:
                for row in enumerate(both):
                    copy.write_row(row)
            base.execute("CREATE INDEX ON t USING gin (text gin_trgm_ops)")
            base.execute("ANALYZE t")

            def alike(question: str) -> list[str]:
                found = base.execute(
                    "SELECT row FROM t WHERE text %% %s ORDER BY similarity(text, %s) DESC, text "
                    "LIMIT 10", [fold(question)] * 2,
                )  # fmt: skip
                return [spellings[r % len(spellings)] for (r,) in found]

            yield "pg_trgm", alike
    finally:
        server.stop()


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=400_000)
    parser.add_argument("--each", type=int, default=1_000, help="questions of each category")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--archive", type=Path, help="keep the archive there, or use it")
    options = parser.parse_args()
    names = corpus(options.names)
    uses = Counter(names)
    spellings = sorted(uses)
    questions = rows(options.each)
    with tempfile.TemporaryDirectory() as folder:
        path = options.archive or Path(folder) / "names.gpkg"
        if not path.exists():
            print(f"written in {built(path, names):.0f} s, {path.stat().st_size / 1e6:.0f} MB")
        with open_store(path, readonly=True) as store:
            base = sqlite3.connect(path)
            for table in ("term", "term_key", "term_use"):
                (count,) = base.execute(f"SELECT count(*) FROM {table}").fetchone()
                print(f"{table}: {count} rows")
            base.close()
            searcher = Searcher(store)

            def matches(question: str) -> list[str]:
                return [term.text for term, _ in searcher.matches(question)[:10]]

            def search(question: str) -> list[str]:
                return [h.text for h in searcher.search(question, limit=10).hits]

            tables = [Table("matches"), Table("search")]
            folded = [(c, q, fold(a)) for c, q, a in questions]
            for _ in range(2):
                tables = [Table("matches"), Table("search")]
                tables[0].ask(folded, matches)
                tables[1].ask(questions, search)
    if options.peers:
        read = [syllables(s) for s in spellings]
        for way, answer in peers(spellings, read, uses):
            table = Table(way)
            table.ask(questions, answer)
            tables.append(table)
    told(tables, list(dict.fromkeys(c for c, _, _ in questions)))


def told(tables: list[Table], categories: list[str]) -> None:
    """Print recall at 1, at 10, and milliseconds at p50 and p95."""
    for table in tables:
        print(
            f"\n{table.way}: recall@1 recall@10, p50 and p95 in ms, the same of the processor alone"
        )
        for category in categories:
            print(f"  {category:20} {table.line(category)}")
        print(f"  {'one wrong character':20} {table.line(*ONE_ERROR)}")
        print(
            f"  {'all but initials':20} {table.line(*(c for c in categories if c != 'initials'))}"
        )
    ours = np.median([m for c in ONE_ERROR for m in tables[0].ms[c]])
    for table in tables[2:]:
        theirs = np.median([m for c in ONE_ERROR for m in table.ms[c]])
        print(f"{table.way}: {theirs / ours:.1f} times as long as matches, one wrong character")


if __name__ == "__main__":
    main()
