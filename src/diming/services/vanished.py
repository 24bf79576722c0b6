"""The register of names whose places are gone (消失地名登记).

A place that is gone stays in the gazetteer, with the day of its end; one that was not
there yet comes in with its name, so that a search finds it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import TYPE_CHECKING

from diming.errors import N_, UsageError
from diming.handbook.registers import cause_meant, load_registers, word_meant
from diming.model.entry import Entry, Matter
from diming.model.facts import Facts
from diming.model.namechange import NameChange
from diming.model.place import Name, NameKind, Place, Problem, Told, name_id_of, place_id_of
from diming.model.span import UNKNOWN_BEGIN, Span
from diming.services.beliefs import today
from diming.services.closing import name_until, place_until
from diming.services.recorded import (
    Recorded,
    column_of,
    degrees_said,
    half_position,
    matter_id_of,
    no_degrees,
    no_place,
    unfit_name,
    unknown_word,
    when_said,
)
from diming.services.recording import revision_written
from diming.services.within import path_of, unit_within
from diming.store.protocol import Withdrawn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from diming.handbook.registers import Registers
    from diming.model.span import When
    from diming.services.recorded import RegisterRow
    from diming.store.gazetteer_protocol import Gazetteer
    from diming.store.protocol import Store, Writer

#: `Place.source` of what this register brought in.
SOURCE = "vanished"
LISTED = "listed"

#: Key → headings of the form of 忠县 and what else offices write.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "number": ("序号", "编号"),
    "name": ("地名名称", "名称", "地名"),
    "pinyin": ("拼音", "罗马字母拼写", "汉语拼音"),
    "origin": ("得名原由", "得名缘由", "来历", "地名来历"),
    "overview": ("概况", "实体概况"),
    "cause": ("消失原因", "原因"),
    "gone": ("消失时间", "消失年份", "废止年份", "废止时间"),
    "within": ("所属政区", "所在地", "所在乡镇"),
    "lon": ("东经", "经度"),
    "lat": ("北纬", "纬度"),
    "place": ("地点编号", "place_id"),
    "note": ("备注", "说明"),
}


def record_vanished(
    store: Store, rows: Sequence[RegisterRow], day: date, *, author: str, reason: str,
    dry_run: bool = False, keep_going: bool = False,
) -> Recorded:  # fmt: skip
    """Register vanished names; places get their end, or come in with it, in the same revision."""
    words, result = load_registers(), Recorded()
    with store.write(author=author, reason=reason) as writer:
        held = _held(writer.gazetteer)
        changes: list[NameChange] = []
        touched: set[str | None] = set()
        for row in rows:
            problems, gone = _problems(row, words, writer)
            if problems:
                result.refused.append((row.source, problems))
                continue
            entry = _entry(row, words, day, held)
            if entry is None:
                result.known.append(row.said["name"])
                continue
            place_id = row.said.get("place") or _place_of(held[entry.matter_id])
            if not touched.isdisjoint({entry.matter_id, place_id}):
                what = N_("the same name or place stands above in the table; leave one row of it")
                result.refused.append((row.source, (Problem(what),)))
                continue
            try:
                if place_id and writer.gazetteer.place(place_id) is not None:
                    more = _ended(writer.gazetteer, place_id, gone, entry)
                else:
                    more = _brought_in(row, gone, entry, writer, day)
                    place_id = more.places[0].place_id
            except UsageError as error:
                # Its end lies before its begin.
                problem = Problem(error.template, Facts(error.facts))
                result.refused.append((row.source, (problem,)))
                continue
            if gone is None:
                what = N_("it is not said when it was gone: its name has no end")
                result.remarks.append((row.source or row.said["name"], (Problem(what),)))
            entry = replace(entry, place_id=place_id)
            touched |= {entry.matter_id, place_id}
            result.added.append(entry)
            changes.append(replace(more, entries=(entry,)))
        if not result.added or dry_run or (result.refused and not keep_going):
            raise Withdrawn
        writer.append_names(_joined(changes))
    result.revision = revision_written(store, writer.number)
    return result


@dataclass(frozen=True, slots=True)
class Vanished:
    """A row of the register."""

    matter_id: str
    said: Mapping[str, str]
    place_id: str | None
    registered_on: date


def vanished(gazetteer: Gazetteer) -> list[Vanished]:
    """Return the register: by number where rows have one, then by name."""
    rows = []
    for matter_id, entries in _held(gazetteer).items():
        said: dict[str, str] = {}
        for entry in entries:
            said |= {k: v for k, v in entry.said.items() if v not in ("", None)}
        rows.append(Vanished(matter_id, said, entries[-1].place_id, entries[0].day))
    return sorted(rows, key=_order)


def _order(row: Vanished) -> tuple[str, float, str, str]:
    number = str(row.said.get("number", ""))
    place = float(number) if number.isdecimal() else float("inf")
    return str(row.said.get("within", "")), place, str(row.said.get("name", "")), row.matter_id


def _place_of(entries: Sequence[Entry]) -> str | None:
    return next((e.place_id for e in reversed(entries) if e.place_id), None)


def _held(gazetteer: Gazetteer) -> defaultdict[str, list[Entry]]:
    held: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in gazetteer.entries(Matter.VANISHED):
        held[entry.matter_id].append(entry)
    return held


def _problems(
    row: RegisterRow, words: Registers, writer: Writer
) -> tuple[tuple[Problem, ...], When | None]:
    said, found = row.said, []
    if not said.get("name"):
        found.append(Problem(N_("there is no name")))
    if problem := unfit_name(said.get("name"), column_of(HEADINGS, "name")):
        found.append(problem)
    if not said.get("cause"):
        found.append(Problem(N_("{column} is not said"), {"column": column_of(HEADINGS, "cause")}))
    elif cause_meant(words.causes, said["cause"]) is None:
        found.append(unknown_word(column_of(HEADINGS, "cause"), said["cause"], words.causes))
    gone, problem = when_said(row, "gone")
    if problem is not None:
        found.append(problem)
    found += no_degrees(row, HEADINGS)
    if problem := half_position(said):
        found.append(problem)
    if gone is not None and gone.day > today():
        what = N_("{column}: {value} has not come yet")
        facts = {"column": column_of(HEADINGS, "gone"), "value": said["gone"]}
        found.append(Problem(what, facts))
    if said.get("place") and (problem := no_place(writer.gazetteer, said["place"])):
        found.append(problem)
    return tuple(found), gone


def _entry(
    row: RegisterRow, words: Registers, day: date, held: Mapping[str, list[Entry]]
) -> Entry | None:
    said = {k: v for k, v in row.said.items() if v and k != "place"}
    rest = {k: v for k, v in row.rest.items() if v}
    if (cause := cause_meant(words.causes, said["cause"])) is not None:
        if word_meant(words.causes, said["cause"]) is None:
            rest["消失原因"] = said["cause"]  # A phrase says more than the word it was taken for.
        said["cause"] = cause.id
    if rest:
        said["verbatim"] = rest  # type: ignore[assignment]
    matter_id = matter_id_of("v", said["name"], said.get("within", ""), said.get("number", ""))
    earlier = held.get(matter_id, [])
    if earlier and all(earlier[-1].said.get(k) == v for k, v in said.items()):
        return None
    return Entry(matter_id, Matter.VANISHED, len(earlier) + 1, day, LISTED, None, Facts(said))


def _ended(gazetteer: Gazetteer, place_id: str, gone: When | None, entry: Entry) -> NameChange:
    """Return a place of the gazetteer and its names, ended."""
    place = gazetteer.place(place_id)
    if place is None or gone is None:
        return NameChange()
    alive = [
        n for n in gazetteer.names_of([place_id]).get(place_id, [])
        if n.when.span is not None and n.when.span.end.day > gone.day
    ]  # fmt: skip
    shut = place_until(place, gone, entry.matter_id, str(entry.said["name"]))
    return NameChange(
        places=(shut,), names=tuple(name_until(n, gone, entry.matter_id) for n in alive),
        old_places=() if place.row is None else (place.row,),
        old_names=tuple(n.row for n in alive if n.row is not None),
    )  # fmt: skip


def _brought_in(
    row: RegisterRow, gone: When | None, entry: Entry, writer: Writer, day: date
) -> NameChange:
    """Return a place that nobody knew, with its name."""
    said = row.said
    when = Told() if gone is None else Told(f"/{gone}", Span(UNKNOWN_BEGIN, gone))
    within = said.get("within", "")
    # The unit as it was when the place was still there, else as it is.
    on = day if gone is None else gone.day
    unit = unit_within(writer.view, within, on) if within else None
    path = path_of(writer.view, unit, on) if unit else tuple(w for w in (within,) if w)
    place = Place(
        place_id=place_id_of(SOURCE, entry.matter_id), within=path, within_id=unit,
        within_on=on if unit else None, when=when, source=SOURCE, source_id=entry.matter_id,
        lon=degrees_said(row, "lon"), lat=degrees_said(row, "lat"),
        facts=Facts({k: said[k] for k in ("overview",) if said.get(k)}),
        verbatim=Facts({**row.rest, **entry.said.get("verbatim", {})}),
    )  # fmt: skip
    name = Name(
        name_id="", place_id=place.place_id, text=said["name"], kind=NameKind.STANDARD,
        romanisation=said.get("pinyin", ""), when=when, origin=said.get("origin", ""),
        citation=row.source or entry.matter_id,
    )  # fmt: skip
    return NameChange(
        places=(place,), names=(replace(name, name_id=name_id_of(place.place_id, name)),)
    )  # fmt: skip


def _joined(changes: Sequence[NameChange]) -> NameChange:
    return NameChange(*(
        tuple(chain.from_iterable(getattr(c, f.name) for c in changes)) for f in fields(NameChange)
    ))  # fmt: skip
