"""``diming event record``: apply the acts of a file, and keep them."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import click

from diming.cli.archives import author_of, opened, writing_options
from diming.cli.asking import deliver, prepare
from diming.cli.failures import CLEAN, CONFLICT
from diming.cli.help import LocalCommand
from diming.cli.options import Metres, archive_option, common_options, option, text_or_json
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_, P_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.cli.session import Session
    from diming.files.events import EventFile


@click.command(
    name="record",
    cls=LocalCommand,
    help=N_(
        "Record the acts of FILEs (CSV, or JSON diming.event/1) in the order they took effect, "
        "as one revision. An act that does not fit is refused with its reasons, and then "
        "nothing is written, unless --keep-going.\n\n"
        "Example: diming event record merger.json --dry-run\n\n"
        "Exit codes: 0 recorded, 3 a file cannot be read, 4 an act does not fit or somebody "
        "else is writing."
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1)
@option("--dry-run", is_flag=True, help=N_("Say what would be done, and write nothing."))
@option("--keep-going", is_flag=True, help=N_("Record the acts that fit though others do not."))
@option("--sure-only", is_flag=True, help=N_("Leave out acts that the file marks doubtful."))
@option("--refused", metavar="FILE", help=N_("Write the acts that do not fit there."))
@option("--exceptions", metavar="FILE", help=N_("List of accepted findings."))
@option(
    "--tolerance-m", metavar="METRES", type=Metres(), default=0.001,
    help=N_("How far ground before and after may part; default: 0.001."),
)  # fmt: skip
@text_or_json
@writing_options
@archive_option
@common_options
@click.pass_context
def record(context: click.Context, /, files: tuple[str, ...], **given: Any) -> int:
    """Record acts."""
    from diming.files.events import read_events, write_events
    from diming.services.exceptions import read_exceptions
    from diming.services.recording import record as run

    if not files:
        raise UsageError("no FILE was given: name a file of acts (see diming event record --help)")
    session = session_of(context)
    target = prepare(context, given["refused"], files, name="--refused")
    read = [read_events(path) for path in files]
    systems = {f.crs for f in read}
    if len(systems) > 1:
        raise UsageError(
            "the files are in several coordinate systems ({systems}); record them one by one",
            systems=sorted(systems),
        )
    if not given["sure_only"]:
        _warn_of_doubts(read, session)
    events = [
        e for f in read for e, p in zip_longest(f.events, f.proposals)
        if not (given["sure_only"] and p and p.get("doubtful"))
    ]  # fmt: skip
    accepted = read_exceptions(given["exceptions"]) if given["exceptions"] else ()
    with opened(context, readonly=False) as store:
        result = run(
            store, events, author=author_of(given["author"]),
            reason=given["reason"] or "record " + ", ".join(files), document=given["document"],
            crs=systems.pop(), accepted=accepted, keep_going=given["keep_going"],
            dry_run=given["dry_run"], tolerance_m=given["tolerance_m"],
        )  # fmt: skip
    if target and result.refused:
        write_events(target, [r.event for r in result.refused], crs=read[0].crs)
    if given["format_"] == "json":
        from diming.present.archive_json import recording_json

        deliver(recording_json(result, session.lang), None, utf8=True)
    else:
        from diming.present.archive_text import recording_text

        text = recording_text(result, session.lang, dry_run=given["dry_run"])
        deliver(text, None, utf8=False)
    return CONFLICT if result.refused else CLEAN


def _warn_of_doubts(read: Sequence[EventFile], session: Session) -> None:
    """Say how many acts an inference left to a person, whatever becomes of them."""
    count = sum(bool(p and p.get("doubtful")) for f in read for p in f.proposals)
    if count and not session.quiet:
        warning = session.say(
            P_(
                "{acts_count} act is marked doubtful in the file: look at it; --sure-only leaves "
                "it out, «diming event revert» undoes it",
                "{acts_count} acts are marked doubtful in the file: look at them; --sure-only "
                "leaves them out, «diming event revert» undoes them",
                "acts_count",
            ),
            acts_count=count,
        )
        click.echo(warning, err=True)
