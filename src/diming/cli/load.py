"""``diming load``: put a list or coverage into an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from diming.cli.archives import author_of, opened, writing_options
from diming.cli.asking import deliver, prepare
from diming.cli.failures import CLEAN, CONFLICT, FINDINGS
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Day,
    Kind,
    LevelName,
    Word,
    archive_option,
    common_options,
    input_options,
    option,
    text_or_json,
)
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.model.code import CODE_SYSTEMS
from diming.model.unit import Level, parse_level
from diming.present.language import N_

if TYPE_CHECKING:
    import datetime

    from diming.model.outcome import Loading


class Since(Kind):
    """A date, or a level and a date: ``4=2013-12-31``."""

    name = "since"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Any:
        """Return (level or 0, date)."""
        if isinstance(value, tuple):
            return value
        level, _, day = value.rpartition("=")
        number = parse_level(level) if level else Level.UNKNOWN
        if level and number is Level.UNKNOWN:
            raise UsageError(
                "{option}: “{value}” is not of the form DATE or LEVEL=DATE", option="--since",
                value=value,
            )  # fmt: skip
        return int(number), Day().convert(day, param, ctx)


@click.command(
    cls=LocalCommand,
    help=N_(
        "Load what stood on a date: lists of units (CSV) and files with shapes. Where the "
        "archive holds nothing of a level yet, it becomes its first state; with --events, the "
        "acts that led to it are undone to an opening list and recorded from there. Where the "
        "archive holds the level already, units get the shapes and codes they lack; if "
        "anything else differs, nothing is written, and the acts that would explain it are "
        "proposed.\n\n"
        "Files whose rows have a begin and an end are loaded with all their versions, if no "
        "--date is given.\n\n"
        "Example: diming load counties.csv towns.csv --date 2022-12-31 --events acts.csv "
        "--since 4=2013-12-31\n\n"
        "Exit codes: 0 loaded, 1 findings or differences, nothing written, 3 unreadable, "
        "4 an act does not fit."
    ),
)
@click.argument("inputs", metavar="INPUT...", nargs=-1)
@option("--date", metavar="DATE", type=Day(), help=N_("The day on which it stood."))
@option("--events", metavar="FILE", multiple=True, help=N_("Acts that led to it. Repeatable."))
@option(
    "--since", metavar="[LEVEL=]DATE", type=Since(), multiple=True,
    help=N_("From then on the list is complete but for the acts; a level of its own: 4=DATE."),
)  # fmt: skip
@option(
    "--level", metavar="LEVEL", type=LevelName(), help=N_("Level of units that do not say theirs.")
)
@input_options
@option(
    "--code-system", metavar="NAME", type=Word(CODE_SYSTEMS), default="auto",
    help=N_("How codes are read: auto, ministry, nbs or none; default: auto."),
)  # fmt: skip
@option("--exceptions", metavar="FILE", help=N_("List of accepted findings."))
@option("--unchecked", is_flag=True, help=N_("Load shapes without checking them first."))
@option("--output", metavar="FILE", help=N_("Write the acts that would explain a difference."))
@option("--dry-run", is_flag=True, help=N_("Say what would be done, and write nothing."))
@text_or_json
@writing_options
@archive_option
@common_options
@click.pass_context
def load(context: click.Context, /, inputs: tuple[str, ...], **given: Any) -> int:
    """Load a list or coverage."""
    if not inputs:
        raise UsageError("no INPUT was given: name the files to load (see diming load --help)")
    session = session_of(context)
    output = prepare(context, given["output"], [*inputs, *given["events"]])
    with opened(context, readonly=False) as store:
        result = _run(store, inputs, given, session.lang, session.quiet)
    if output and result.explained is not None:
        from diming.services.proposing import write_proposals

        write_proposals(output, result.explained)
    if given["format_"] == "json":
        from diming.present.archive_json import loading_json

        deliver(loading_json(result, session.lang), None, utf8=True)
    else:
        from diming.present.archive_text import loading_text

        text = loading_text(result, session.lang, dry_run=given["dry_run"], output=output)
        deliver(text, None, utf8=False)
    if result.recording is not None and result.recording.refused:
        return CONFLICT
    failed = result.report is not None and result.report.fails()
    return FINDINGS if failed or result.differing else CLEAN


def _run(
    store: Any, inputs: tuple[str, ...], given: dict[str, Any], lang: str, quiet: bool
) -> Loading:
    from diming.cli.lean import import_pyogrio
    from diming.cli.progress import Progress
    from diming.files.delivery import ReadOptions
    from diming.files.events import read_events
    from diming.services.exceptions import read_exceptions
    from diming.services.loading import load as run
    from diming.services.loading_dated import load_dated
    from diming.services.stated import StatedOptions

    import_pyogrio()
    options = StatedOptions(
        read=ReadOptions(layer=given["layer"], fields=dict(given["fields"]),
                         encoding=given["encoding"]),
        crs=given["crs"], code_system=given["code_system"],
        level=given["level"] or Level.UNKNOWN,
    )  # fmt: skip
    read = [read_events(path) for path in given["events"]]
    events = [e for file in read for e in file]
    systems = {file.crs for file in read}
    if len(systems) > 1:
        raise UsageError(
            "the files are in several coordinate systems ({systems}); record them one by one",
            systems=sorted(systems),
        )
    accepted = read_exceptions(given["exceptions"]) if given["exceptions"] else ()
    words = {
        "author": author_of(given["author"]), "document": given["document"],
        "reason": given["reason"] or "load " + ", ".join(inputs),
    }  # fmt: skip
    if given["date"] is None:
        return load_dated(store, inputs, options=options, events=events,
                          dry_run=given["dry_run"], **words)  # fmt: skip
    with Progress(lang, quiet=quiet) as progress:
        return run(
            store, inputs, day=given["date"], events=events, since=_since(given["since"]),
            options=options, accepted=accepted, unchecked=given["unchecked"],
            dry_run=given["dry_run"], progress=progress, events_crs=next(iter(systems), None),
            **words,
        )  # fmt: skip


def _since(given: tuple[tuple[int, datetime.date], ...]) -> dict[int, datetime.date]:
    """Return level → date; a date without a level is for all."""
    result: dict[int, datetime.date] = {}
    for level, day in sorted(given, key=lambda pair: pair[0]):
        for number in [level] if level else range(1, 6):
            result[number] = day
    return result
