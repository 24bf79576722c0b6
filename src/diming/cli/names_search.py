"""``diming names search``: a name as it was or is, however it is written."""

from __future__ import annotations

from typing import Any

import click

from diming.cli.archives import opened
from diming.cli.asking import chosen_format, deliver, prepare
from diming.cli.failures import CLEAN, FINDINGS
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Count,
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
from diming.model.place import NameKind
from diming.present.language import N_

FORMATS = ("text", "json", "csv")


@click.command(
    cls=LocalCommand,
    help=N_(
        "Find places and units by a name that they bear or bore: in simplified or traditional "
        "characters, in pinyin with or without tones, by the initials of its syllables (cqk), "
        "with a character wrong, missing, too many or swapped, or another that reads the same.\n\n"
        "Each hit says why it matches, how well, when the name was in use, what it lay in then, "
        "and what its place lies in today. Exit code 1: nothing was found.\n\n"
        "Example: diming names search 万盛区 --date 2005-01-01 --within 重庆市"
    ),
)
@click.argument("text", metavar="TEXT...", nargs=-1)
@option("--date", metavar="DATE", type=Day(), help=N_("Only names in use then; default: any."))
@option(
    "--within",
    metavar="UNIT",
    help=N_("Only what lay in this unit: its id, code, name, or above/unit; on --date, if given."),
)
@option("--limit", metavar="N", type=Count(), default=10, help=N_("At most so many; default: 10."))
@option(
    "--kind",
    metavar="KIND,...",
    type=Word(tuple(k.value for k in NameKind), many=True),
    help=N_(
        "Only names of these kinds: standard, former, alias, short, minority, colloquial, map."
    ),
)
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
def search(context: click.Context, /, text: tuple[str, ...], **given: Any) -> int:
    """Find names."""
    if not text:
        raise UsageError("say what to look for")
    output = prepare(context, given["output"])
    lang = session_of(context).lang
    chosen = chosen_format(given["format_"], output, FORMATS)
    from diming.services import searching
    from diming.services.asking import Ambiguous

    with opened(context) as store:
        try:
            found = searching.search(
                store,
                " ".join(text),
                day=given["date"],
                within=given["within"],
                limit=given["limit"],
                known=given["known"],
                kinds=[NameKind(k) for k in given["kind"]] if given["kind"] else None,
            )
        except Ambiguous as several:
            from diming.present.answer_text import candidates_text

            tell(candidates_text(several.candidates, several.names, lang))
            raise
    if chosen == "json":
        from diming.present.found_data import found_json

        deliver(found_json(found, lang), output, utf8=True)
    elif chosen == "csv":
        from diming.present.found_data import found_csv

        deliver(found_csv(found, lang), output, utf8=True)
    else:
        from diming.present.found_text import found_text

        deliver(found_text(found, lang), output, utf8=False)
    return CLEAN if found.hits else FINDINGS
