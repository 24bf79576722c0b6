"""Histories to store: drawn from a seed, and an account of them kept in plain lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np
import shapely

from diming.geometry.checksum import added, chain_sums, territory_key
from diming.model.changeset import Applied, Changeset, Passage
from diming.model.event import Event, EventType, Move, TerritoryKind, UnitRef
from diming.model.span import OPEN, UNKNOWN_BEGIN, Precision, Span, When, parse_when
from diming.model.unit import Level
from diming.model.version import Version

CRS = "EPSG:4545"
START = datetime(2020, 1, 1, 8, tzinfo=UTC)
NAMES = ("万县区", "江北区", "渝北区", "土桥镇", "𠮷村", "O'Brien; --", "a%s:b{c}", "e\u0301", "")


def cell(i: int, j: int, size: float = 1000.0, *, multi: bool = False) -> shapely.Geometry:
    x, y = 359_000.0 + i * size, 3_272_000.0 + j * size
    box = shapely.box(x, y, x + size, y + size)
    return shapely.multipolygons([box]) if multi else box


def draw_changes(seed: int, rounds: int = 6, per_round: int = 12) -> list[Changeset]:
    """Some change sets, each of which fits after those before."""
    random = np.random.default_rng(seed)
    rows: list[int] = []
    believed: list[int] = []
    events: list[str] = []
    changes = []
    for turn in range(rounds):
        shapes, new = {}, []
        for n in range(per_round):
            shape = None
            if random.random() < 0.85:
                i, j = random.integers(0, 12, 2).tolist()
                size = float(random.choice([500.0, 1000.0, 333.3]))
                shape = cell(i, j, size, multi=random.random() < 0.3)
                if random.random() < 0.2:
                    hole = shapely.buffer(shapely.centroid(shape), size / 5, quad_segs=3)
                    shape = shapely.difference(shape, hole)
            new.append(version(random, shape, shapes, f"{turn}.{n}"))
        gone = random.choice(believed, min(len(believed), 4), replace=False).tolist() \
            if believed else []  # fmt: skip
        applied = [act(random, turn, n) for n in range(2)]
        if events and turn % 2:
            applied[0] = undoing(applied[0], events.pop(0))
        changes.append(Changeset(tuple(new), tuple(gone), shapes, tuple(applied)))
        fresh = range(len(rows) + 1, len(rows) + len(new) + 1)
        rows += fresh
        believed = [r for r in believed if r not in gone] + list(fresh)
        events += [a.event.id for a in applied]
    return changes


def version(random, shape, shapes: dict, tag: str) -> Version:
    key = None
    if shape is not None:
        key = territory_key(shape)
        shapes[key] = shape
    begin = UNKNOWN_BEGIN
    if random.random() < 0.8:
        text = f"{random.integers(1950, 2000)}-{random.integers(1, 12):02d}-11"
        begin = parse_when(text[: random.choice([4, 7, 10])])
    span = Span(begin)
    if random.random() < 0.5:
        span = Span(begin, parse_when(f"{random.integers(2001, 2025)}-05-06"))
    codes = [("ministry", f"5001{random.integers(0, 9):02d}"), ("nbs", f"{random.integers(9)}"),
             ("source", tag)]  # fmt: skip
    chosen = [c for c in codes if random.random() < 0.6]
    unit = f"u{random.integers(0, 15)}"
    return Version(
        unit, span, Level(int(random.integers(1, 6))), str(random.choice(NAMES)), kind="区",
        codes=tuple(sorted(chosen)), parent_id=str(random.choice(["u1", "u2"]))
        if random.random() < 0.7 else None, seat="某街道", ethnic=bool(random.random() < 0.3),
        territory=key, began_by="e1" if random.random() < 0.5 else None, note=tag,
    )  # fmt: skip


def act(random, turn: int, n: int) -> Applied:
    ref = UnitRef("江北区", "500105", parent=UnitRef("重庆市"), level=Level.COUNTY, kind="区",
                  geometry=cell(turn, n))  # fmt: skip
    event = Event(
        EventType(str(random.choice([t.value for t in EventType]))),
        When(date(1990 + turn, 3, 1 + n), Precision.MONTH),
        before=(ref, UnitRef(part=True)), after=(UnitRef(unit_id="u3", below=True, system="nbs"),),
        approved=parse_when("2011"), document=f"国函〔{turn}〕{n}号", note="注\n二",
        certainty="inferred", source="file.csv:3",
        moves=(Move(ref, None, TerritoryKind.LINE, shapely.LineString([(0, 0), (1, 1.5)]),
                    "right", (ref,)),),
        changes=(("name", "新"), ("geometry", cell(1, n)), ("code", None)),
    )  # fmt: skip
    passages = (Passage(f"u{random.integers(15)}", f"u{random.integers(15)}", 0.1 + turn, 1 / 3),
                Passage(None, "u2", None, None, whole=True))  # fmt: skip
    return Applied(event, (f"u{random.integers(15)}", None), ("u3",), passages, int(turn) - 3)


def undoing(applied: Applied, event_id: str) -> Applied:
    return Applied(applied.event, applied.before, applied.after, (), None, event_id)


@dataclass
class Account:
    """What a store must know after some changes, in lists that are searched through."""

    versions: list[list] = field(default_factory=list)  # [Version, known_from, known_to]
    events: list[list] = field(default_factory=list)
    shapes: dict = field(default_factory=dict)
    number: int = 1

    def take(self, change: Changeset) -> None:
        self.number += 1
        self.shapes |= change.territories
        for row in change.superseded:
            self.versions[row - 1][2] = self.number
        for version in change.added:
            row = len(self.versions) + 1
            self.versions.append([with_row(version, row), self.number, None])
        for applied in change.events:
            for held in self.events:
                if applied.reverts == held[0].event.id and held[2] is None:
                    held[2] = self.number
            self.events.append([applied, self.number, None])

    def believed(self, known: int) -> list[Version]:
        held = [v for v, a, b in self.versions if a <= known and (b is None or b > known)]
        return sorted(held, key=lambda v: (v.unit_id.encode(), v.span.begin.day, v.row))

    def acts(self, known: int) -> list[Applied]:
        held = [(a, i) for i, (a, f, t) in enumerate(self.events)
                if f <= known and (t is None or t > known)]  # fmt: skip
        return [a for a, _ in sorted(held, key=lambda x: (x[0].event.date.day, x[1]))]

    def sums(self, known: int) -> dict[int, int]:
        held = [v for v in self.believed(known) if v.span.end.day == OPEN and v.territory]
        own = {k: int(chain_sums(np.array([g], dtype=object))[0]) for k, g in self.shapes.items()}
        return {level: added(own[v.territory] for v in held if v.level == level)
                for level in {int(v.level) for v in held}}  # fmt: skip


def with_row(version: Version, row: int) -> Version:
    from dataclasses import replace

    return replace(version, row=row)


def record(store, changes, author: str = "李四") -> Account:
    """Write changes into a new archive, a revision each, at set times."""
    account = Account()
    for n, change in enumerate(changes, 1):
        with store.write(author=author, reason=f"第{n}次", document="文",
                         recorded=START + timedelta(hours=n)) as writer:  # fmt: skip
            writer.append(change)
        account.take(change)
    return account


def simple(name: str = "甲", at: int = 0, **more) -> Changeset:
    """One new unit of a shape of its own."""
    shape = cell(at, 0)
    key = territory_key(shape)
    given = {"codes": (("ministry", f"5001{at:02d}"),), **more}
    one = Version(f"u{at}", Span(parse_when("2001")), Level.COUNTY, name, territory=key, **given)
    return Changeset(added=(one,), territories={key: shape})
