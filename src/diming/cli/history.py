"""``diming history``: the lineage of a unit."""

from __future__ import annotations

from typing import Any

import click

from diming.cli.archives import opened
from diming.cli.asking import chosen_format, deliver, prepare
from diming.cli.help import LocalCommand
from diming.cli.options import Day, Word, archive_option, common_options, known_option, option
from diming.cli.session import session_of
from diming.cli.streams import tell
from diming.present.language import N_

FORMATS = ("text", "json", "csv")


@click.command(
    cls=LocalCommand,
    help=N_(
        "Show what UNIT was called, where its territory came from and went, with shares of its "
        "area, and the acts that did it. UNIT is an id, a code, a name, name[code] or "
        "superior/unit. Codes and names are reused: --date says of when."
    ),
)
@click.argument("unit", metavar="UNIT")
@option(
    "--date",
    metavar="DATE",
    type=Day(),
    help=N_("The day on which the unit bore the code or name, and of its territory; "
            "default: today, else whenever it did."),
)  # fmt: skip
@known_option
@option(
    "--format",
    "format_",
    metavar="NAME",
    type=Word(FORMATS),
    help=N_("text, json or csv; default: by the suffix of --output, else text."),
)
@option("--output", metavar="FILE", help=N_("Write there, not to stdout."))
@archive_option
@common_options
@click.pass_context
def history(context: click.Context, /, unit: str, format_: str | None, **given: Any) -> None:
    """Show the lineage of one unit."""
    from diming.services import asking

    lang = session_of(context).lang
    output = prepare(context, given["output"])
    chosen = chosen_format(format_, output, FORMATS)
    with opened(context) as store:
        try:
            found = asking.history(store, unit, given["date"], given["known"])
        except asking.Ambiguous as several:
            from diming.present.answer_text import candidates_text

            tell(candidates_text(several.candidates, several.names, lang))
            raise
    if chosen == "json":
        from diming.present.answer_json import history_json

        deliver(history_json(found, lang), output, utf8=True)
    elif chosen == "csv":
        from diming.present.answer_csv import history_csv

        deliver(history_csv(found, lang), output, utf8=True)
    else:
        from diming.present.answer_text import history_text

        deliver(history_text(found, lang), output, utf8=False)
