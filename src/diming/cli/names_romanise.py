"""``diming names romanise``: names in letters (罗马字母拼写)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from diming.cli.asking import chosen_format, deliver, prepare
from diming.cli.failures import CLEAN, FINDINGS
from diming.cli.help import LocalCommand
from diming.cli.options import Word, common_options, option
from diming.cli.session import session_of
from diming.cli.streams import tell
from diming.errors import UnreadableInput, UsageError
from diming.present.language import N_, P_, fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from diming.script.romanise import Romanised

FORMATS = ("text", "json", "csv")
#: Headings by which columns of a table are recognised, any letter case.
_NAME = ("name", "名称", "标准名称", "地名", "政区名称", "乡镇名称", "text")
_KIND = ("kind", "类别", "地名类别", "feature")
_CODE = ("code", "nbs_code", "区划代码", "行政区划代码", "county_code", "within_code")


@click.command(
    cls=LocalCommand,
    help=N_(
        "Spell names in letters by the rules of 1984, or the column of a CSV, whose rows come "
        "back with the spelling beside them.\n\n"
        "Readings come from the handbook's table and then from a dictionary; where neither "
        "decides, the likelier reading is given and stderr says so. What a place is comes from "
        "--kind or --class, from a column kind (类别) of the CSV, else from the name's own "
        "ending. Exit code 1: some readings are in doubt."
    ),
)
@click.argument("texts", metavar="[NAME]...", nargs=-1)
@option("--file", metavar="FILE", help=N_("Spell the names of this CSV or XLSX."))
@option("--column", metavar="COLUMN", help=N_("The column they stand in; default: name, 名称."))
@option(
    "--kind",
    metavar="KIND",
    help=N_("What the places are: 河流, 自然村, 街道… or any generic term."),
)
@option("--class", "class_code", metavar="CODE", help=N_("Their class (地名类别), two digits on."))
@option(
    "--within",
    metavar="CODE",
    default="",
    help=N_("Code of the division they are in, or its beginning; default: from a column of codes."),
)
@option("--no-tones", "toneless", is_flag=True, help=N_("Leave the tones out; ü stays ü."))
@option(
    "--format",
    "format_",
    metavar="NAME",
    type=Word(FORMATS),
    help=N_("text, json or csv; default: by the suffix of --output, else text (--file: csv)."),
)
@option("--output", metavar="FILE", help=N_("Write there, not to stdout."))
@common_options
@click.pass_context
def romanise(context: click.Context, /, texts: tuple[str, ...], **given: Any) -> int:
    """Spell names in letters."""
    path = given["file"]
    if (path is None) == (not texts):
        raise UsageError("give names, or --file FILE")
    if given["column"] is not None and path is None:
        raise UsageError("{option} goes with {other} only", option="--column", other="--file")
    if given["class_code"] is not None and not _is_class(given["class_code"]):
        raise UsageError("--class: “{value}” is not two to five digits", value=given["class_code"])
    output = prepare(context, given["output"], [path] if path else [])
    formats = FORMATS if path is None else ("csv", "json", "text")
    chosen = chosen_format(given["format_"], output, formats)
    columns: tuple[str, ...] = ("name",)
    rows: list[Mapping[str, str]] | None = None
    if path is None:
        found = _spelled(((text, "", "") for text in texts), given)
    else:
        columns, rows, names = _table(path, given["column"])
        found = _spelled(names, given)
    from diming.present.romanised import romanised_csv, romanised_json, romanised_text

    if chosen == "json":
        deliver(romanised_json(found), output, utf8=True)
    elif chosen == "csv":
        deliver(romanised_csv(found, columns, rows), output, utf8=True)
    else:
        deliver(romanised_text(found), output, utf8=False)
    return _tell_doubts(context, found)


def _is_class(code: str) -> bool:
    return code.isascii() and code.isdecimal() and 2 <= len(code) <= 5


def _table(
    path: str, column: str | None
) -> tuple[tuple[str, ...], list[Mapping[str, str]], list[tuple[str, str, str]]]:
    """Return columns and rows of a CSV or workbook, and name, kind and code of each row."""
    from diming.files.names_in_xlsx import read_xlsx
    from diming.files.textfile import read_table, read_text

    if path == "":
        raise UsageError("{option} is empty; give a value, or leave it out", option="--file")
    columns: tuple[str, ...]
    rows: list[Mapping[str, str]]
    if path.lower().endswith((".xlsx", ".xlsm")):
        grid = read_xlsx(path)
        columns = grid.columns
        rows = [dict(zip(columns, cells, strict=True)) for cells in grid.rows]
    else:
        table = read_table(path, read_text(path))
        columns = table.columns
        rows = [cells for _, cells in table.records()]
    known = {c.strip().lower(): c for c in reversed(columns)}
    names = known.get(column.strip().lower()) if column is not None else _first(known, _NAME)
    if names is None:
        raise UnreadableInput(
            "{path}: there is no column “{column}”; its columns are: {columns}",
            path=path, column=column if column is not None else "name", columns=list(columns),
        )  # fmt: skip
    kinds, codes = _first(known, _KIND), _first(known, _CODE)
    said = [(row[names], row[kinds] if kinds else "", row[codes] if codes else "") for row in rows]
    return columns, rows, said


def _first(known: Mapping[str, str], wanted: Sequence[str]) -> str | None:
    return next((known[name] for name in wanted if name in known), None)


def _spelled(names: Iterable[tuple[str, str, str]], given: Mapping[str, Any]) -> list[Romanised]:
    from diming.script import romanise as spelling

    # What the call says goes before what a row says.
    return [
        spelling.romanise(
            name,
            kind=given["kind"] or kind or None,
            class_code=given["class_code"],
            tones=not given["toneless"],
            within=given["within"] or code,
        )
        for name, kind, code in names
    ]


#: Doubts told one by one.
_MOST_TOLD = 10


def _tell_doubts(context: click.Context, found: Sequence[Romanised]) -> int:
    doubts = [(each.name, doubt) for each in found for doubt in each.doubts]
    if not doubts:
        return CLEAN
    session = session_of(context)
    if not session.quiet:
        from diming.present.romanised import doubt_text

        for name, doubt in doubts[:_MOST_TOLD]:
            tell(doubt_text(name, doubt, session.lang))
        if len(doubts) > _MOST_TOLD:
            more = P_("{more_count} more reading is in doubt",
                      "{more_count} more readings are in doubt", "more_count")  # fmt: skip
            tell(fill(more, session.lang, {"more_count": len(doubts) - _MOST_TOLD}))
    return FINDINGS
