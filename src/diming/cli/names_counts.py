"""``diming names counts``: named, signed, mapped (乡村著名行动统计)."""

from __future__ import annotations

from typing import Any

import click

from diming.cli.archives import opened
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Count,
    LevelName,
    archive_option,
    common_options,
    known_option,
    option,
)
from diming.cli.session import session_of
from diming.cli.sheets import deliver_sheet, sheet_options
from diming.errors import UsageError
from diming.present.language import N_


@click.command(
    name="counts",
    cls=LocalCommand,
    help=N_(
        "Count by unit and year how many places there were, and how many of them had a standard "
        "name in use, a sign that stands, and a position: on the last day of the year, or today "
        "in this one. Places whose unit is not known have a row of their own.\n\n"
        "Example: diming names counts --by township --year 2024 --year 2025 -o counts.xlsx"
    ),
)
@option(
    "--by",
    "level",
    metavar="LEVEL",
    type=LevelName(),
    default="county",
    help=N_("county, township…; default: county."),
)
@option(
    "--year",
    "years",
    metavar="YEAR",
    type=Count(),
    multiple=True,
    help=N_("A year; repeatable; default: this one."),
)
@option("--within", metavar="UNIT", default="", help=N_("Only units with this name or code."))
@sheet_options
@known_option
@archive_option
@common_options
@click.pass_context
def counts(context: click.Context, /, level: Any, years: tuple[int, ...], **given: Any) -> int:
    """Count places by unit and year."""
    from diming.handbook.registers import load_registers
    from diming.present.register_sheets import counts_sheet
    from diming.services.beliefs import revision_meant, today
    from diming.services.counting import Counts, count

    now = today()
    wanted = sorted(set(years)) or [now.year]
    if wanted[-1] > now.year:
        raise UsageError("{year} has not begun yet", year=wanted[-1])
    with opened(context) as store:
        number = revision_meant(store, given["known"]).number
        found = count(
            store, store.gazetteer(number), load_registers(), level, wanted, now,
            None if given["known"] is None else str(number),
        )  # fmt: skip
    if given["within"]:
        rows = tuple(r for r in found.rows if given["within"] in (r.name, r.code, r.unit_id))
        found = Counts(found.level, rows, found.unplaced)
    sheet = counts_sheet(found, session_of(context).lang)
    deliver_sheet(
        context, sheet, given["format_"], given["output"], empty=N_("there are no places")
    )
    return CLEAN
