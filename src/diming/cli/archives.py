"""The archive that a command works on, and who writes in it (命令行与档案)."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from diming.cli.asking import place_of, sound
from diming.cli.options import option
from diming.cli.session import session_of
from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

    from diming.store.protocol import Store

AUTHOR = "DIMING_AUTHOR"


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
    from diming.cli.lean import import_pyogrio
    from diming.store.opening import open_store

    import_pyogrio()
    store = open_store(place_of(session_of(context)), readonly=readonly)
    with sound(store):
        yield store
