"""``diming event revert``: undo an act or a revision by a new one."""

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
        "Undo an act (its id), or all of a revision (r7), by a new revision: what was "
        "believed before is believed again. Nothing is forgotten: --known still shows it. A "
        "reason has to be given.\n\nExample: diming event revert e0123456789ab --reason 误录"
    ),
)
@click.argument("what", metavar="EVENT|rN")
@writing_options
@archive_option
@common_options
@click.pass_context
def revert(
    context: click.Context, /, what: str, author: str | None, reason: str | None, document: str
) -> int:
    """Undo an act or a revision."""
    from diming.present.archive_text import reverted_text
    from diming.services.reverting import revert as run

    if not (reason or "").strip():
        raise UsageError("say why it is undone: --reason TEXT")
    session = session_of(context)
    with opened(context, readonly=False) as store:
        done = run(
            store, what, author=author_of(author), reason=reason or "", document=document
        )  # fmt: skip
    if not session.quiet:
        click.echo(
            reverted_text(done.revision, len(done.events), len(done.units), session.lang), err=True
        )
    return CLEAN
