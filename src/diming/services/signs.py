"""Name signs: put up, patrolled, and held against the standard name (地名标志)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.errors import N_, UsageError
from diming.handbook.registers import load_registers, word_meant
from diming.model.entry import Entry, Matter
from diming.model.facts import Facts
from diming.model.namechange import NameChange
from diming.model.place import NameKind, Problem
from diming.rules.sign_text import sign_problems
from diming.services.closing import in_use
from diming.services.recorded import (
    Recorded,
    column_of,
    degrees_said,
    half_position,
    matter_id_of,
    no_degrees,
    no_place,
    unknown_word,
    when_said,
)
from diming.services.recording import revision_written
from diming.services.standing_signs import signs
from diming.store.protocol import Withdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from diming.handbook.registers import Registers
    from diming.model.changeset import Revision
    from diming.model.place import Name
    from diming.services.recorded import RegisterRow
    from diming.services.standing_signs import Sign
    from diming.store.gazetteer_protocol import Gazetteer
    from diming.store.protocol import Store

#: Key → headings.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "number": ("标志编号", "编号", "序号", "牌号"),
    "text": ("标志内容", "标志文字", "牌面内容", "标准名称", "名称", "地名"),
    "romanisation": ("罗马字母拼写", "拼音", "汉语拼音"),
    "kind": ("标志类型", "类型", "类别"),
    "state": ("状况", "标志状况", "完好程度", "状态"),
    "place": ("地点编号", "place_id"),
    "lon": ("东经", "经度"),
    "lat": ("北纬", "纬度"),
    "location": ("设置位置", "位置", "位置描述"),
    "day": ("设置日期", "设置时间", "巡查日期", "date"),
    "by": ("设置单位", "巡查人", "登记人"),
    "note": ("备注", "说明"),
}


def put_up(
    store: Store, rows: Sequence[RegisterRow], day: date, *, author: str, reason: str,
    dry_run: bool = False, keep_going: bool = False,
) -> Recorded:  # fmt: skip
    """Record signs; a wrong text is a remark, for the sign stands there all the same."""
    words, result = load_registers(), Recorded()
    with store.write(author=author, reason=reason) as writer:
        gazetteer = writer.gazetteer
        held: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in gazetteer.entries(Matter.SIGN):
            held[entry.matter_id].append(entry)
        for row in rows:
            problems = _problems(row, words, gazetteer)
            if problems:
                result.refused.append((row.source, problems))
                continue
            entry, known = _entry(row, words, day, held)
            if known:
                result.known.append(entry.matter_id)
                continue
            held[entry.matter_id].append(entry)
            result.added.append(entry)
            names = gazetteer.names_of([entry.place_id] if entry.place_id else [])
            wrong = _wrong(names, entry.place_id, entry.said, entry.day, words)
            if wrong:
                result.remarks.append((row.source or entry.matter_id, wrong))
        if not result.added or dry_run or (result.refused and not keep_going):
            raise Withdrawn
        writer.append_names(NameChange(entries=tuple(result.added)))
    result.revision = revision_written(store, writer.number)
    return result


def patrol(
    store: Store, matter_id: str, state: str, day: date, *, by: str, note: str = "",
    text: str = "", author: str, reason: str, dry_run: bool = False,
) -> tuple[Sign, Revision | None]:  # fmt: skip
    """Record how a sign was found.

    Raises
    ------
    UsageError
        If there is no such sign, or no such state, or it was seen later already.
    """
    words = load_registers()
    found = word_meant(words.sign_states, state)
    if found is None:
        raise UsageError("“{value}” is not known; known are: {choices}", value=state,
                         choices=[s.id for s in words.sign_states.values()])  # fmt: skip
    with store.write(author=author, reason=reason) as writer:
        entries = writer.gazetteer.entries(Matter.SIGN, matter_id=matter_id)
        if not entries:
            raise UsageError("there is no sign {matter}; see «diming names signs list»",
                             matter=matter_id)  # fmt: skip
        last = entries[-1]
        if day < last.day:
            raise UsageError("{day} lies before the step before it, {since}",
                             day=day.isoformat(), since=last.day.isoformat())  # fmt: skip
        said = {"by": by, "note": note, "text": text}
        entry = Entry(
            matter_id, Matter.SIGN, last.step + 1, day, found.id, last.place_id,
            Facts({k: v for k, v in said.items() if v}),
        )  # fmt: skip
        if dry_run:
            raise Withdrawn
        writer.append_names(NameChange(entries=(entry,)))
    revision = None if dry_run else revision_written(store, writer.number)
    return next(s for s in signs(store.gazetteer()) if s.matter_id == matter_id), revision


@dataclass(frozen=True, slots=True)
class Looked:
    """A sign, how long ago it was seen, and what is wrong with its text."""

    sign: Sign
    days: int
    problems: tuple[Problem, ...]


def looked_at(gazetteer: Gazetteer, words: Registers, day: date) -> list[Looked]:
    """Return all signs; those that need somebody first, then those not seen for longest."""
    found = signs(gazetteer)
    names = gazetteer.names_of({s.place_id for s in found if s.place_id is not None})
    rows = [
        Looked(s, (day - s.seen_on).days, _wrong(names, s.place_id, s.said, day, words))
        for s in found
    ]
    return sorted(rows, key=lambda r: (not _due(r, words), -r.days, r.sign.matter_id))


def needs_somebody(row: Looked, words: Registers) -> bool:
    """Tell whether a sign is damaged, missing, wrong, or was not looked at for too long."""
    state = words.sign_states.get(row.sign.state)
    late = state is not None and state.stands and row.days > words.patrol_days
    return _due(row, words) or late


def _due(row: Looked, words: Registers) -> bool:
    state = words.sign_states.get(row.sign.state)
    return bool(state is None or state.due or (state.stands and row.problems))


def _wrong(
    names: Mapping[str, list[Name]], place_id: str | None, said: Mapping[str, object], day: date,
    words: Registers,
) -> tuple[Problem, ...]:  # fmt: skip
    if place_id is None:
        return ()
    standard = [
        n for n in names.get(place_id, ())
        if in_use(n, day) or (n.kind is NameKind.MINORITY and n.when.holds(day))
    ]  # fmt: skip
    kind = words.signs.get(str(said.get("kind", ""))) or words.signs["other"]
    return sign_problems(
        str(said.get("text", "")), str(said.get("romanisation", "")), kind, standard, words
    )  # fmt: skip


def _problems(row: RegisterRow, words: Registers, gazetteer: Gazetteer) -> tuple[Problem, ...]:
    said = row.said
    found: list[Problem] = []
    if not said.get("text"):
        found.append(Problem(N_("there is no text")))
    found += _present(half_position(said))
    if said.get("kind") and word_meant(words.signs, said["kind"]) is None:
        found.append(unknown_word(column_of(HEADINGS, "kind"), said["kind"], words.signs))
    if said.get("state") and word_meant(words.sign_states, said["state"]) is None:
        found.append(unknown_word(column_of(HEADINGS, "state"), said["state"], words.sign_states))
    found += no_degrees(row, HEADINGS)
    found += _present(when_said(row, "day")[1])
    if said.get("place"):
        found += _present(no_place(gazetteer, said["place"]))
    return tuple(found)


def _present(problem: Problem | None) -> Iterable[Problem]:
    return () if problem is None else (problem,)


def _entry(
    row: RegisterRow, words: Registers, day: date, held: Mapping[str, list[Entry]]
) -> tuple[Entry, bool]:
    """Return the entry of a sign, and whether the register says so already."""
    said: dict[str, object] = {
        k: v for k, v in row.said.items() if v and k not in ("place", "day", "state")
    }
    kind = word_meant(words.signs, row.said.get("kind", ""))
    said["kind"] = "other" if kind is None else kind.id
    state = word_meant(words.sign_states, row.said.get("state", ""))
    for key in ("lon", "lat"):
        if key in said:
            said[key] = degrees_said(row, key)
    if row.rest:
        said["verbatim"] = {k: v for k, v in row.rest.items() if v}
    number = said.get("number")
    where = (row.said.get("lon", ""), row.said.get("lat", ""), said.get("location", ""))
    tells = ("number", number) if number else (said["text"], row.said.get("place", ""), *where)
    matter_id = matter_id_of("s", said["kind"], *tells)
    earlier = held.get(matter_id, [])
    when = when_said(row, "day")[0]
    place_id = row.said.get("place") or (earlier[-1].place_id if earlier else None)
    entry = Entry(
        matter_id, Matter.SIGN, len(earlier) + 1, day if when is None else when.day,
        "sound" if state is None else state.id, place_id, Facts(said),
    )  # fmt: skip
    same = bool(earlier) and place_id == earlier[-1].place_id and (
        state is None or state.id == earlier[-1].state
    ) and all(any(e.said.get(k) == v for e in earlier) for k, v in said.items())  # fmt: skip
    return entry, same
