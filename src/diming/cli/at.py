"""``diming at``: the coverage on a day."""

from __future__ import annotations

from typing import Any

import click

from diming.cli.archives import opened
from diming.cli.asking import chosen_format, deliver, prepare, read_day
from diming.cli.help import LocalCommand
from diming.cli.options import (
    LevelName,
    Word,
    archive_option,
    common_options,
    known_option,
    option,
)
from diming.cli.session import session_of
from diming.present.language import N_

#: Formats that are written here; any other is asked of GDAL, by the suffix of --output.
FORMATS = ("geojson", "json", "text", "csv")


@click.command(
    cls=LocalCommand,
    help=N_(
        "Give the units that held on DATE (year-month-day; default: today), with their "
        "territories: GeoJSON on stdout, or any format GDAL writes by the suffix of --output. "
        "Units whose territory is not known are there without one."
    ),
)
@click.argument("date", metavar="[DATE]", required=False, default="today")
@option("--level", metavar="LEVEL", type=LevelName(), help=N_("Units of this level only, 1 to 5."))
@known_option
@option(
    "--format",
    "format_",
    metavar="NAME",
    type=Word(FORMATS),
    help=N_("geojson, text or csv; default: by the suffix of --output, else geojson."),
)
@option("--output", metavar="FILE", help=N_("Write there, not to stdout."))
@archive_option
@common_options
@click.pass_context
def at(context: click.Context, /, date: str, format_: str | None, **given: Any) -> None:
    """Show, or write, the units of a day."""
    from diming.services import asking

    lang = session_of(context).lang
    day = read_day(date, "DATE")
    output = prepare(context, given["output"])
    chosen = chosen_format(format_, output, FORMATS)
    layer = output is not None and format_ is None and not output.lower().endswith(
        (".geojson", ".json", ".csv", ".txt")
    )  # fmt: skip
    if output is not None and layer:
        from diming.cli.lean import import_pyogrio
        from diming.files.exporting import driver_of

        import_pyogrio()
        # Before the archive is asked, so that nobody waits in vain.
        driver_of(output)
    if output is not None and output.lower().endswith(".txt") and format_ is None:
        chosen = "text"
    with opened(context) as store:
        units = asking.at(store, day, given["known"], given["level"])
    if output is not None and layer:
        from diming.files.exporting import export_units

        export_units(units, output)
    elif chosen == "text":
        from diming.present.answer_text import units_text

        deliver(units_text(units, lang), output, utf8=False)
    elif chosen == "csv":
        from diming.present.answer_csv import units_csv

        deliver(units_csv(units), output, utf8=True)
    else:
        from diming.present.answer_json import units_geojson

        deliver(units_geojson(units), output, utf8=True)
