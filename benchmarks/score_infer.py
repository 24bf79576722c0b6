"""Score inferred acts against an atlas that says in words what happened (推断评分).

python benchmarks/score_infer.py VERSIONS.gpkg… [--years N] [--noise-m M] [--misses]

The atlas of historical county boundaries gives each version of a county its first and
last day, and a note: "ANDERSON lost to creation of CAMPBELL". For each day on which
anything began, what stood the day before and what stood then are compared without
the notes, and what the notes say is looked for in what was inferred: passages of
ground from one county to another, by creation, by elimination, or neither. Many
notes are of ground too small for the map, where both counties are drawn as before:
``noted`` counts them, ``mapped`` and the recall do not.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyogrio
import shapely

from diming.geometry.measure import widths
from diming.history.infer import Inference, InferSettings, Snapshot, infer
from diming.model.event import EventType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

#: A county the atlas of this state does not hold, or what no county holds.
ELSEWHERE = "elsewhere"
#: Metres a degree, near enough for widths in Tennessee.
METRES = np.array([90_000.0, 111_000.0])
#: Ground no larger than this, in square degrees (ten square metres), is none.
LEAST_DEGREES2 = 1e-9
#: The notes say themselves that what they tell of is not on the map.
NOT_MAPPED = re.compile(r"not mapped|locations? unknown|net change|estimated line|\[no change\]")


class Passage(NamedTuple):
    """Ground that passed: ``creation`` of the taker, ``elimination`` of the giver, ``boundary``."""

    kind: str
    giver: str
    taker: str


@dataclass
class Versions:
    """Versions of counties, as columns."""

    name: list[str]
    first: NDArray[np.datetime64]
    last: NDArray[np.datetime64]
    note: list[str]
    geometry: NDArray[np.object_]

    def at(self, day: date) -> Snapshot:
        """Return what stood on a day: names and shapes, nothing else."""
        on = np.datetime64(day)
        alive = np.flatnonzero((self.first <= on) & (on <= self.last))
        return Snapshot.of([self.name[i] for i in alive], list(self.geometry[alive]))

    def noted(self, day: date) -> tuple[set[Passage], set[Passage]]:
        """Return what the notes of versions that began on a day say, and what is not mapped."""
        said: set[Passage] = set()
        unmapped: set[Passage] = set()
        names = sorted(set(self.name), key=len, reverse=True)
        for i in np.flatnonzero(self.first == np.datetime64(day)):
            for clause in clauses(self.note[i]):
                found = set(passages(self.name[i], clause, names))
                if not NOT_MAPPED.search(clause):
                    said.update(found)
                    continue
                # Net changes of a line over decades go either way.
                unmapped.update(found, (Passage(p.kind, p.taker, p.giver) for p in found))
        return said, unmapped


def read_versions(path: Path) -> Versions:
    """Read an atlas file."""
    meta, _, wkb, columns = pyogrio.raw.read(path)
    by_name = dict(zip(meta["fields"], columns, strict=True))
    geometry = shapely.from_wkb(wkb)
    bad = ~shapely.is_valid(geometry)
    geometry[bad] = shapely.make_valid(geometry[bad], method="structure", keep_collapsed=False)
    return Versions(
        [str(n) for n in by_name["name"]],
        by_name["start_date"].astype("datetime64[D]"),
        by_name["end_date"].astype("datetime64[D]"),
        [str(n) for n in by_name["change"]],
        geometry,
    )


def clauses(note: str) -> list[str]:
    """Part a note into clauses; what stands in brackets stays with its clause."""
    # A full stop within an abbreviation, or before a bracket, ends nothing.
    note = re.sub(r"\b(Mass|Conn|Tenn|N\.Y|R\.I|R|St|Dec|Nov|Oct|Jan|Feb|Mar|Apr)\.", r"\1", note)
    parts = re.split(r"[.;](?![^\[]*\])\s*|,\s+(?:and\s+)?(?=(?:lost|gained|exchanged)\b)", note)
    # What is not mapped is said once, at the end of a note.
    return [p.strip() for p in parts if p.strip()]


_VERB = re.compile(
    r"\b(lost|gained|exchanged|created|re-created|reverted|became|renamed|eliminated)\b(.*)",
    re.DOTALL,
)
_SERVED = re.compile(r"(?:attached to|detached from) [A-Z][\w ]*?(?=$|[,.]| and | became | for )")


def passages(unit: str, clause: str, names: Sequence[str]) -> Iterable[Passage]:
    """Read what one clause of a note says of a unit."""
    bare = re.sub(r"\[[^\]]*\]", "", clause)
    # Courts of one county served another's ground; that passed nothing.
    bare = re.sub(
        r"(?:attached to|detached from) [A-Z][\w ]*?(?=$|[,.]| and | became | for )", "", bare
    )
    found = _VERB.search(bare)
    if found is None:
        return
    verb, rest = found.groups()
    subject = mentioned(bare[: found.start()], names)
    who = subject[0] if subject and "created when" not in bare else unit
    others = [n for n in mentioned(rest, names) if n != who]
    if verb in ("created", "re-created"):
        if " from " in rest or "part of" in rest:
            yield from (Passage("creation", o, who) for o in others)
        return
    if verb == "renamed":
        yield from (Passage("creation", who, o) for o in others)
        return
    if verb == "eliminated" or who != unit:
        return
    foreign = re.search(r"\((?:Mass|N\.?Y|Conn|R\.?I|Pa)\b", rest) or re.search(
        r"(?:from|with|to) (?:New York|Pennsylvania|Massachusetts)", rest
    )
    if foreign and not others:
        others = [ELSEWHERE]
    creation = bool(re.search(r"\b(?:re-)?creation of\b", rest))
    all_of = bool(re.search(r"\b(?:all|part) of [A-Z]", rest)) and verb == "gained"
    for other in others:
        if verb in ("lost", "exchanged", "reverted"):
            yield Passage("creation" if creation else "boundary", unit, other)
        if verb in ("gained", "exchanged"):
            yield Passage("elimination" if all_of else "boundary", other, unit)


def mentioned(text: str, names: Sequence[str]) -> list[str]:
    """Return the counties a text names, in order."""
    text = re.sub(r"(\w+) \(now (\w+)\)", r"\1 / \2", text)
    spelt = {n: n for n in names}
    for name in names:
        area = re.fullmatch(r"\w+ NCA (\d+)", name)
        if area:
            spelt[f"Non-County Area {area[1]}"] = spelt[f"NCA {area[1]}"] = name
        if name.endswith(" (ext)"):
            spelt[name[:-6]] = spelt[name[:-6] + " (extinct)"] = name
        spelt[name.replace(" ", "")] = name
        spelt[re.sub(r"^DE(?=[A-Z])", "DE ", name)] = name
    pattern = "|".join(
        rf"(?<![\w]){re.escape(s)}(?!\w)" for s in sorted(spelt, key=len, reverse=True)
    )
    return list(dict.fromkeys(spelt[m[0]] for m in re.finditer(pattern, text)))


def inferred(found: Inference) -> tuple[set[Passage], set[Passage]]:
    """Return the passages of an inference: those proposed, and those left in doubt."""
    sure: set[Passage] = set()
    doubt: set[Passage] = set()
    for proposal in found:
        event = proposal.event
        if event.type in (EventType.RENAME, EventType.CONVERT):
            # The atlas says that one was eliminated, and another created from all of it.
            sure.add(Passage("creation", event.before[0].name, event.after[0].name))
            continue
        before = {r.name for r in event.before}
        after = {r.name for r in event.after}
        for share in proposal.shares:
            giver = share.giver.name if share.giver else ELSEWHERE
            taker = share.taker.name if share.taker else ELSEWHERE
            kind = "boundary"
            if taker != ELSEWHERE and taker not in before:
                kind = "creation"
            elif giver != ELSEWHERE and giver not in after:
                kind = "elimination"
            (doubt if proposal.doubtful else sure).add(Passage(kind, giver, taker))
    return sure, doubt


@dataclass
class Count:
    """Of one kind of passage."""

    noted: int = 0
    mapped: int = 0
    found: int = 0
    inferred: int = 0
    right: int = 0
    misses: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)


def score(versions: Versions, years: int = 0, noise_m: float = 0.0) -> Mapping[str, Count]:
    """Compare at every date, or every so many years; with noise, as if by two sources."""
    days = sorted({d.astype(date) for d in versions.first})
    counts: dict[str, Count] = defaultdict(Count)
    steps = [(d - timedelta(days=1), d, [d]) for d in days[1:]]
    if years:
        first = range(days[0].year + 1, days[-1].year, years)
        steps = [
            (date(y, 1, 1), date(y + years, 1, 1),
             [d for d in days if date(y, 1, 1) < d <= date(y + years, 1, 1)])
            for y in first
        ]  # fmt: skip
    for before, after, between in steps:
        said: set[Passage] = set()
        unmapped: set[Passage] = set()
        origin: dict[str, set[str]] = defaultdict(set)
        for day in between:
            one, other = versions.noted(day)
            said |= one
            unmapped |= other
            # Ground that passes on and on comes from all that had it.
            had = {p.giver: {p.giver} | origin[p.giver] for p in one | other}
            for p in one | other:
                origin[p.taker] |= had[p.giver]
        old, new = versions.at(before), versions.at(after)
        if not len(old) or not len(new):
            continue
        drawn = new if noise_m == 0 else replace(new, geometry=redrawn(new.geometry, noise_m))
        found = infer(old, drawn, InferSettings(crs="EPSG:4269"))
        sure, _ = inferred(found)
        least_m = max((c.certain_m for c in found.compared.values()), default=0.0)
        there = set(old.name.tolist()) | set(new.name.tolist()) | {ELSEWHERE}
        said = {p for p in said if p.giver in there and p.taker in there and p.giver != p.taker}
        through = {Passage("boundary", g, t) for t, of in origin.items() for g in of}
        allowed = said | unmapped | through
        _tell(counts, str(after), said - unmapped, sure, allowed, on_map(old, new, least_m))
    return counts


def redrawn(shapes: NDArray[np.object_], noise_m: float) -> NDArray[np.object_]:
    """Draw a map anew: every vertex aside by some metres, the same for all that share it."""
    xy = shapely.get_coordinates(shapes)
    _, of = np.unique(xy, axis=0, return_inverse=True)
    of = of.ravel()
    aside = np.random.default_rng(len(xy)).normal(0.0, noise_m, (int(of.max()) + 1, 2))
    moved = shapely.set_coordinates(shapes.copy(), xy + aside[of] / METRES)
    bad = ~shapely.is_valid(moved)
    moved[bad] = shapely.make_valid(moved[bad], method="structure", keep_collapsed=False)
    result: NDArray[np.object_] = moved
    return result


def on_map(old: Snapshot, new: Snapshot, least_m: float) -> Callable[[Passage], bool]:
    """Return what tells whether a passage has ground on the map, wide enough to be certain of.

    Many notes tell of ground too small for the map; and where the map was drawn anew,
    nobody can tell what is narrower than the lines are apart.
    """
    before = dict(zip(old.name.tolist(), old.geometry, strict=True))
    after = dict(zip(new.name.tolist(), new.geometry, strict=True))

    def tell(passage: Passage) -> bool:
        one, other = before.get(passage.giver), after.get(passage.taker)
        if ELSEWHERE in (passage.giver, passage.taker):
            return True
        if one is None or other is None:
            return False
        ground = shapely.intersection(one, other)
        if shapely.area(ground) <= LEAST_DEGREES2:
            return False
        metres = shapely.transform(ground, lambda xy: xy * METRES)
        parts = [p for p in shapely.get_parts(metres) if p.geom_type == "Polygon"]
        return least_m < 1 or bool((widths(np.array(parts, dtype=object))[0] > least_m).any())

    return tell


def _tell(
    counts: dict[str, Count], day: str, said: set[Passage], sure: set[Passage],
    allowed: set[Passage], mapped: Callable[[Passage], bool],
) -> None:  # fmt: skip
    """Count passages; one is found whatever kind of act it was taken for, see ``kind``."""
    ends = {(p.giver, p.taker) for p in sure}
    noted_ends = {(p.giver, p.taker) for p in allowed}
    for passage in sorted(said):
        count = counts[passage.kind]
        count.noted += 1
        on = mapped(passage)
        count.mapped += on
        if not on:
            continue
        if passage[1:] in ends:
            count.found += 1
        else:
            count.misses.append(f"{day} {passage.giver} → {passage.taker}")
    for passage in sorted(sure):
        count = counts[passage.kind]
        count.inferred += 1
        if passage[1:] in noted_ends:
            count.right += 1
        else:
            count.surplus.append(f"{day} {passage.giver} → {passage.taker}")
    counts["of the right kind"].noted += len(said)
    counts["of the right kind"].mapped += sum(map(mapped, said))
    counts["of the right kind"].found += len({p for p in said & sure if mapped(p)})
    counts["of the right kind"].inferred += len(sure)
    counts["of the right kind"].right += len(sure & allowed)


def table(counts: Mapping[str, Count]) -> str:
    """Lay the counts out."""
    lines = [
        f"{'kind':<18}{'noted':>7}{'mapped':>8}{'found':>7}{'recall':>8}{'inferred':>10}"
        f"{'right':>7}{'precision':>11}"
    ]
    rows = [(k, counts[k]) for k in ("creation", "elimination", "boundary") if k in counts]
    total = Count()
    for _, c in rows:
        total.noted += c.noted
        total.mapped += c.mapped
        total.found += c.found
        total.inferred += c.inferred
        total.right += c.right
    for kind, c in (*rows, ("all", total), ("of the right kind", counts["of the right kind"])):
        recall = c.found / c.mapped if c.mapped else float("nan")
        precision = c.right / c.inferred if c.inferred else float("nan")
        lines.append(f"{kind:<18}{c.noted:>7}{c.mapped:>8}{c.found:>7}{recall:>8.3f}{c.inferred:>10}{c.right:>7}"
                     f"{precision:>11.3f}")  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    """Print the table of each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--years", type=int, default=0, help="snapshots so many years apart")
    parser.add_argument("--noise-m", type=float, default=0.0, help="draw the later map anew")
    parser.add_argument("--misses", action="store_true", help="list what was not found")
    given = parser.parse_args()
    for path in given.files:
        counts = score(read_versions(path), given.years, given.noise_m)
        print(f"{path.name}\n{table(counts)}\n")
        if given.misses:
            for kind, count in counts.items():
                for word, cases in (("missed", count.misses), ("surplus", count.surplus)):
                    print(*(f"{word} {kind}: {c}" for c in cases), sep="\n")


if __name__ == "__main__":
    main()
