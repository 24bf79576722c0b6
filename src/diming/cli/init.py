"""``diming init``: a new, empty archive."""

from __future__ import annotations

import click

from diming.cli.archives import author_of, place_of, writing_options
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import Word, archive_option, common_options, option
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_


@click.command(
    cls=LocalCommand,
    help=N_(
        "Make a new, empty archive: a GeoPackage, or a schema on a PostgreSQL server with "
        "PostGIS.\n\nExample: diming init --archive chongqing.gpkg"
    ),
)
@option("--crs", metavar="CRS", help=N_("CRS of its shapes; default: that of the first ones."))
@option(
    "--legal-date",
    metavar="WHICH",
    type=Word(("approved", "announced", "completed")),
    default="approved",
    help=N_("Which date of an act counts: approved, announced or completed; default: approved."),
)
@option("--reader", metavar="ROLE", help=N_("Role of the server that may read (PostgreSQL)."))
@option("--writer", metavar="ROLE", help=N_("Role of the server that may write (PostgreSQL)."))
@writing_options
@archive_option
@common_options
@click.pass_context
def init(
    context: click.Context, /, crs: str | None, legal_date: str, reader: str | None,
    writer: str | None, author: str | None, reason: str | None, document: str,
) -> int:  # fmt: skip
    """Make an archive."""
    from diming.present.archive_text import made_text
    from diming.services.making import make
    from diming.store.opening import MEMORY

    session = session_of(context)
    place = place_of(session)
    if place == MEMORY:
        raise UsageError("an archive in memory would be gone with this command; name a file")
    store = make(
        place, crs=crs, legal_date=legal_date, reader=reader, writer=writer,
        author=author_of(author), reason=reason or "init", document=document,
    )  # fmt: skip
    try:
        if not session.quiet:
            click.echo(made_text(store.place, session.lang), err=True)
    finally:
        store.close()
    return CLEAN
