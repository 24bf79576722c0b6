"""``diming names signs``: name signs and their patrols (地名标志)."""

from __future__ import annotations

from typing import Any

import click

from diming.cli.archives import author_of, opened
from diming.cli.asking import deliver
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand, LocalGroup
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

TAG = "diming.signs/1"


@click.group(
    name="signs",
    cls=LocalGroup,
    subcommand_metavar="COMMAND [ARGS]...",
    help=N_(
        "Name signs: where they stand, what they say, how patrols found them. The text is held "
        "against the standard name of the place, and the letters under it against its spelling."
    ),
)
@common_options
def signs() -> None:
    """Name signs."""


@signs.command(
    name="add",
    cls=LocalCommand,
    short_help=N_("Record a sign."),
    help=N_(
        "Record a sign as it stands.\n\n"
        "Example: diming names signs add --place p-0123456789abcdef --kind 街路牌 --text 磁正街 "
        "--romanisation 'CIZHENG JIE' --lon 106.45 --lat 29.58"
    ),
)
@option("--text", metavar="TEXT", required=True, help=N_("What it says."))
@option("--romanisation", metavar="TEXT", default="", help=N_("The letters under it."))
@option(
    "--kind",
    metavar="KIND",
    default="",
    help=N_("street 街路牌, door 门牌, building 楼牌, village 村牌, division, nature, other."),
)
@option(
    "--state",
    metavar="STATE",
    default="",
    help=N_("sound (default), damaged, missing, wrong_text, planned, removed."),
)
@option("--number", metavar="TEXT", default="", help=N_("Its number, if it has one."))
@option("--place", metavar="ID", default="", help=N_("The place whose name it bears."))
@option("--lon", metavar="DEGREES", default="", help=N_("Longitude."))
@option("--lat", metavar="DEGREES", default="", help=N_("Latitude."))
@option("--location", metavar="TEXT", default="", help=N_("Where it stands, in words."))
@option("--by", metavar="WHO", default="", help=N_("Who put it up."))
@option("--note", metavar="TEXT", default="", help=N_("A remark."))
@recording_options
@click.pass_context
def add(context: click.Context, /, **given: Any) -> int:
    """Record a sign."""
    from diming.services.signs import HEADINGS, put_up

    return record(
        context, put_up, one_row(given, list(HEADINGS)), f"signs {given['text']}", TAG, given
    )


@signs.command(
    name="import",
    cls=LocalCommand,
    short_help=N_("Record the signs of a table."),
    help=N_(
        "Record the signs of a table (CSV, XLSX, JSON, TOML); columns 标志编号, 标志内容, 拼音, "
        "标志类型, 状况, 东经, 北纬, 设置位置, 地点编号 are recognised, others kept as they are."
    ),
)
@click.argument("file", metavar="FILE")
@keep_going_option
@recording_options
@click.pass_context
def import_(context: click.Context, /, file: str, **given: Any) -> int:
    """Record the signs of a table."""
    from diming.services.signs import HEADINGS, put_up

    return record(context, put_up, rows_of(file, HEADINGS, "text"), f"signs {file}", TAG, given)


@signs.command(
    name="patrol", cls=LocalCommand, short_help=N_("Record how a sign was found."),
    help=N_("Record how sign ID was found: STATE is sound, damaged, missing, wrong_text…\n\n"
            "Example: diming names signs patrol s-0123456789ab 破损 --by 李某 --note 漆面脱落"),
)  # fmt: skip
@click.argument("matter", metavar="ID")
@click.argument("state", metavar="STATE")
@option("--by", metavar="WHO", required=True, help=N_("Who saw it."))
@option("--date", metavar="DATE", type=Day(), help=N_("When; default: today."))
@option("--text", metavar="TEXT", default="", help=N_("What it says now, if that changed."))
@option("--note", metavar="TEXT", default="", help=N_("A remark."))
@who_options
@archive_option
@common_options
@click.pass_context
def patrol(context: click.Context, /, matter: str, state: str, **given: Any) -> int:
    """Record how a sign was found."""
    from diming.present.archive_text import written_text
    from diming.services.beliefs import today
    from diming.services.signs import patrol as run

    with opened(context, readonly=False) as store:
        _, revision = run(
            store, matter, state, given["date"] or today(), by=given["by"], note=given["note"],
            text=given["text"], author=author_of(given["author"]),
            reason=given["reason"] or f"patrol {matter}", dry_run=given["dry_run"],
        )  # fmt: skip
    lang = session_of(context).lang
    if revision is None:
        text = session_of(context).say(N_("nothing was written: a trial"))
    else:
        text = written_text(revision, lang)
    deliver(text + "\n", None, utf8=False)
    return CLEAN


@signs.command(
    name="list", cls=LocalCommand, short_help=N_("List signs and what is wrong with them."),
    help=N_("List signs: those that need somebody first, then those not seen for longest."),
)  # fmt: skip
@option("--state", metavar="STATE", default="", help=N_("Only those found so."))
@option("--place", metavar="ID", default="", help=N_("Only those of a place."))
@option(
    "--due",
    is_flag=True,
    help=N_("Only those that are damaged, missing or wrong, or were not seen for too long."),
)
@option("--date", metavar="DATE", type=Day(), help=N_("Count days up to then; default: today."))
@sheet_options
@known_option
@archive_option
@common_options
@click.pass_context
def list_(context: click.Context, /, **given: Any) -> int:
    """List signs."""
    from diming.handbook.registers import load_registers
    from diming.present.register_sheets import one_of, signs_sheet
    from diming.services.beliefs import revision_meant, today
    from diming.services.signs import looked_at, needs_somebody

    words = load_registers()
    state = one_of(words.sign_states, given["state"], "--state")
    with opened(context) as store:
        gazetteer = store.gazetteer(revision_meant(store, given["known"]).number)
        found = looked_at(gazetteer, words, given["date"] or today())
    rows = [
        r for r in found
        if state in ("", r.sign.state) and given["place"] in ("", r.sign.place_id)
        and (not given["due"] or needs_somebody(r, words))
    ]  # fmt: skip
    sheet = signs_sheet(rows, words, session_of(context).lang)
    deliver_sheet(
        context, sheet, given["format_"], given["output"], empty=N_("no sign is recorded")
    )
    return CLEAN
