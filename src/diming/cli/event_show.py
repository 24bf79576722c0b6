"""``diming event show``: one act with all that it did."""

from __future__ import annotations

import click

from diming.cli.archives import opened
from diming.cli.asking import deliver
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import archive_option, common_options, text_or_json
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_


@click.command(
    name="show",
    cls=LocalCommand,
    help=N_(
        "Show an act: its dates, document, units before and after, ground that passed, and the "
        "revision that holds it. «diming event list» gives the ids."
    ),
)
@click.argument("event", metavar="EVENT")
@text_or_json
@archive_option
@common_options
@click.pass_context
def show(context: click.Context, /, event: str, format_: str) -> int:
    """Show an act."""
    lang = session_of(context).lang
    with opened(context) as store:
        view = store.view()
        applied = view.act(event)
        if applied is None:
            raise UsageError(
                "there is no event «{event}»; «diming event list» shows them all",
                event=event[:60],
            )
        ids = {u for p in applied.passages for u in (p.giver, p.taker) if u is not None}
        ids |= {u for u in (*applied.before, *applied.after) if u is not None}
        names = {u: found[-1] for u in ids if (found := view.of_unit(u))}
        revision = store.revision_of_event(event)
    if format_ == "json":
        from diming.present.answer_json import events_json

        deliver(events_json([applied], names, lang), None, utf8=True)
    else:
        from diming.present.archive_text import act_page

        deliver(act_page(applied, names, revision, lang), None, utf8=False)
    return CLEAN
