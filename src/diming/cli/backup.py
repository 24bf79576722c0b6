"""``diming backup``: copy an archive while others use it."""

from __future__ import annotations

from pathlib import Path

import click

from diming.cli.archives import opened
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import archive_option, common_options, option
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_


@click.command(
    cls=LocalCommand,
    help=N_(
        "Copy the archive to the file TARGET, as it stands, while others use it. An archive on "
        "a server becomes a GeoPackage with the same revisions and hashes.\n\n"
        "Example: diming backup 2026-11-24.gpkg"
    ),
)
@click.argument("target", metavar="TARGET")
@option("--overwrite", is_flag=True, help=N_("Replace TARGET if it is there."))
@archive_option
@common_options
@click.pass_context
def backup(context: click.Context, /, target: str, overwrite: bool) -> int:
    """Copy the archive."""
    from diming.present.archive_text import copied_text

    session = session_of(context)
    if target in ("", "-") or "://" in target or "\0" in target:
        raise UsageError("a copy is a file; “{value}” is none", value=target)
    with opened(context) as store:
        store.backup(Path(target), replace=overwrite)
        head = store.head()
    if not session.quiet:
        click.echo(copied_text(target, head, session.lang), err=True)
    return CLEAN
