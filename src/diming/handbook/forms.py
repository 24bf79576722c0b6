"""What notices and forms say, as configuration (文书格式)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.handbook.entries import Entry
from diming.handbook.own import merged
from diming.handbook.titled import Titled, titled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Form(Titled):
    """A page: a heading, paragraphs, a table a line a name, or a grid of labels and values."""

    heading: str = ""
    lead: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    row: tuple[str, ...] = ()
    grid: tuple[tuple[str, ...], ...] = ()
    tail: tuple[str, ...] = ()


def load_forms(path: str | Path | None = None) -> Mapping[str, Form]:
    """Return the forms by id, with the user's own (``[[forms.form]]``) over the packaged ones.

    Raises
    ------
    UsageError
        If a form is not understood.
    """
    entries, _, where = merged("forms", ("form",), path)
    forms = {}
    for key, entry in entries["form"].items():
        f = Entry(entry, f"form {key}", where)
        f.only("id", "zh", "en", "basis", "verified_on", "title", "lead", "heads", "row", "grid",
               "tail")  # fmt: skip
        grid = f.values.get("grid", [])
        if not isinstance(grid, list) or not all(
            isinstance(line, list) and len(line) in (2, 4) and all(isinstance(c, str) for c in line)
            for line in grid
        ):
            raise f.wrong("grid")
        if len(f.texts("heads")) != len(f.texts("row")):
            raise f.wrong("row")
        forms[key] = Form(
            **titled(f), heading=f.text("title"), lead=f.texts("lead"), heads=f.texts("heads"),
            row=f.texts("row"), grid=tuple(map(tuple, grid)), tail=f.texts("tail"),
        )  # fmt: skip
    return forms
