"""``diming names list``: places of a unit or a class."""

from __future__ import annotations

from itertools import islice
from typing import Any

import click

from diming.cli.archives import opened
from diming.cli.asking import chosen_format, deliver, prepare
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Count,
    Word,
    archive_option,
    common_options,
    known_option,
    option,
)
from diming.cli.places import choice_of, choice_options
from diming.cli.session import session_of
from diming.present.language import N_

FORMATS = ("text", "json", "csv")


@click.command(
    name="list",
    cls=LocalCommand,
    help=N_(
        "List places with their standard name, the names they have besides, and what they lie "
        "in. «diming names export» writes all that is known of them.\n\n"
        "Example: diming names list --within 綦江区 --date 2012-01-01 --no-units"
    ),
)
@choice_options
@option("--limit", metavar="N", type=Count(), help=N_("At most so many."))
@option(
    "--format",
    "format_",
    metavar="NAME",
    type=Word(FORMATS),
    help=N_("text, json or csv; default: by the suffix of --output, else text."),
)
@option("--output", metavar="FILE", help=N_("Write there, not to stdout."))
@known_option
@archive_option
@common_options
@click.pass_context
def list_(context: click.Context, /, **given: Any) -> int:
    """List places."""
    from diming.services.gazetteer import records

    output = prepare(context, given["output"])
    lang = session_of(context).lang
    chosen = chosen_format(given["format_"], output, FORMATS)
    with opened(context) as store:
        limit = given["limit"]
        every = records(store, choice_of(given), given["known"])
        found = list(every if limit is None else islice(every, limit))
        more = limit is not None and next(every, None) is not None
    if chosen == "json":
        from diming.present.places_data import places_json

        deliver(places_json(found), output, utf8=True)
    elif chosen == "csv":
        from diming.present.places_data import places_csv

        deliver(places_csv(found), output, utf8=True)
    else:
        from diming.present.places_text import places_text

        deliver(places_text(found, lang, more=more), output, utf8=False)
    return CLEAN
