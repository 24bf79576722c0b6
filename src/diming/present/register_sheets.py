"""Registers as tables: protected names, vanished names, signs, counts (名录表格)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.errors import N_, UsageError
from diming.handbook.registers import word_meant
from diming.present.acts import level_word
from diming.present.language import resolve_language
from diming.present.problems import problem_text
from diming.present.sheet import Column, Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.handbook.registers import Registers
    from diming.rules.listings import Listing
    from diming.services.counting import Counts
    from diming.services.signs import Looked
    from diming.services.vanished import Vanished


def one_of(words: Mapping[str, Any], text: str, name: str) -> str:
    """Return the id that a text means; nothing for nothing.

    Raises
    ------
    UsageError
        If it means none.
    """
    if not text:
        return ""
    found = word_meant(words, text)
    if found is None:
        raise UsageError("{option}: “{value}” is not one of: {choices}",
                         option=name, value=text, choices=list(words))  # fmt: skip
    return str(found.id)


def heritage_sheet(rows: Sequence[Listing], words: Registers, lang: str | None) -> Sheet:
    """Return protected names, and what follows for each."""
    columns = (
        Column("id", N_("id")),
        Column("name", N_("name")),
        Column("level", N_("level")),
        Column("class", N_("class")),
        Column("batch", N_("batch")),
        Column("within", N_("division")),
        Column("use", N_("use")),
        Column("consequence", N_("what follows")),
    )
    tongue = resolve_language(lang)
    return Sheet("diming.heritage/1", N_("Protected names"), columns, [
        {
            "id": r.matter_id, "name": r.name, "level": words.levels.get(r.level, r.level),
            "class": words.classes.get(r.class_id, r.class_id), "batch": r.batch,
            "within": r.within, "use": words.uses.get(r.use, r.use),
            "consequence": words.uses[r.use].consequence(tongue) if r.use in words.uses else "",
            "state": r.state, "listed_on": r.listed_on, "place_id": r.place_id,
            "document": r.document, "note": r.note,
        }
        for r in rows
    ])  # fmt: skip


def vanished_sheet(rows: Sequence[Vanished], words: Registers) -> Sheet:
    """Return the register of vanished names, by the form of 忠县."""
    columns = (
        Column("number", N_("number"), True),
        Column("name", N_("name")),
        Column("pinyin", N_("pinyin")),
        Column("origin", N_("origin")),
        Column("overview", N_("overview")),
        Column("cause", N_("cause")),
        Column("gone", N_("gone")),
    )
    return Sheet("diming.vanished/1", N_("Vanished names"), columns, [
        {
            **{k: v for k, v in r.said.items() if k != "verbatim"},
            "cause": words.causes.get(r.said.get("cause", ""), r.said.get("cause")),
            "id": r.matter_id, "place_id": r.place_id, "registered_on": r.registered_on,
        }
        for r in rows
    ])  # fmt: skip


def vanished_values(rows: Sequence[Vanished], words: Registers) -> list[dict[str, str]]:
    """Return place of the form → text, a row each."""
    values = []
    for r in rows:
        cause = words.causes.get(r.said.get("cause", ""))
        values.append({
            "编号": str(r.said.get("number", "")),
            "地名名称": str(r.said.get("name", "")),
            "拼音": str(r.said.get("pinyin", "")),
            "得名原由": str(r.said.get("origin", "")),
            "概况": str(r.said.get("overview", "")),
            "消失原因": cause.zh if cause else str(r.said.get("cause", "")),
            "消失时间": str(r.said.get("gone", "")),
            "所属政区": str(r.said.get("within", "")),
            "备注": str(r.said.get("note", "")),
        })  # fmt: skip
    return values


def signs_sheet(rows: Sequence[Looked], words: Registers, lang: str | None) -> Sheet:
    """Return signs, how they were found, and what is wrong with them."""
    columns = (
        Column("id", N_("id")),
        Column("kind", N_("kind")),
        Column("text", N_("text")),
        Column("state", N_("state")),
        Column("seen_on", N_("seen on")),
        Column("days", N_("days"), True),
        Column("location", N_("where")),
        Column("problems", N_("what is wrong")),
    )
    return Sheet("diming.signs/1", N_("Name signs"), columns, [
        {
            **{k: v for k, v in r.sign.said.items() if k != "verbatim"},
            "id": r.sign.matter_id, "place_id": r.sign.place_id,
            "kind": words.signs.get(r.sign.said.get("kind", ""), r.sign.said.get("kind")),
            "state": words.sign_states.get(r.sign.state, r.sign.state),
            "seen_on": r.sign.seen_on, "days": r.days, "steps": len(r.sign.entries),
            "problems": [problem_text(p, lang) for p in r.problems],
        }
        for r in rows
    ])  # fmt: skip


def counts_sheet(counts: Counts, lang: str | None) -> Sheet:
    """Return what is named, signed and mapped, by unit and year."""
    columns = (
        Column("year", N_("year"), True),
        Column("code", N_("code")),
        Column("unit", N_("division")),
        Column("places", N_("places"), True),
        Column("named", N_("named"), True),
        Column("signed", N_("signed"), True),
        Column("mapped", N_("mapped"), True),
        Column("newly_named", N_("newly named"), True),
    )
    unknown = "?" if resolve_language(lang) == "en" else "不详"
    return Sheet("diming.counts/1", N_("Named, signed and mapped"), columns, [
        {
            "year": r.year, "unit_id": r.unit_id, "code": r.code, "unit": r.name or unknown,
            "places": r.places, "named": r.named, "signed": r.signed, "mapped": r.mapped,
            "newly_named": r.newly_named,
        }
        for r in counts.rows
    ], {"by": level_word(counts.level, "en"), "unplaced": dict(counts.unplaced)})  # fmt: skip
