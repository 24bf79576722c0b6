"""Rows of a table as records of places and names (逐行成录): bad rows are data, not errors."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.files.name_cells import has_control, is_nothing, split_names, tidied, with_note
from diming.files.names_in_csv import LONGEST_CELL
from diming.handbook.fields import name_fields
from diming.model.code import tidy
from diming.model.facts import Facts
from diming.model.notation import LONGEST
from diming.model.place import Certainty, Name, NameKind, Place, PlaceRecord, Problem, Told
from diming.script.dates import BadDate, read_told, told_between
from diming.script.tongue import lang_of, looks_pinyin, script_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from diming.files.grid import Grid
    from diming.files.name_columns import Plan
    from diming.files.name_positions import Positions
    from diming.files.place_delivery import PlaceReading
    from diming.handbook.fields import Field

#: Digits that division codes have.
CODE_LENGTHS = (2, 4, 6, 9, 12)
#: Digits of a 地名代码.
PLACE_CODE_LENGTH = 20
_CLASS = re.compile(r"(?<![0-9])[0-9]{5}(?![0-9])")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_COMMA = re.compile("[,،]")
_ABOVE = re.compile(r"\s*[/／>＞»]\s*")
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
_UNTOLD, _NO_FACTS = Told(), Facts({})
_NOW = ("现今", "历史", "现在", "在用", "现用", "停用")


@dataclass(slots=True)
class _Noted:
    """What is wrong and what is odd with the row at hand."""

    problems: list[Problem]
    remarks: list[Problem]


class RowReader:
    """Make records of the rows of a grid."""

    def __init__(
        self,
        path: str,
        source: str,
        grid: Grid,
        plan: Plan,
        found: Positions,
        options: PlaceReading,
        marks: str = "、;；|\n",
    ) -> None:
        self.path, self.source, self.grid, self.found = path, source, grid, found
        self.options, self.marks, self.format = options, marks, plan.format or grid.format
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
        self._shared_codes: Mapping[str, bool] = {}
        if "place.source_id" not in self._columns:
            self._shared_codes = self._codes_of_several()
        self.notes: list[Problem] = []
        self._foreign_codes = self._are_foreign()

    def __iter__(self) -> Iterator[PlaceRecord]:
        for place in range(len(self.grid.rows)):
            yield self._record(place)

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

    def _codes_of_several(self) -> dict[str, bool]:
        """Return codes that name different places in one table: reused, or of two years."""
        codes, names = self._columns.get("division_code"), self._columns.get("name.text")
        if not codes or not names:
            return {}
        first: dict[str, str] = {}
        several: dict[str, bool] = {}
        for row in self.grid.rows:
            code, name = row[codes[0]], row[names[0]]
            if first.setdefault(code, name) != name:
                several[code] = True
        return several

    def _are_foreign(self) -> bool:
        """Tell whether most codes are not as long as division codes: they are others."""
        columns = self._columns.get("division_code")
        codes = [tidy(row[columns[0]]) for row in self.grid.rows] if columns else []
        codes = [code for code in codes if code]
        fit = sum(code.isdecimal() and len(code) in CODE_LENGTHS for code in codes)
        foreign = fit * 2 < len(codes)
        # Codes of 地名 stand in columns of that heading, too.
        if foreign and not all(len(code) == PLACE_CODE_LENGTH for code in codes):
            self.notes.append(
                Problem(
                    N_("the codes in {column} are no division codes; they only tell rows apart"),
                    Facts({"column": self._heading("division_code")}),
                    self._heading("division_code"),
                )
            )
        return foreign

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

    def _when(self, noted: _Noted, column: str, begin: str, end: str | None = None) -> Told:
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
            return _UNTOLD
        return told

    def _record(self, place: int) -> PlaceRecord:
        cells, grid, found = self.grid.rows[place], self.grid, self.found
        trusted = cells
        if grid.spoilt:
            trusted = tuple("" if (place, i) in grid.spoilt else c for i, c in enumerate(cells))
        said = self._said(trusted)
        noted = _Noted(
            [*grid.problems.get(place, ()), *found.problems.get(place, ())],
            [*grid.remarks.get(place, ()), *found.remarks.get(place, ())],
        )
        if max(map(len, cells), default=0) > LONGEST_CELL:
            noted.problems.append(
                Problem(
                    N_("a cell has more than {most_count} characters; check the quotation marks"),
                    Facts({"most_count": LONGEST_CELL}),
                )
            )
        begin, end = said.get("begin", ""), said.get("end", "")
        when = _UNTOLD
        if begin or end:
            when = self._when(noted, self._heading("begin" if begin else "end"), begin, end)
        facts = dict(self._constant_facts)
        for i, key in self._facts:
            if text := cells[i].strip():
                facts.setdefault(key, text)
        names = self._all_names(cells, said, when, facts, noted)
        made = self._place(place, cells, said, when, facts, names[0].text if names else "", noted)
        return PlaceRecord(
            made, tuple(names), self.path, grid.numbers[place],
            Facts(zip(grid.columns, cells, strict=True)), tuple(noted.problems),
            tuple(noted.remarks),
        )  # fmt: skip

    def _place(
        self, row: int, cells: Sequence[str], said: dict[str, str], when: Told,
        facts: dict[str, str], name: str, noted: _Noted,
    ) -> Place:  # fmt: skip
        found = self.found
        code = tidy(said.get("place.code", ""))
        division = tidy(said.get("division_code", ""))
        if not code and len(division) == PLACE_CODE_LENGTH and division.isdecimal():
            code, division = division, ""
        if code and not (len(code) == PLACE_CODE_LENGTH and code.isdecimal()):
            noted.remarks.append(_odd_code(code, self._heading("place.code"), "20"))
            code = ""
        source_id = said.get("place.source_id", "")
        if division:
            if not source_id:
                source_id = f"{division}/{name}" if division in self._shared_codes else division
            if self._foreign_codes:
                pass
            elif division.isdecimal() and len(division) not in CODE_LENGTHS:
                lengths = ", ".join(map(str, CODE_LENGTHS))
                noted.remarks.append(_odd_code(division, self._heading("division_code"), lengths))
            elif division.isdecimal():
                facts["division_code"] = division
        feature, class_code = said.get("place.feature", ""), ""
        if classed := said.get("class_code", ""):
            digits = _CLASS.search(classed)
            class_code = digits[0] if digits else ""
            words = _CLASS.sub("", classed).strip(" ()（）-—:：")
            feature = feature or words
            if words and words != feature:
                facts["class_name"] = words
        if crs := said.get("crs", ""):
            facts["crs"] = crs
        for axis, key in ((0, "lon_to"), (1, "lat_to")):
            if (value := float(found.to[row, axis])) == value:
                facts[key] = repr(value)
        lon, lat = float(found.lon[row]), float(found.lat[row])
        return Place(
            said.get("place.place_id", ""), class_code, feature, code,
            lon if lon == lon else None, lat if lat == lat else None,
            None if found.geometry is None else found.geometry[row],
            self._within(cells, name), self._within_code(cells, division), None, None, when,
            said.get("place.source", "") or self.source, source_id, Facts(facts),
            self._verbatim(row, cells),
        )  # fmt: skip

    def _verbatim(self, row: int, cells: Sequence[str]) -> Facts:
        columns = self.grid.columns
        if self.found.displaced[row]:
            hidden = self.found.columns
            return Facts({columns[i]: t for i, t in enumerate(cells) if t and i not in hidden})
        return Facts({column: text for column, text in zip(columns, cells, strict=True) if text})

    def _within(self, cells: Sequence[str], name: str) -> tuple[str, ...]:
        """Return what the place lies in; lists of units repeat the unit itself at the end."""
        found: list[str] = []
        for i, constant in self._above:
            text = constant if i is None else cells[i]
            if is_nothing(text):
                continue
            for each in _ABOVE.split(text.strip()):
                if each and (not found or found[-1] != each):
                    found.append(each)
        if found and found[-1] == name:
            found.pop()
        return tuple(found)

    def _within_code(self, cells: Sequence[str], own: str) -> str:
        best = self._constants.get("within_code", "")
        for i in self._columns.get("within_code", ()):
            code = tidy(cells[i])
            if (
                code != own
                and len(code) in CODE_LENGTHS
                and code.isdecimal()
                and (len(code) > len(best))
            ):
                best = code
        return best

    def _all_names(
        self,
        cells: Sequence[str],
        said: dict[str, str],
        when: Told,
        facts: dict[str, str],
        noted: _Noted,
    ) -> list[Name]:
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
        noted: _Noted,
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

    def _lang(self, lang: str, noted: _Noted) -> str:
        if lang and _TAG.fullmatch(lang) is None:
            facts = Facts({"value": lang[:60]})
            noted.remarks.append(
                Problem(N_("«{value}» is no language tag; it was not taken"), facts,
                        self._heading("name.lang"))
            )  # fmt: skip
            return ""
        return lang

    def _kind(self, said: str, noted: _Noted) -> NameKind:
        if not said:
            return self.options.kind
        if said not in _KINDS:
            facts = Facts({"value": said[:60]})
            noted.problems.append(
                Problem(N_("«{value}» is no kind of name"), facts, self._heading("name.kind"))
            )
        return _KINDS.get(said, self.options.kind)

    def _certainty(self, said: str, noted: _Noted) -> Certainty:
        if said and said not in _CERTAINTY:
            facts = Facts({"value": said[:60]})
            noted.remarks.append(
                Problem(N_("«{value}» is no degree of certainty; it was not taken"), facts,
                        self._heading("name.certainty"))
            )  # fmt: skip
        return _CERTAINTY.get(said, Certainty.CERTAIN)

    def _one(
        self, text: str, field: Field, kind: NameKind, column: str, tag: str, noted: _Noted
    ) -> Name | None:
        """Return one of the further names, with the dates in brackets behind it."""
        when, facts, lang = _UNTOLD, {}, field.lang
        if self.format == "lp-tsv" and "@" in text:
            text, _, after = text.rpartition("@")
            lang = after.strip() if _TAG.fullmatch(after.strip()) else lang
        name, note = with_note(text)
        if note:
            dated = _Noted([], [])
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

    def _clean(self, text: str, column: str, noted: _Noted) -> str:
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


def _odd_code(code: str, column: str, lengths: str) -> Problem:
    return Problem(
        N_(
            "{column}: «{value}» has {digits_count} characters where a code has {lengths} digits; "
            "it was kept as it came, not taken as a code"
        ),
        Facts(
            {"column": column, "value": code[:60], "digits_count": len(code), "lengths": lengths}
        ),
        column,
    )
