"""``diming verify``: prove that an archive is whole."""

from __future__ import annotations

import re

import click

from diming.cli.archives import opened
from diming.cli.asking import deliver
from diming.cli.failures import CLEAN, FINDINGS
from diming.cli.help import LocalCommand
from diming.cli.options import archive_option, common_options, option, text_or_json
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_


@click.command(
    cls=LocalCommand,
    help=N_(
        "Prove the archive sound: every hash, checksum and reference is worked out anew, so "
        "that nothing was changed, added or taken away but by diming.\n\n"
        "Exit codes: 0 sound, 1 something is broken."
    ),
)
@option(
    "--tip", metavar="HASH",
    help=N_("Hash of a revision noted earlier; tells whether later ones were taken away."),
)  # fmt: skip
@option(
    "--rebuild-terms", "rebuild", is_flag=True,
    help=N_("Make anew what searching by names needs, before looking."),
)  # fmt: skip
@text_or_json
@archive_option
@common_options
@click.pass_context
def verify(context: click.Context, /, tip: str | None, rebuild: bool, format_: str) -> int:
    """Prove the archive sound."""
    from diming.present.archive_text import verified_json, verified_text

    if tip is not None and not re.fullmatch("[0-9a-f]{64}", tip):
        raise UsageError("{option}: give the whole hash, 64 digits", option="--tip")
    with opened(context, readonly=not rebuild) as store:
        if rebuild:
            store.rebuild_terms()
        flaws = [(f.what, f.facts) for f in store.verify(tip=tip)]
        head, place = store.head(), store.place
    lang = session_of(context).lang
    if format_ == "json":
        deliver(verified_json(place, head, flaws, lang), None, utf8=True)
    else:
        deliver(verified_text(place, head, flaws, lang), None, utf8=False)
    return FINDINGS if flaws else CLEAN
