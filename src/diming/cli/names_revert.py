"""``diming names revert``: undo a revision of the gazetteer."""

from __future__ import annotations

import click

from diming.cli.archives import author_of, opened, writing_options
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import archive_option, common_options
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_


@click.command(
    name="revert",
    cls=LocalCommand,
    help=N_(
        "Undo all that a revision (r7) did to places, names and registers, by a new revision: "
        "what it brought is no longer believed, what it replaced is believed again. Nothing is "
        "forgotten: --known still shows it. A reason has to be given.\n\n"
        "Example: diming names revert r7 --reason 误导入"
    ),
)
@click.argument("what", metavar="rN")
@writing_options
@archive_option
@common_options
@click.pass_context
def revert(
    context: click.Context, /, what: str, author: str | None, reason: str | None, document: str
) -> int:
    """Undo a revision of names."""
    from diming.present.intake_text import names_reverted_text
    from diming.services.names_reverting import revert_names

    if not (reason or "").strip():
        raise UsageError("say why it is undone: --reason TEXT")
    session = session_of(context)
    with opened(context, readonly=False) as store:
        done = revert_names(
            store, what, author=author_of(author), reason=reason or "", document=document
        )  # fmt: skip
    if not session.quiet:
        click.echo(names_reverted_text(done, session.lang), err=True)
    return CLEAN
