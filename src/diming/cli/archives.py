"""The archive that a command works on, and who writes in it (命令行与档案)."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from diming.cli.options import option
from diming.cli.session import session_of
from diming.errors import Said, UnreadableInput, UsageError
from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

    from diming.cli.session import Session
    from diming.store.ledger import Ledger
    from diming.store.protocol import Store

AUTHOR = "DIMING_AUTHOR"

#: Where the archive is if nobody says so.
DEFAULT_ARCHIVE = "diming.gpkg"


def place_of(session: Session) -> str:
    """Return where the archive of this run is."""
    if session.archive is not None and not session.archive.strip():
        raise UsageError("{option} is empty; give a value, or leave it out", option="--archive")
    return session.archive or DEFAULT_ARCHIVE


def writing_options(command: Any) -> Any:
    """Add what a revision says of itself: author, reason, document."""
    for add in (
        option("--author", metavar="NAME", envvar=AUTHOR,
               help=N_("Who records it; default: DIMING_AUTHOR, else the user's name.")),
        option("--reason", metavar="TEXT", help=N_("Why it is recorded.")),
        option("--document", metavar="TEXT", default="", help=N_("Document it rests on.")),
    ):  # fmt: skip
        command = add(command)
    return command


def author_of(given: str | None) -> str:
    """Return who writes: as given, else the user of this machine."""
    if given:
        return given
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return os.environ.get("USER", "")


@contextmanager
def opened(context: click.Context, *, readonly: bool = True) -> Iterator[Store]:
    """Open the archive for a command, and close it whatever happens."""
    from diming.store.opening import open_store

    store = open_store(place_of(session_of(context)), readonly=readonly)
    with sound(store):
        yield store


@contextmanager
def sound(store: Ledger) -> Iterator[None]:
    """Let go of an archive at the end; if something fails that should not, see if it is damaged.

    Raises
    ------
    UnreadableInput
        If the archive does not hold what diming wrote into it.
    """
    try:
        yield
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        flaws = store.verify()
        if not flaws:
            raise
        raise UnreadableInput(
            "{place} is damaged ({detail}); keep it, and go on with a backup",
            place=store.place, detail=Said(flaws[0].what, flaws[0].facts),
        ) from error  # fmt: skip
    finally:
        store.close()
