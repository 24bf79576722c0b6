"""``diming names locate``: the units that an address of any era names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from diming.cli.archives import opened
from diming.cli.asking import chosen_format, deliver, prepare
from diming.cli.failures import CLEAN, FINDINGS
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Day,
    Word,
    archive_option,
    common_options,
    known_option,
    option,
)
from diming.cli.session import session_of
from diming.cli.streams import tell
from diming.errors import UsageError
from diming.present.language import N_, P_, fill

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from diming.files.grid import Grid
    from diming.model.located import Located
    from diming.present.located_data import Row
    from diming.services.addresses import Locator

FORMATS = ("text", "json", "csv")


@click.command(
    cls=LocalCommand,
    help=N_(
        "Resolve ADDRESS, a chain of units as it was written in whatever era, with or without "
        "anything between them: to the units of the archive, when all of it held, and what "
        "stands there today; or say at which link it fails, and what may be meant.\n\n"
        "With --file, do so for a column of a CSV or XLSX: each row comes back with units, "
        "spans, today's chain and the problem. Exit code 1: some address was not resolved to "
        "one unit."
    ),
)
@click.argument("address", metavar="[ADDRESS]", nargs=-1)
@option(
    "--date",
    metavar="DATE",
    type=Day(),
    help=N_("The day on which the address was right; default: any."),
)
@option("--file", "file_", metavar="FILE", help=N_("Resolve a column of this CSV or XLSX."))
@option("--column", metavar="NAME", help=N_("The column of --file with addresses."))
@option(
    "--date-column",
    metavar="NAME",
    help=N_("The column of --file with days on which they were right."),
)
@known_option
@option(
    "--format",
    "format_",
    metavar="NAME",
    type=Word(FORMATS),
    help=N_("text, json or csv; default: by the suffix of --output, else text (--file: csv)."),
)
@option("--output", metavar="FILE", help=N_("Write there, not to stdout."))
@archive_option
@common_options
@click.pass_context
def locate(
    context: click.Context, /, address: tuple[str, ...], format_: str | None, **given: Any
) -> int:
    """Resolve one address, or a column of them."""
    path = given["file_"]
    if (path is None) == (not address):
        raise UsageError("give an ADDRESS, or --file with --column")
    if path is not None and not given["column"]:
        raise UsageError("say by --column which column of {path} holds the addresses", path=path)
    if path is None and (given["column"] or given["date_column"]):
        raise UsageError("--column and --date-column go with --file")
    output = prepare(context, given["output"], [path] if path else [])
    if path is not None:
        return _many(context, path, format_, output, given)
    lang = session_of(context).lang
    chosen = chosen_format(format_, output, FORMATS)
    from diming.model.located import Outcome
    from diming.services.addresses import Locator

    with opened(context) as store:
        found = Locator(store, given["known"]).locate(" ".join(address), given["date"])
    if chosen == "json":
        from diming.present.located_data import located_json

        deliver(located_json(found, lang), output, utf8=True)
    elif chosen == "csv":
        from diming.present.located_data import located_csv

        deliver(located_csv(found, lang), output, utf8=True)
    else:
        from diming.present.located import located_text

        deliver(located_text(found, lang), output, utf8=False)
    return CLEAN if found.outcome is Outcome.FOUND else FINDINGS


def _many(
    context: click.Context,
    path: str,
    format_: str | None,
    output: str | None,
    given: Mapping[str, Any],
) -> int:
    from diming.model.located import Outcome
    from diming.present.located_data import located_table_csv, located_table_json
    from diming.services.addresses import Locator

    session = session_of(context)
    chosen = chosen_format(format_, output, ("csv", "json"))
    if chosen == "text":
        raise UsageError("a table is given as csv or json; leave --format out, or name one")
    table = _table(path)
    column = _column(path, table.columns, given["column"], "--column")
    days = None
    if given["date_column"]:
        days = _column(path, table.columns, given["date_column"], "--date-column")
    rows: list[Row] = []
    with opened(context) as store:
        locator = Locator(store, given["known"])
        for place, (number, cells) in enumerate(zip(table.numbers, table.rows, strict=True)):
            wrong = table.problems.get(place)
            text = cells[column].strip()
            if wrong:
                found = locator.refuse(text, wrong[0])
            else:
                when = "" if days is None else cells[days].strip()
                found = _row(locator, text, when, given["date"])
            rows.append((number, cells, found))
    if chosen == "json":
        deliver(located_table_json(table.columns, rows, session.lang), output, utf8=True)
    else:
        deliver(located_table_csv(table.columns, rows, session.lang), output, utf8=True)
    bad = sum(found.outcome is not Outcome.FOUND for *_, found in rows)
    if bad and not session.quiet:
        told = P_(
            "{bad_count} of {row_count} rows was not resolved to one unit",
            "{bad_count} of {row_count} rows were not resolved to one unit",
            "bad_count",
        )
        tell(fill(told, session.lang, {"bad_count": bad, "row_count": len(rows)}))
    return FINDINGS if bad else CLEAN


def _table(path: str) -> Grid:
    """Read a CSV, or a sheet of a workbook."""
    from diming.files.names_in_csv import read_csv
    from diming.files.names_in_xlsx import read_xlsx

    return read_xlsx(path) if path.lower().endswith((".xlsx", ".xlsm")) else read_csv(path)


def _row(locator: Locator, text: str, when: str, day: date | None) -> Located:
    """Resolve one row; what is no date is said of it."""
    from diming.model.facts import Facts
    from diming.model.place import Problem
    from diming.model.span import written_date

    if when:
        try:
            told = written_date(when)
        except ValueError:
            template = N_("“{value}” is no date such as 2024-12-31")
            return locator.refuse(text, Problem(template, Facts({"value": when})))
        day = day if told is None else told.day
    return locator.locate(text, day, whole=False)


def _column(path: str, columns: tuple[str, ...], name: str, option_name: str) -> int:
    """Return which column bears a heading."""
    by_name = {c.lower(): n for n, c in reversed(list(enumerate(columns)))}
    found = by_name.get(name.strip().lower())
    if found is None:
        raise UsageError(
            "{option}: {path} has no column “{value}”; its columns are: {columns}",
            option=option_name, path=path, value=name, columns=list(columns),
        )  # fmt: skip
    return found
