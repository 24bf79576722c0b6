"""``diming names show``: all that is known of a place."""

from __future__ import annotations

from typing import Any

import click

from diming.cli.archives import opened
from diming.cli.asking import chosen_format, deliver, prepare
from diming.cli.failures import CLEAN
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
from diming.present.language import N_

FORMATS = ("text", "json")


@click.command(
    name="show",
    cls=LocalCommand,
    help=N_(
        "Show a place with all its names, when they were in use and who attests them. PLACE is "
        "an id, a name that one place bears, or a unit.\n\n"
        "Example: diming names show 磁器口街道"
    ),
)
@click.argument("place", metavar="PLACE")
@option("--date", metavar="DATE", type=Day(), help=N_("Where it lay on this day; default: today."))
@option(
    "--format",
    "format_",
    metavar="NAME",
    type=Word(FORMATS),
    help=N_("text or json; default: by the suffix of --output, else text."),
)
@option("--output", metavar="FILE", help=N_("Write there, not to stdout."))
@known_option
@archive_option
@common_options
@click.pass_context
def show(context: click.Context, /, place: str, **given: Any) -> int:
    """Show a place."""
    from diming.services.gazetteer import show as run

    output = prepare(context, given["output"])
    lang = session_of(context).lang
    with opened(context) as store:
        found = run(store, place, given["date"], given["known"])
    if chosen_format(given["format_"], output, FORMATS) == "json":
        from diming.present.places_data import shown_json

        deliver(shown_json(found), output, utf8=True)
    else:
        from diming.present.places_text import shown_text

        deliver(shown_text(found, lang), output, utf8=False)
    return CLEAN
