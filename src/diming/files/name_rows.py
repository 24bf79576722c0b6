"""Rows of a table as records of places and names (逐行成录): bad rows are data, not errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.files.chinese_first import chinese_first
from diming.files.name_cells import is_nothing
from diming.files.name_reading import UNTOLD, NameReader, Noted
from diming.files.names_in_csv import LONGEST_CELL
from diming.model.code import tidy
from diming.model.facts import Facts
from diming.model.place import Place, PlaceRecord, Problem, Told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from diming.files.grid import Grid
    from diming.files.name_columns import Plan
    from diming.files.name_positions import Positions
    from diming.files.place_delivery import PlaceReading

#: Digits that division codes have.
CODE_LENGTHS = (2, 4, 6, 9, 12)
#: Digits of a 地名代码.
PLACE_CODE_LENGTH = 20
_CLASS = re.compile(r"(?<![0-9])[0-9]{5}(?![0-9])")
_ABOVE = re.compile(r"\s*[/／>＞»]\s*")


class RowReader(NameReader):
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
        super().__init__(grid, plan, options, marks)
        self.path, self.source, self.found = path, source, found
        self._shared_codes: Mapping[str, bool] = {}
        if "place.source_id" not in self._columns:
            self._shared_codes = self._codes_of_several()
        self.notes: list[Problem] = []
        self._foreign_codes = self._are_foreign()

    def __iter__(self) -> Iterator[PlaceRecord]:
        for place in range(len(self.grid.rows)):
            yield self._record(place)

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

    def _record(self, place: int) -> PlaceRecord:
        cells, grid, found = self.grid.rows[place], self.grid, self.found
        trusted = cells
        if grid.spoilt:
            trusted = tuple("" if (place, i) in grid.spoilt else c for i, c in enumerate(cells))
        said = self._said(trusted)
        noted = Noted(
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
        when = UNTOLD
        if begin or end:
            when = self._when(noted, self._heading("begin" if begin else "end"), begin, end)
        facts = dict(self._constant_facts)
        for i, key in self._facts:
            if text := cells[i].strip():
                facts.setdefault(key, text)
        names = self.names_of(cells, said, when, facts, noted)
        if self.format == "geonames":
            names = chinese_first(names)
        made = self._place(place, cells, said, when, facts, names[0].text if names else "", noted)
        return PlaceRecord(
            made, tuple(names), self.path, grid.numbers[place],
            Facts(zip(grid.columns, cells, strict=True)), tuple(noted.problems),
            tuple(noted.remarks),
        )  # fmt: skip

    def _place(
        self, row: int, cells: Sequence[str], said: dict[str, str], when: Told,
        facts: dict[str, str], name: str, noted: Noted,
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
