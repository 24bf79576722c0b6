"""Places, names and entries to store: drawn from a seed, and an account of them in plain lists."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import shapely

from diming.model.entry import Entry, Matter
from diming.model.facts import Facts
from diming.model.namechange import NameChange
from diming.model.place import Certainty, Name, NameKind, Place, Told
from diming.model.span import Precision, Span, When, parse_when
from store.archives import START

TEXTS = ("磁器口", "慈器口", "万縣", "万县", "覃家岗", "O'Brien; --", "a%s:b{c}", "e\u0301", "𠮷村",
         "", "Ciqikou", "ꆈꌠ", "朝天门\n街道")  # fmt: skip
TOLD = (
    Told(),
    Told("1950年", Span(parse_when("1950"), parse_when("2001-05"))),
    Told("公元前316年", None, Certainty.APPROXIMATE),
    Told("清乾隆年间?", Span(When(date(1736, 2, 12), Precision.ERA), When(date(1796, 2, 9))),
         Certainty.UNCERTAIN),
)  # fmt: skip
SHAPES = (
    None,
    shapely.LineString([(106.1, 29.1), (106.2, 29.3), (106.3, 29.2)]),
    shapely.box(106.0, 29.0, 106.25, 29.125),
    shapely.multipoints([(106.5, 29.5), (106.6, 29.6)]),
    shapely.Point(107.5, 30.5),
)


@dataclass
class Kept:
    """Rows of one kind: [what, known_from, known_to], the first under row 1."""

    rows: list[list] = field(default_factory=list)

    def take(self, new, old, number: int) -> None:
        for row in old:
            self.rows[row - 1][2] = number
        for one in new:
            self.rows.append([replace(one, row=len(self.rows) + 1), number, None])

    def believed(self, known: int) -> list:
        return [w for w, a, b in self.rows if a <= known and (b is None or b > known)]


@dataclass
class NameAccount:
    """What a store must know of places after some changes."""

    places: Kept = field(default_factory=Kept)
    names: Kept = field(default_factory=Kept)
    entries: Kept = field(default_factory=Kept)
    number: int = 1

    def take(self, change: NameChange) -> None:
        self.number += 1
        n = self.number
        self.places.take(change.places, change.old_places, n)
        self.names.take(change.names, change.old_names, n)
        entries = [replace(e, known_from=n) for e in change.entries]
        self.entries.take(entries, change.old_entries, n)


def draw_name_changes(seed: int, rounds: int = 4, per_round: int = 9) -> list[NameChange]:
    """Some changes, each of which fits after those before."""
    random = np.random.default_rng(seed)
    account = NameAccount()
    changes = []
    for turn in range(rounds):
        old = {
            kind: [w for w in getattr(account, kind).believed(account.number)
                   if random.random() < 0.2]
            for kind in ("places", "names", "entries")
        }  # fmt: skip
        places = [draw_place(random, f"p{turn}.{n}") for n in range(per_round)]
        # What is superseded comes again, otherwise, or goes for good.
        places += [draw_place(random, p.place_id) for p in old["places"] if random.random() < 0.8]
        ids = [p.place_id for p in places]
        names = [draw_name(random, f"n{turn}.{n}", str(random.choice(ids)))
                 for n in range(2 * per_round)]  # fmt: skip
        names += [draw_name(random, x.name_id, ids[0]) for x in old["names"]]
        entries = [draw_entry(random, f"m{turn}.{n % 3}", n // 3 + 1, ids[0]) for n in range(6)]
        change = NameChange(
            tuple(places), tuple(names), tuple(entries),
            *(tuple(w.row for w in old[kind]) for kind in ("places", "names", "entries")),
        )  # fmt: skip
        account.take(change)
        changes.append(change)
    return changes


def draw_place(random, place_id: str) -> Place:
    placed = random.random() < 0.8
    shape = SHAPES[random.integers(len(SHAPES))]
    return Place(
        place_id, class_code=str(random.choice(["22100", "12100", ""])), feature="村落",
        code=f"33038100122100000{random.integers(9):03d}" if random.random() < 0.5 else "",
        lon=float(random.choice([106.0, 106.55, 107.1])) + random.random() / 7 if placed else None,
        lat=29.0 + random.random() if placed else None, geometry=shape,
        within=(("重庆市", "巫山县"), (), ('一"二', "三"))[random.integers(3)],
        within_code=str(random.choice(["500237", ""])), within_on=date(2024, 1, 1)
        if random.random() < 0.3 else None, when=TOLD[random.integers(len(TOLD))],
        source=str(random.choice(["geonames", "census"])), source_id=place_id,
        facts=Facts({"measured": "GPS", "": "空"} if random.random() < 0.5 else {}),
        verbatim=Facts({"名称": str(random.choice(TEXTS)), "NUL": "a\0b"}),
    )  # fmt: skip


def draw_name(random, name_id: str, place_id: str) -> Name:
    return Name(
        name_id, place_id, str(random.choice(TEXTS)), list(NameKind)[random.integers(7)],
        lang=str(random.choice(["zh-Hans", "zh-Hant", "ii"])),
        romanisation=str(random.choice(["Cíqìkǒu", "Qínjiāgǎng", ""])),
        reading=str(random.choice(["qin2", ""])), when=TOLD[random.integers(len(TOLD))],
        certainty=list(Certainty)[random.integers(4)], origin="以地形\n得名", meaning="平地",
        citation="《巴县志》卷二", facts=Facts({"语种": "汉语"} if random.random() < 0.5 else {}),
    )  # fmt: skip


def draw_entry(random, matter_id: str, step: int, place_id: str) -> Entry:
    return Entry(
        matter_id, list(Matter)[int(matter_id[-1])], step, date(2020, 1, step), "accepted",
        place_id if random.random() < 0.5 else None,
        Facts({"who": "李四", "n": 1.5, "list": [1, None, {"a": True}]}),
    )  # fmt: skip


def record_names(store, changes) -> NameAccount:
    """Write changes into an archive, a revision each, at set times."""
    account = NameAccount(number=store.head().number)
    for change in changes:
        with store.write(author="李四", reason="r", recorded=START + timedelta(
            days=account.number)) as writer:  # fmt: skip
            writer.append_names(change)
        account.take(change)
    return account


def check_gazetteer(gazetteer, account: NameAccount, known: int) -> None:
    """Ask a gazetteer all there is to ask but terms, and compare with the account."""
    places = {p.place_id: p for p in account.places.believed(known)}
    names: dict[str, list[Name]] = {}
    for name in account.names.believed(known):
        names.setdefault(name.place_id, []).append(name)
    for some in names.values():
        some.sort(key=lambda n: (
            list(NameKind).index(n.kind), n.when.span.begin.day if n.when.span else date.min, n.row
        ))  # fmt: skip
    ids = {p.place_id for p, *_ in account.places.rows} | {"nobody"}
    for place_id in sorted(ids)[::3]:
        assert gazetteer.place(place_id) == places.get(place_id)
    assert gazetteer.places(ids) == places
    assert gazetteer.names_of(ids) == names
    for most in (1, 7, 1000):
        pages = list(gazetteer.every(most))
        assert [len(p) for p in pages[:-1]] == [most] * (len(pages) - 1)
        assert [pair for page in pages for pair in page] == [
            (places[i], tuple(names.get(i, ()))) for i in sorted(places)
        ]
    for source in ("geonames", "census", "?"):
        assert gazetteer.from_source(source, ids) == {
            p.source_id: p for p in places.values() if p.source == source
        }
    coded = gazetteer.coded([p.code for p in places.values()])
    assert set(coded) == {p.code for p in places.values() if p.code}
    assert all(places[p.place_id] == p and p.code == code for code, p in coded.items())
    for box in [(106, 29, 106.1, 29.4), (0, 0, 180, 90), (106.55, 29.5, 106.7, 29.7), (1, 1, 2, 2)]:
        west, south, east, north = box
        assert gazetteer.in_box(box) == [
            p for _, p in sorted(places.items())
            if p.lon is not None and west <= p.lon <= east and south <= p.lat <= north
        ]  # fmt: skip
    entries = sorted(account.entries.believed(known), key=lambda e: (e.matter_id, e.step, e.row))
    assert gazetteer.entries() == entries
    for matter in Matter:
        assert gazetteer.entries(matter) == [e for e in entries if e.matter is matter]
    assert gazetteer.entries(matter_id="m1.1") == [e for e in entries if e.matter_id == "m1.1"]
    assert gazetteer.entries(place_id="p1.0") == [e for e in entries if e.place_id == "p1.0"]
    counts = gazetteer.counts()
    assert counts["places"] == len(places) and counts["entries"] == len(entries)
    assert counts["names"] == sum(map(len, names.values()))
    check_terms(gazetteer, [n for some in names.values() for n in some])


def check_terms(gazetteer, names: list[Name]) -> None:
    """Every spelling is a term, and leads to all that is believed to be written so."""
    from diming.script.fold import fold
    from diming.script.keys import term_keys

    spelt: dict[str, set[int]] = {}
    for name in names:
        if name.text:
            spelt.setdefault(fold(name.text), set()).add(name.row)
    terms = {t.text: t for t in gazetteer.terms_written(spelt)}
    assert set(terms) == set(spelt)
    uses = gazetteer.uses([t.number for t in terms.values()])
    for text, term in terms.items():
        found = [n for n in uses[term.number] if isinstance(n, Name)]
        assert {n.row for n in found} == spelt[text] and set(found) <= set(names)
        assert term in gazetteer.terms(term_keys(text, term.syllables)[:1], 9999)
        assert term in gazetteer.terms_beginning(text[:2], 9999)
