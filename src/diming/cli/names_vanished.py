"""``diming names vanished``: names whose places are gone (消失地名)."""

from __future__ import annotations

from typing import Any

import click

from diming.cli.archives import opened
from diming.cli.failures import CLEAN
from diming.cli.forms import form_options, write_form
from diming.cli.help import LocalCommand, LocalGroup
from diming.cli.options import archive_option, common_options, known_option, option
from diming.cli.registers import (
    keep_going_option,
    one_row,
    record,
    recording_options,
    rows_of,
)
from diming.cli.sheets import deliver_sheet, sheet_options
from diming.present.language import N_

TAG = "diming.vanished/1"


@click.group(
    name="vanished",
    cls=LocalGroup,
    subcommand_metavar="COMMAND [ARGS]...",
    help=N_(
        "The register of names whose places are gone: drowned by a reservoir, built over, merged. "
        "The place gets its end in the gazetteer, or comes in with it."
    ),
)
@common_options
def vanished() -> None:
    """Names whose places are gone."""


@vanished.command(
    name="add",
    cls=LocalCommand,
    short_help=N_("Register a vanished name."),
    help=N_(
        "Register a vanished name. With --place the place and its names end; without, it comes "
        "into the gazetteer with its end.\n\n"
        "Example: diming names vanished add --name 大昌古镇 --cause 水库淹没 --gone 2003 "
        "--within 巫山县"
    ),
)
@option("--name", metavar="NAME", required=True, help=N_("The name."))
@option(
    "--cause",
    metavar="CAUSE",
    required=True,
    help=N_("水库淹没 reservoir, 城建 construction, 合并 merger, 自然 nature, 其他 other."),
)
@option("--gone", metavar="DATE", default="", help=N_("When: 2003, 2003-06 or 2003-06-01."))
@option("--number", metavar="N", default="", help=N_("Its number in the register."))
@option("--pinyin", metavar="TEXT", default="", help=N_("Its spelling in letters."))
@option("--origin", metavar="TEXT", default="", help=N_("Where the name came from."))
@option("--overview", metavar="TEXT", default="", help=N_("What was there."))
@option("--within", metavar="UNIT", default="", help=N_("The unit it lay in."))
@option("--lon", metavar="DEGREES", default="", help=N_("Longitude."))
@option("--lat", metavar="DEGREES", default="", help=N_("Latitude."))
@option("--place", metavar="ID", default="", help=N_("The place, if it is in the gazetteer."))
@option("--note", metavar="TEXT", default="", help=N_("A remark."))
@recording_options
@click.pass_context
def add(context: click.Context, /, **given: Any) -> int:
    """Register a vanished name."""
    from diming.services.vanished import HEADINGS, record_vanished

    return record(
        context,
        record_vanished,
        one_row(given, list(HEADINGS)),
        f"vanished {given['name']}",
        TAG,
        given,
    )


@vanished.command(
    name="import",
    cls=LocalCommand,
    short_help=N_("Register the names of a table."),
    help=N_(
        "Register the names of a table (CSV, XLSX, JSON, TOML); columns 序号, 地名名称, 拼音, "
        "得名原由, 概况, 消失原因, 消失时间, 所属政区 are recognised, others kept as they are."
    ),
)
@click.argument("file", metavar="FILE")
@keep_going_option
@recording_options
@click.pass_context
def import_(context: click.Context, /, file: str, **given: Any) -> int:
    """Register the names of a table."""
    from diming.services.vanished import HEADINGS, record_vanished

    return record(
        context, record_vanished, rows_of(file, HEADINGS, "name"), f"vanished {file}", TAG, given
    )


@vanished.command(
    name="list", cls=LocalCommand, short_help=N_("List vanished names."),
    help=N_("List vanished names, all or those of a cause or a unit."),
)  # fmt: skip
@option("--cause", metavar="CAUSE", default="", help=N_("Only those of a cause."))
@option("--within", metavar="UNIT", default="", help=N_("Only those of a unit, by its name."))
@sheet_options
@known_option
@archive_option
@common_options
@click.pass_context
def list_(context: click.Context, /, **given: Any) -> int:
    """List vanished names."""
    from diming.handbook.registers import load_registers
    from diming.present.register_sheets import vanished_sheet

    rows = _rows(context, given)
    deliver_sheet(
        context,
        vanished_sheet(rows, load_registers()),
        given["format_"],
        given["output"],
        empty=N_("no name is registered"),
    )
    return CLEAN


@vanished.command(
    name="export", cls=LocalCommand, short_help=N_("Write the register as a document."),
    help=N_("Write the register by its form (序号, 地名名称, 拼音, 得名原由, 概况, 消失原因) as "
            ".docx or .xlsx."),
)  # fmt: skip
@option("--cause", metavar="CAUSE", default="", help=N_("Only those of a cause."))
@option("--within", metavar="UNIT", default="", help=N_("Only those of a unit, by its name."))
@form_options
@known_option
@archive_option
@common_options
@click.pass_context
def export(context: click.Context, /, **given: Any) -> int:
    """Write the register as a document."""
    from diming.errors import UsageError
    from diming.handbook.registers import load_registers
    from diming.present.register_sheets import vanished_values

    rows = [] if given["blank"] else _rows(context, given)
    if not rows and not given["blank"]:
        raise UsageError("no name is registered")
    write_form(context, "vanished", vanished_values(rows, load_registers()), given)
    return CLEAN


def _rows(context: click.Context, given: dict[str, Any]) -> Any:
    from diming.handbook.registers import load_registers
    from diming.present.register_sheets import one_of
    from diming.services.beliefs import revision_meant
    from diming.services.vanished import vanished as rows

    cause = one_of(load_registers().causes, given["cause"], "--cause")
    with opened(context) as store:
        found = rows(store.gazetteer(revision_meant(store, given["known"]).number))
    return [
        r for r in found
        if cause in ("", r.said.get("cause")) and given["within"] in str(r.said.get("within", ""))
    ]  # fmt: skip
