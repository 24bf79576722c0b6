"""``diming diff``: what changed between two days, or two beliefs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from diming.cli.archives import opened
from diming.cli.asking import chosen_format, deliver, prepare, read_day
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Day,
    LevelName,
    Word,
    archive_option,
    common_options,
    option,
)
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_

if TYPE_CHECKING:
    import datetime

FORMATS = ("text", "json", "csv", "html")
_REVISION = re.compile(r"[rR]\d+", re.ASCII)


@click.command(
    cls=LocalCommand,
    help=N_(
        "Show which units began, ended or changed between two days, and whose ground became "
        "whose. Two revisions (r3 r7) compare what the archive knew of one day, --date; so does "
        "--known given twice. --format html writes one page with a map that needs no network."
    ),
)
@click.argument("states", metavar="[D1 D2]", nargs=-1)
@option(
    "--date",
    metavar="DATE",
    type=Day(),
    help=N_("The day, where two revisions are compared; default: today."),
)
@option(
    "--known",
    metavar="REVISION|TIME",
    multiple=True,
    help=N_("What the archive knew then; twice: of the earlier and of the later state."),
)
@option("--level", metavar="LEVEL", type=LevelName(), help=N_("Units of this level only, 1 to 5."))
@option(
    "--format",
    "format_",
    metavar="NAME",
    type=Word(FORMATS),
    help=N_("text, json, csv or html; default: by the suffix of --output, else text."),
)
@option("--output", metavar="FILE", help=N_("Write there, not to stdout."))
@archive_option
@common_options
@click.pass_context
def diff(
    context: click.Context, /, states: tuple[str, ...], format_: str | None, **given: Any
) -> None:
    """Show what is different between two states."""
    from diming.services import asking

    lang = session_of(context).lang
    output = prepare(context, given["output"])
    chosen = chosen_format(format_, output, FORMATS)
    days, known = _states(states, given["date"], given["known"])
    with opened(context) as store:
        found = asking.diff(
            store, *days,
            known_earlier=known[0], known_later=known[1], level=given["level"],
        )  # fmt: skip
    if chosen == "html":
        from diming.present.diff_page import render_diff

        deliver(render_diff(found, lang), output, utf8=True)
    elif chosen == "json":
        from diming.present.answer_json import diff_json

        deliver(diff_json(found, lang), output, utf8=True)
    elif chosen == "csv":
        from diming.present.answer_csv import diff_csv

        deliver(diff_csv(found, lang), output, utf8=True)
    else:
        from diming.present.answer_text import diff_text

        deliver(diff_text(found, lang), output, utf8=False)


Days = tuple["datetime.date | None", "datetime.date | None"]
Known = tuple[str | None, str | None]


def _states(
    states: tuple[str, ...], day: datetime.date | None, known: tuple[str, ...]
) -> tuple[Days, Known]:
    """Return the two days and the two beliefs that are meant."""
    if len(states) not in (0, 2):
        raise UsageError("say what to compare: two dates, or two revisions such as r3 r7")
    if len(known) > 2:
        raise UsageError("--known can be given twice at most, for the earlier and the later state")
    beliefs: Known = (known[0], known[-1]) if known else (None, None)
    if states and all(map(_REVISION.fullmatch, states)):
        if known:
            raise UsageError("two revisions are given already; leave --known out")
        return (day, day), (states[0], states[1])
    if not states:
        if len(known) != 2:
            raise UsageError("say what to compare: two dates, or two revisions such as r3 r7")
        return (day, day), beliefs
    if day is not None:
        raise UsageError("--date is the day of two revisions; two dates are given already")
    if any(map(_REVISION.fullmatch, states)):
        raise UsageError("a date and a revision cannot be compared; give two of one kind")
    return (read_day(states[0], "D1"), read_day(states[1], "D2")), beliefs
