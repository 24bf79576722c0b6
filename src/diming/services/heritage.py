"""Lists of protected names, and their appraisals (地名文化遗产名录)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from diming.errors import N_, UsageError
from diming.handbook.heritage import load_schemes
from diming.handbook.registers import load_registers, word_meant
from diming.model.entry import Entry, Matter
from diming.model.facts import Facts
from diming.model.namechange import NameChange
from diming.model.place import Problem
from diming.rules.appraisal import appraise as decide
from diming.rules.listings import LISTED, REMOVED, Listing, listing
from diming.services.recorded import (
    Recorded,
    column_of,
    matter_id_of,
    no_place,
    unfit_name,
    unknown_word,
    when_said,
)
from diming.services.recording import revision_written
from diming.store.protocol import Withdrawn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from diming.handbook.registers import Registers
    from diming.model.changeset import Revision
    from diming.rules.appraisal import Appraisal
    from diming.services.recorded import RegisterRow
    from diming.store.gazetteer_protocol import Gazetteer
    from diming.store.protocol import Store, Writer

#: Key → headings of lists.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("地名名称", "名称", "地名", "标准名称"),
    "level": ("保护级别", "级别"),
    "class": ("类别", "地名类别", "类型"),
    "batch": ("批次", "公布批次"),
    "within": ("所属政区", "所在区县", "区县", "所在地"),
    "use": ("使用状况", "使用情况", "现状"),
    "place": ("地点编号", "place_id"),
    "day": ("公布日期", "列入日期", "date"),
    "document": ("文号", "公布文件"),
    "note": ("备注", "说明"),
}


def list_names(
    store: Store, rows: Sequence[RegisterRow], day: date, *, author: str, reason: str,
    dry_run: bool = False, keep_going: bool = False,
) -> Recorded:  # fmt: skip
    """Put names into lists; one that stands there already, said the same way, stays as it is."""
    words, result = load_registers(), Recorded()
    with store.write(author=author, reason=reason) as writer:
        held = _held(writer.gazetteer)
        for row in rows:
            problems = _problems(row, words, writer)
            if problems:
                result.refused.append((row.source, problems))
                continue
            entry = _entry(row, words, day, held)
            if entry is None:
                result.known.append(row.said["name"])
                continue
            held[entry.matter_id].append(entry)
            result.added.append(entry)
        if not result.added or dry_run or (result.refused and not keep_going):
            raise Withdrawn
        writer.append_names(NameChange(entries=tuple(result.added)))
    result.revision = revision_written(store, writer.number)
    return result


def take_off(store: Store, matter_id: str, day: date, note: str, *, author: str) -> Revision | None:
    """Take a name off a list; that it stood there stays known.

    Raises
    ------
    UsageError
        If it does not stand there, or nothing is said why.
    """
    with store.write(author=author, reason=note) as writer:
        entries = writer.gazetteer.entries(Matter.HERITAGE, matter_id=matter_id)
        if not entries or entries[-1].state != LISTED:
            raise UsageError("there is no listing {matter}; see «diming names heritage list»",
                             matter=matter_id)  # fmt: skip
        last = entries[-1]
        entry = Entry(matter_id, Matter.HERITAGE, last.step + 1, day, REMOVED, last.place_id,
                      Facts({"note": note}))  # fmt: skip
        writer.append_names(NameChange(entries=(entry,)))
    return revision_written(store, writer.number)


def listings(gazetteer: Gazetteer) -> list[Listing]:
    """Return all listings, in order of id."""
    return [listing(entries) for _, entries in sorted(_held(gazetteer).items())]


def appraise(
    store: Store, name: str, scheme_id: str, *, years: Mapping[str, int],
    scores: Mapping[str, float], breaks: Mapping[str, int], day: date, within: str = "",
    place_id: str | None = None, author: str, reason: str, dry_run: bool = False,
) -> tuple[Appraisal, str, Revision | None]:  # fmt: skip
    """Appraise a name by a scheme, and keep what was said, the verdict, and by which weights.

    Raises
    ------
    UsageError
        If there is no such scheme, or something is said that it does not ask for.
    """
    schemes = load_schemes()
    if scheme_id not in schemes:
        raise UsageError("“{value}” is no scheme; they are: {choices}", value=scheme_id,
                         choices=list(schemes))  # fmt: skip
    scheme = schemes[scheme_id]
    asked = {c.id for c in scheme.conditions}, {c.id for c in scheme.criteria}
    for given, known in ((years, asked[0]), (breaks, asked[0]), (scores, asked[1])):
        if unknown := sorted(set(given) - known):
            raise UsageError("{scheme} does not ask for “{value}”; it asks for: {choices}",
                             scheme=scheme_id, value=unknown[0], choices=sorted(known))  # fmt: skip
    if any(not 0 <= s <= 100 for s in scores.values()) or 0 in years.values():
        raise UsageError("scores run from 0 to 100, and there is no year 0")
    found = decide(scheme, years, scores, day, breaks=breaks)
    matter_id = matter_id_of("j", scheme_id, place_id or "", name, within)
    said = {
        "name": name, "within": within, "scheme": scheme_id, "years": dict(years),
        "breaks": dict(breaks), "scores": dict(scores), "total": found.total,
        "weights": {c.id: c.weight for c in scheme.criteria},
        "recognised_from": scheme.recognised, "basis": scheme.basis,
    }  # fmt: skip
    with store.write(author=author, reason=reason) as writer:
        if place_id is not None and (problem := no_place(writer.gazetteer, place_id)):
            raise UsageError(problem.what, **problem.facts)
        earlier = writer.gazetteer.entries(Matter.APPRAISAL, matter_id=matter_id)
        entry = Entry(matter_id, Matter.APPRAISAL, len(earlier) + 1, day, str(found.verdict),
                      place_id, Facts(said))  # fmt: skip
        if dry_run:
            raise Withdrawn
        writer.append_names(NameChange(entries=(entry,)))
    return found, matter_id, None if dry_run else revision_written(store, writer.number)


def _held(gazetteer: Gazetteer) -> defaultdict[str, list[Entry]]:
    held: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in gazetteer.entries(Matter.HERITAGE):
        held[entry.matter_id].append(entry)
    return held


def _problems(row: RegisterRow, words: Registers, writer: Writer) -> tuple[Problem, ...]:
    said = row.said
    found = []
    if not said.get("name"):
        found.append(Problem(N_("there is no name")))
    if problem := unfit_name(said.get("name"), column_of(HEADINGS, "name")):
        found.append(problem)
    for key, known in (("level", words.levels), ("class", words.classes)):
        if not said.get(key):
            found.append(Problem(N_("{column} is not said"), {"column": column_of(HEADINGS, key)}))
        elif word_meant(known, said[key]) is None:
            found.append(unknown_word(column_of(HEADINGS, key), said[key], known))
    if said.get("use") and word_meant(words.uses, said["use"]) is None:
        found.append(unknown_word(column_of(HEADINGS, "use"), said["use"], words.uses))
    if problem := when_said(row, "day")[1]:
        found.append(problem)
    if said.get("place") and (problem := no_place(writer.gazetteer, said["place"])):
        found.append(problem)
    return tuple(found)


def _entry(
    row: RegisterRow, words: Registers, day: date, held: Mapping[str, list[Entry]]
) -> Entry | None:
    said = {k: v for k, v in row.said.items() if v and k not in ("place", "day")}
    for key, known in (("level", words.levels), ("class", words.classes), ("use", words.uses)):
        if said.get(key) and (word := word_meant(known, said[key])):
            said[key] = word.id
    said.setdefault("use", "in_use")
    if row.rest:
        said["verbatim"] = {k: v for k, v in row.rest.items() if v}  # type: ignore[assignment]
    matter_id = matter_id_of(
        "h", said["level"], said["class"], said.get("batch", ""), said["name"],
        said.get("within", ""),
    )  # fmt: skip
    earlier = held.get(matter_id, [])
    place_id = row.said.get("place") or (earlier[-1].place_id if earlier else None)
    if earlier and earlier[-1].state == LISTED and place_id == earlier[-1].place_id:
        before = listing(earlier)
        if all(str(getattr(before, {"class": "class_id"}.get(k, k), v)) == str(v)
               for k, v in said.items() if k != "verbatim"):  # fmt: skip
            return None
    when = when_said(row, "day")[0]
    on = day if when is None else when.day
    return Entry(matter_id, Matter.HERITAGE, len(earlier) + 1, on, LISTED, place_id, Facts(said))
