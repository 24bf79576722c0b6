"""``diming names heritage add``, ``import``, ``list`` and ``remove``."""

from __future__ import annotations

from typing import Any

import click

from diming.cli.archives import author_of, opened
from diming.cli.asking import deliver
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import Day, archive_option, common_options, known_option, option
from diming.cli.registers import (
    keep_going_option,
    one_row,
    record,
    recording_options,
    rows_of,
    who_options,
)
from diming.cli.session import session_of
from diming.cli.sheets import deliver_sheet, sheet_options
from diming.present.language import N_

TAG = "diming.heritage/1"


@click.command(
    name="add",
    cls=LocalCommand,
    help=N_(
        "Put a name into a list of protected names.\n\n"
        "Example: diming names heritage add --name 磁器口 --level 省级 --class 古镇 --batch 1 "
        "--within 沙坪坝区"
    ),
)
@option("--name", metavar="NAME", required=True, help=N_("The protected name."))
@option("--level", metavar="LEVEL", required=True, help=N_("national, provincial or county."))
@option(
    "--class",
    "class",
    metavar="CLASS",
    required=True,
    help=N_("old-city, old-county, old-town, old-village, minority, nature, modern."),
)
@option("--batch", metavar="N", default="", help=N_("Batch in which it was published."))
@option("--within", metavar="UNIT", default="", help=N_("The unit it lies in."))
@option(
    "--use", metavar="WORD", default="", help=N_("in_use (default), unused, unusable or doubtful.")
)
@option("--place", metavar="ID", default="", help=N_("The place, if it is in the gazetteer."))
@option("--document", metavar="TEXT", default="", help=N_("Document it rests on."))
@option("--note", metavar="TEXT", default="", help=N_("A remark."))
@recording_options
@click.pass_context
def add(context: click.Context, /, **given: Any) -> int:
    """Put a name into a list."""
    from diming.services.heritage import HEADINGS, list_names

    return record(
        context, list_names, one_row(given, list(HEADINGS)), f"heritage {given['name']}", TAG, given
    )


@click.command(
    name="import",
    cls=LocalCommand,
    help=N_(
        "Put the names of a table (CSV, XLSX, JSON, TOML) into lists; columns 地名名称, 级别, "
        "类别, 批次, 所属政区, 使用状况, 文号 are recognised, others kept as they are. What "
        "stands there already, said the same way, is passed over."
    ),
)
@click.argument("file", metavar="FILE")
@keep_going_option
@recording_options
@click.pass_context
def import_(context: click.Context, /, file: str, **given: Any) -> int:
    """Put names into lists."""
    from diming.services.heritage import HEADINGS, list_names

    return record(
        context, list_names, rows_of(file, HEADINGS, "name"), f"heritage {file}", TAG, given
    )


@click.command(name="list", cls=LocalCommand, help=N_("List protected names, and what follows."))
@option("--level", metavar="LEVEL", default="", help=N_("Only those of a level."))
@option("--class", "class_", metavar="CLASS", default="", help=N_("Only those of a class."))
@option("--batch", metavar="N", default="", help=N_("Only those of a batch."))
@option("--all", "all_", is_flag=True, help=N_("Those taken off again, too."))
@sheet_options
@known_option
@archive_option
@common_options
@click.pass_context
def list_(context: click.Context, /, **given: Any) -> int:
    """List protected names."""
    from diming.handbook.registers import load_registers
    from diming.present.register_sheets import heritage_sheet, one_of
    from diming.services.beliefs import revision_meant
    from diming.services.heritage import listings

    words = load_registers()
    level = one_of(words.levels, given["level"], "--level")
    kind = one_of(words.classes, given["class_"], "--class")
    with opened(context) as store:
        found = listings(store.gazetteer(revision_meant(store, given["known"]).number))
    rows = [
        r for r in found
        if (given["all_"] or r.state == "listed") and level in ("", r.level)
        and kind in ("", r.class_id) and given["batch"] in ("", r.batch)
    ]  # fmt: skip
    sheet = heritage_sheet(rows, words, session_of(context).lang)
    deliver_sheet(
        context, sheet, given["format_"], given["output"], empty=N_("no name is protected")
    )
    return CLEAN


@click.command(
    name="remove", cls=LocalCommand,
    help=N_("Take listing ID off its list; that it stood there stays known."),
)  # fmt: skip
@click.argument("matter", metavar="ID")
@option("--note", metavar="TEXT", required=True, help=N_("Why."))
@option("--date", metavar="DATE", type=Day(), help=N_("When; default: today."))
@who_options
@archive_option
@common_options
@click.pass_context
def remove(context: click.Context, /, matter: str, **given: Any) -> int:
    """Take a name off a list."""
    from diming.present.archive_text import written_text
    from diming.services.beliefs import today
    from diming.services.heritage import take_off

    with opened(context, readonly=False) as store:
        revision = take_off(
            store,
            matter,
            given["date"] or today(),
            given["note"],
            author=author_of(given["author"]),
        )
    if revision is not None:
        deliver(written_text(revision, session_of(context).lang) + "\n", None, utf8=False)
    return CLEAN
