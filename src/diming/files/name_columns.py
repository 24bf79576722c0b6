"""Which column of a table of names is which field (表头识别)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.errors import UsageError
from diming.handbook.fields import name_fields, plain_heading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.handbook.fields import Field

#: What several columns may say: names add up, units lie within each other, the first date counts.
_SEVERAL = ("names.", "within", "begin", "end", "facts")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is taken from where.

    Attributes
    ----------
    format : str
        Id of the dialect, or nothing.
    places : tuple of (int, Field)
        Column → field, in the order of the fields.
    recognised : mapping
        Heading → key.
    """

    format: str
    places: tuple[tuple[int, Field], ...]
    recognised: Mapping[str, str]

    def columns(self, goes: str) -> tuple[int, ...]:
        """Return the columns whose field goes there."""
        return tuple(i for i, field in self.places if field.goes == goes)

    def column(self, goes: str) -> int | None:
        """Return the first column whose field goes there."""
        return next(iter(self.columns(goes)), None)


def recognise_fields(columns: Sequence[str], said: Mapping[str, str], path: str) -> Plan:
    """Find which field each column is.

    Parameters
    ----------
    columns : sequence of str
        Headings, each different.
    said : mapping
        Heading → key, which outranks recognition; "" for a column that is to be kept only.
    path : str
        For messages.

    Raises
    ------
    UsageError
        If what is said names a heading or a field that there is not.
    """
    fields = name_fields()
    chosen: dict[str, str] = _checked(columns, said, path)
    plain = {column: plain_heading(column) for column in columns}
    dialect = next((d for d in fields.dialects if set(d.needs) <= set(plain.values())), None)
    if dialect is not None:
        for column in columns:
            if column not in chosen and plain[column] in dialect.columns:
                chosen[column] = dialect.columns[plain[column]]
    taken = set(chosen.values())
    ranked = sorted(
        (known[1], i, column, known[0])
        for i, column in enumerate(columns)
        if column not in chosen and (known := fields.of_heading(column)) is not None
    )
    for _, _, column, key in ranked:
        several = fields.fields[key].goes.startswith(_SEVERAL) and key in (
            "alias", "former_name", "within_code", "begin", "end"
        )  # fmt: skip
        if key not in taken or several:
            chosen[column] = key
            taken.add(key)
    order = {key: i for i, key in enumerate(fields.fields)}
    places = sorted(
        ((i, chosen[c]) for i, c in enumerate(columns) if chosen.get(c)),
        key=lambda p: (order[p[1]], p[0]),
    )
    return Plan(
        dialect.id if dialect is not None else "",
        tuple((i, fields.fields[key]) for i, key in places),
        {c: chosen[c] for c in columns if chosen.get(c)},
    )


def _checked(columns: Sequence[str], said: Mapping[str, str], path: str) -> dict[str, str]:
    fields = name_fields()
    chosen = {}
    by_plain = {plain_heading(column): column for column in reversed(columns)}
    for heading, key in said.items():
        column = heading if heading in columns else by_plain.get(plain_heading(heading))
        if column is None:
            raise UsageError(
                "{path}: there is no column «{column}»; the columns are: {columns}",
                path=path, column=str(heading)[:60], columns=list(columns),
            )  # fmt: skip
        if key and key not in fields.fields:
            raise UsageError(
                "there is no field «{field}» for the column «{column}»; the fields are: {choices}",
                field=str(key)[:60], column=column, choices=list(fields.fields),
            )  # fmt: skip
        chosen[column] = key
    return chosen
