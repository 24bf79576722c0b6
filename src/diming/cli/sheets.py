"""Tables delivered by commands: text, JSON, CSV or a workbook (表格输出)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.cli.asking import chosen_format, deliver, prepare
from diming.cli.options import Word, option
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from diming.present.sheet import Sheet

FORMATS = ("text", "json", "csv", "xlsx")


def sheet_options(command: Any) -> Any:
    """Add ``--format`` and ``--output`` to a command that answers with a table."""
    for add in (
        option("--format", "format_", metavar="NAME", type=Word(FORMATS),
               help=N_("text, json, csv or xlsx; default: by the suffix of --output, else text.")),
        option("--output", "-o", metavar="FILE", help=N_("Write there, not to stdout.")),
    ):  # fmt: skip
        command = add(command)
    return command


def deliver_sheet(
    context: click.Context, sheet: Sheet, format_: str | None, output: str | None, *, empty: str,
    inputs: Sequence[str] = (),
) -> None:  # fmt: skip
    """Write a table where it was asked for.

    Raises
    ------
    UsageError
        If a workbook is to go to a terminal.
    """
    from diming.present.sheet import sheet_cells, sheet_csv, sheet_json, sheet_text

    lang = session_of(context).lang
    target = prepare(context, output, inputs)
    chosen = chosen_format(format_, target, FORMATS)
    if chosen == "xlsx":
        if target is None:
            raise UsageError("a workbook goes to a file: name it by --output")
        from diming.files.workbook import workbook
        from diming.files.writing import write_bytes
        from diming.present.language import say

        write_bytes(target, workbook(say(sheet.title, lang), *sheet_cells(sheet, lang)))
    elif chosen == "json":
        deliver(sheet_json(sheet), target, utf8=True)
    elif chosen == "csv":
        deliver(sheet_csv(sheet, lang), target, utf8=True)
    else:
        deliver(sheet_text(sheet, lang, empty=empty), target, utf8=False)
