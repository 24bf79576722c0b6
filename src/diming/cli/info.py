"""``diming info``: what an archive is and holds."""

from __future__ import annotations

import click

from diming.cli.archives import opened
from diming.cli.asking import deliver
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import archive_option, common_options, text_or_json
from diming.cli.session import session_of
from diming.present.language import N_


@click.command(
    cls=LocalCommand,
    help=N_("Describe the archive: where it is, how much it holds, its latest revision."),
)
@text_or_json
@archive_option
@common_options
@click.pass_context
def info(context: click.Context, /, format_: str) -> int:
    """Describe the archive."""
    lang = session_of(context).lang
    with opened(context) as store:
        facts = (
            store.place, store.head(), store.counts(), store.settings(), store.view().crs,
        )  # fmt: skip
    if format_ == "json":
        from diming.present.answer_json import info_json

        deliver(info_json(*facts), None, utf8=True)
    else:
        from diming.present.archive_text import info_text

        deliver(info_text(*facts, lang), None, utf8=False)
    return CLEAN
