"""What the rows of a table say, and the names in them (名称读取)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.files.name_cells import has_control, is_nothing, split_names, tidied, with_note
from diming.handbook.fields import name_fields
from diming.model.facts import Facts
from diming.model.notation import LONGEST
from diming.model.place import Certainty, Name, NameKind, Problem, Told
from diming.script.dates import BadDate, read_told, told_between
from diming.script.tongue import lang_of, looks_pinyin, script_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.files.grid import Grid
    from diming.files.name_columns import Plan
    from diming.files.place_delivery import PlaceReading
    from diming.handbook.fields import Field

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_COMMA = re.compile("[,،]")
_CERTAINTY = {
    **{c.value: c for c in Certainty}, "?": Certainty.UNCERTAIN, "~": Certainty.APPROXIMATE,
    "%": Certainty.BOTH, "确定": Certainty.CERTAIN, "存疑": Certainty.UNCERTAIN,
    "不确定": Certainty.UNCERTAIN, "约": Certainty.APPROXIMATE, "大约": Certainty.APPROXIMATE,
    "less-certain": Certainty.UNCERTAIN,
}  # fmt: skip
_KINDS = {
    **{k.value: k for k in NameKind}, "标准名称": NameKind.STANDARD, "曾用名": NameKind.FORMER,
    "别名": NameKind.ALIAS, "简称": NameKind.SHORT, "少数民族语名称": NameKind.MINORITY,
    "俗称": NameKind.COLLOQUIAL, "图上名称": NameKind.MAP,
}  # fmt: skip
UNTOLD, _NO_FACTS = Told(), Facts({})
_NOW = ("现今", "历史", "现在", "在用", "现用", "停用")


@dataclass(slots=True)
class Noted:
    """What is wrong and what is odd with the row at hand."""

    problems: list[Problem]
    remarks: list[Problem]


class NameReader:
    """Read names off the rows of a grid, and what else rows say by where it goes."""

    def __init__(
        self,
        grid: Grid,
        plan: Plan,
        options: PlaceReading,
        marks: str = "、;；|\n",
    ) -> None:
        self.grid, self.options, self.marks = grid, options, marks
        self.format = plan.format or grid.format
        self._columns: dict[str, tuple[int, ...]] = {}
        self._names: list[tuple[int, Field, NameKind]] = []
        self._facts: list[tuple[int, str]] = []
        self._name_facts: list[tuple[int, str]] = []
        for i, field in plan.places:
            if field.goes.startswith("names."):
                self._names.append((i, field, NameKind(field.goes.removeprefix("names."))))
            elif field.goes == "facts":
                self._facts.append((i, field.key))
            elif field.goes == "name_facts":
                self._name_facts.append((i, field.key))
            else:
                self._columns[field.goes] = (*self._columns.get(field.goes, ()), i)
        self._last_first = [
            (i, goes) for goes, columns in self._columns.items() for i in reversed(columns)
        ]
        self._constants: dict[str, str] = {}
        self._constant_facts: dict[str, str] = {}
        self._constant_name_facts: dict[str, str] = {}
        self._above: list[tuple[int | None, str]] = []
        self._plan_constants(plan, options.constants)
        self._told: dict[tuple[str, str | None], Told | Problem] = {}

    def _plan_constants(self, plan: Plan, said: Mapping[str, str]) -> None:
        """Part constants by where they go; what a place lies in stands in the order of fields."""
        fields = name_fields().fields
        order = {key: number for number, key in enumerate(fields)}
        above: list[tuple[int, int | None, str]] = [
            (order[field.key], i, "") for i, field in plan.places if field.goes == "within"
        ]
        for key, value in said.items():
            goes = fields[key].goes
            if goes == "facts":
                self._constant_facts[key] = value
            elif goes == "name_facts":
                self._constant_name_facts[key] = value
            elif goes == "within":
                above.append((order[key], None, value))
            else:
                self._constants[goes] = value
        self._above = [(i, text) for _, i, text in sorted(above, key=lambda each: each[0])]

    def _said(self, cells: Sequence[str]) -> dict[str, str]:
        """Return what the row says by where it goes; of several columns the first counts."""
        said = self._constants.copy()
        for i, goes in self._last_first:
            if text := cells[i].strip():
                said[goes] = text
        return said

    def _heading(self, goes: str) -> str:
        columns = self._columns.get(goes, ())
        return self.grid.columns[columns[0]] if columns else ""

    def _when(self, noted: Noted, column: str, begin: str, end: str | None = None) -> Told:
        """Read a date, or what lies between two; a bad one is a problem of the row."""
        key = (begin, end)
        told = self._told.get(key)
        if told is None:
            try:
                if end is None:
                    told = read_told(begin, day_first=self.options.day_first)
                else:
                    told = told_between(begin, end, day_first=self.options.day_first)
            except BadDate as error:
                told = error.problem
            if len(self._told) < 100_000:
                self._told[key] = told
        if isinstance(told, Problem):
            noted.problems.append(replace(told, column=column))
            return UNTOLD
        return told

    def names_of(
        self,
        cells: Sequence[str],
        said: dict[str, str],
        when: Told,
        facts: dict[str, str],
        noted: Noted,
    ) -> list[Name]:
        """Return all names of a row, the standard one first; what is wrong goes to `noted`."""
        language = said.get("language", "")
        tag = name_fields().languages.get(language, "")
        names = self._standard(cells, said, when, tag, facts, noted)
        standard = {(n.text, n.lang) for n in names}
        for i, field, kind in self._names:
            if not cells[i]:
                continue
            column = self.grid.columns[i]
            reading = said.get("short_reading", "") if kind is NameKind.SHORT else ""
            marks = self.marks
            if self.format == "lp-tsv" and ";" not in cells[i] and _COMMA.search(cells[i]):
                marks = ",،"
                noted.remarks.append(
                    Problem(
                        N_("{column}: the names were parted at commas, for want of semicolons"),
                        Facts({"column": column}), column,
                    )
                )  # fmt: skip
            for each in split_names(cells[i], marks):
                made = self._one(each, field, kind, column, tag, noted)
                if made is None:
                    continue
                # A form repeats the standard name where another has nothing to add.
                if (
                    (made.text, made.lang) in standard
                    and not made.when.text
                    and (kind is not NameKind.FORMER)
                ):
                    if reading and names:
                        names[0] = replace(names[0], reading=reading)
                    continue
                if made.text == cells[i].strip() and reading:
                    made = replace(made, reading=reading)
                if made not in names:
                    names.append(made)
        if len(names) > 1 and any(n.lang.startswith("zh-Han") for n in names):
            names = [
                replace(n, lang="zh-Latn-pinyin")
                if n.lang == "und-Latn" and looks_pinyin(n.text) else n
                for n in names
            ]  # fmt: skip
        return names

    def _standard(
        self,
        cells: Sequence[str],
        said: dict[str, str],
        when: Told,
        tag: str,
        facts: dict[str, str],
        noted: Noted,
    ) -> list[Name]:
        """Return the standard name with all that the row says of it, in one script or both."""
        both = said.get("name.both", "")
        texts = [t for each in both.split("|") if (t := each.strip())]
        scripts = dict.fromkeys(texts, "")
        if len(scripts) == 2:  # 繁体|简体
            scripts = {texts[1]: "zh-Hans", texts[0]: "zh-Hant"}
        elif not scripts:
            scripts = {said.get("name.text", ""): ""}
        column = self._heading("name.both") or self._heading("name.text")
        if is_nothing(next(iter(scripts))):
            noted.problems.append(Problem(N_("there is no name"), Facts({}), column))
            return []
        name_facts = dict(self._constant_name_facts)
        for i, key in self._name_facts:
            if cells[i]:
                name_facts[key] = cells[i].strip()
        if language := said.get("language", ""):
            name_facts["language"] = language
        in_use, told = said.get("in_use", ""), said.get("name.when", "")
        if in_use and (in_use in _NOW or not any(map(str.isdecimal, in_use))):
            facts["in_use"] = in_use
        elif in_use and not told:
            told = in_use
        column_of_told = self._heading("name.when") or self._heading("in_use")
        if told:
            when = self._when(noted, column_of_told, told)
        elif not when.text and self.options.date:
            when = self._when(noted, "", self.options.date)
        lang = self._lang(said.get("name.lang", ""), noted)
        kind, certainty = (
            self._kind(said.get("name.kind", ""), noted),
            self._certainty(said.get("name.certainty", ""), noted),
        )
        made = []
        for text, script in scripts.items():
            clean = self._clean(text, column, noted)
            made.append(
                Name(
                    "", "", clean, kind,
                    lang or script or lang_of(clean, "" if script_of(clean) == "Hani" else tag),
                    said.get("name.romanisation", ""), said.get("name.reading", ""), when,
                    certainty, said.get("name.origin", ""), said.get("name.meaning", ""),
                    said.get("name.citation", ""), Facts(name_facts) if name_facts else _NO_FACTS,
                )
            )  # fmt: skip
        return made

    def _lang(self, lang: str, noted: Noted) -> str:
        if lang and _TAG.fullmatch(lang) is None:
            facts = Facts({"value": lang[:60]})
            noted.remarks.append(
                Problem(N_("«{value}» is no language tag; it was not taken"), facts,
                        self._heading("name.lang"))
            )  # fmt: skip
            return ""
        return lang

    def _kind(self, said: str, noted: Noted) -> NameKind:
        if not said:
            return self.options.kind
        if said not in _KINDS:
            facts = Facts({"value": said[:60]})
            noted.problems.append(
                Problem(N_("«{value}» is no kind of name"), facts, self._heading("name.kind"))
            )
        return _KINDS.get(said, self.options.kind)

    def _certainty(self, said: str, noted: Noted) -> Certainty:
        if said and said not in _CERTAINTY:
            facts = Facts({"value": said[:60]})
            noted.remarks.append(
                Problem(N_("«{value}» is no degree of certainty; it was not taken"), facts,
                        self._heading("name.certainty"))
            )  # fmt: skip
        return _CERTAINTY.get(said, Certainty.CERTAIN)

    def _one(
        self, text: str, field: Field, kind: NameKind, column: str, tag: str, noted: Noted
    ) -> Name | None:
        """Return one of the further names, with the dates in brackets behind it."""
        when, facts, lang = UNTOLD, {}, field.lang
        if self.format == "lp-tsv" and "@" in text:
            text, _, after = text.rpartition("@")
            lang = after.strip() if _TAG.fullmatch(after.strip()) else lang
        name, note = with_note(text)
        if note:
            dated = Noted([], [])
            told = self._when(dated, column, note)
            if not dated.problems:
                when, text = told, name
            elif any(map(str.isdecimal, note)):
                noted.problems += dated.problems
            elif kind in (NameKind.FORMER, NameKind.ALIAS, NameKind.COLLOQUIAL):
                facts, text = {"note": note}, name
        clean = self._clean(text.strip(), column, noted)
        if not clean:
            return None
        if not lang:
            lang = lang_of(clean, tag if kind is NameKind.MINORITY and tag != "zh" else "")
        return Name(
            "", "", clean, kind, lang, when=when, facts=Facts(facts) if facts else _NO_FACTS
        )

    def _clean(self, text: str, column: str, noted: Noted) -> str:
        if text.isprintable() and len(text) <= LONGEST:
            return text
        clean, hidden = tidied(text)
        if hidden:
            noted.remarks.append(
                Problem(
                    N_("invisible characters were taken out of the name «{name}»"),
                    Facts({"name": clean[:60]}), column,
                )
            )  # fmt: skip
        if problem := unwritable(clean, column):
            noted.problems.append(problem)
        return clean


def unwritable(name: str, column: str) -> Problem | None:
    """Say why no archive takes a name, if none does."""
    if len(name) <= LONGEST and not has_control(name):
        return None
    return Problem(
        N_("the name «{name}» holds control characters, or more than {most_count} characters"),
        Facts({"name": _visible(name[:60]), "most_count": LONGEST}), column,
    )  # fmt: skip


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
