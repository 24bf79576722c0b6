"""Names in letters, as lines, JSON and CSV (罗马字母拼写)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from diming.present.csv_text import BOM, SEPARATOR, cell
from diming.present.json_text import dumps
from diming.present.language import N_, say
from diming.present.plain import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.script.reading import Doubt
    from diming.script.romanise import Romanised

FORMAT = "diming.romanised/1"

#: Columns added to a table of names.
ADDED = ("romanisation", "romanised_specific", "romanised_generic", "rules", "doubts")


def romanised_text(names: Sequence[Romanised]) -> str:
    """Return one line a name, as spelled."""
    return "".join(f"{plain(found.text)}\n" for found in names)


def romanised_json(names: Sequence[Romanised]) -> str:
    """Return the names with parts, rules and doubts, and their format tag."""
    return dumps({"format": FORMAT, "names": [_dict(found) for found in names]}, indent=1)


def romanised_csv(
    names: Sequence[Romanised],
    columns: Sequence[str] = ("name",),
    rows: Sequence[Mapping[str, str]] | None = None,
) -> str:
    """Return a table of the names, beside the cells of the table they come from.

    Parameters
    ----------
    names : sequence of Romanised
    columns : sequence of str
        Of the table they come from.
    rows : sequence of mappings, optional
        Its rows, one a name; without them the names themselves are the first column.
    """
    given = [{"name": found.name} for found in names] if rows is None else rows
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    header = list(columns)
    for added in ADDED:
        # A table may have been through here before.
        header.append(_fresh(added, header))
    writer.writerow([cell(head) for head in header])
    for found, cells in zip(names, given, strict=True):
        values: list[Any] = [cells.get(c, "") for c in columns]
        values += [
            found.text, found.specific, found.generic, " ".join(map(str, found.rules)),
            SEPARATOR.join(_readings(doubt) for doubt in found.doubts),
        ]  # fmt: skip
        writer.writerow([cell(value) for value in values])
    return BOM + buffer.getvalue()


def doubt_text(name: str, doubt: Doubt, lang: str | None) -> str:
    """Return what is in doubt, in one sentence."""
    if not doubt.readings:
        template = N_("{name}: how “{char}” is read is not known; it stays as it is")
        return say(template, lang, name=plain(name), char=plain(doubt.char))
    template = N_(
        "{name}: “{char}” may be read {readings}; {taken} was taken: if it is so there, put it "
        "into the table of readings, or say where it is (--within)"
    )
    return say(
        template,
        lang,
        name=plain(name),
        char=plain(doubt.char),
        readings=", ".join(doubt.readings),
        taken=doubt.readings[0],
    )


def _readings(doubt: Doubt) -> str:
    return f"{doubt.char} {'/'.join(doubt.readings) or '?'}"


def _dict(found: Romanised) -> dict[str, Any]:
    return {
        "name": found.name,
        "romanisation": found.text,
        "specific": found.specific,
        "generic": found.generic,
        "parts": [{"role": str(p.role), "text": p.text, "spelled": p.spelled} for p in found.parts],
        "rules": list(found.rules),
        "doubts": [
            {"char": d.char, "position": d.position, "readings": list(d.readings)}
            for d in found.doubts
        ],
    }


def _fresh(name: str, taken: Sequence[str]) -> str:
    n, fresh = 2, name
    while fresh in taken:
        fresh, n = f"{name}_{n}", n + 1
    return fresh
