"""``diming log``: the revisions of an archive."""

from __future__ import annotations

import click

from diming.cli.archives import opened
from diming.cli.asking import deliver
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import Count, archive_option, common_options, option, text_or_json
from diming.cli.session import session_of
from diming.present.language import N_


@click.command(
    cls=LocalCommand,
    help=N_("List the revisions, the latest first: when, who, why.\n\nExample: diming log -n 20"),
)
@option("-n", "--newest", metavar="N", type=Count(), help=N_("Only the newest N."))
@text_or_json
@archive_option
@common_options
@click.pass_context
def log(context: click.Context, /, newest: int | None, format_: str) -> int:
    """List revisions."""
    with opened(context) as store:
        revisions = list(store.revisions(newest=newest))
    if format_ == "json":
        from diming.present.answer_json import log_json

        deliver(log_json(revisions), None, utf8=True)
    else:
        from diming.present.answer_text import log_text

        deliver(log_text(revisions, session_of(context).lang), None, utf8=False)
    return CLEAN
