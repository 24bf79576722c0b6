"""What commands that ask an archive have in common: open it, settle the format, deliver."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from diming.cli.session import session_of
from diming.errors import Said, UnreadableInput, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import click

    from diming.cli.session import Session
    from diming.store.ledger import Ledger
    from diming.store.protocol import Store

#: Where the archive is if nobody says so.
DEFAULT_ARCHIVE = "diming.gpkg"


@contextmanager
def asked(context: click.Context) -> Iterator[Store]:
    """Open the archive of this run, for reading only, and let go of it."""
    from diming.cli.lean import import_pyogrio
    from diming.store.opening import open_store

    import_pyogrio()
    store = open_store(place_of(session_of(context)), readonly=True)
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


def place_of(session: Session) -> str:
    """Return where the archive of this run is."""
    if session.archive is not None and not session.archive.strip():
        raise UsageError("{option} is empty; give a value, or leave it out", option="--archive")
    return session.archive or DEFAULT_ARCHIVE


def chosen_format(given: str | None, output: str | None, formats: Sequence[str]) -> str:
    """Return the format asked for, else that of the output's suffix, else the first."""
    if given is not None:
        return given
    suffix = Path(output).suffix.lower().removeprefix(".") if output else ""
    suffix = {"htm": "html"}.get(suffix, suffix)
    return suffix if suffix in formats else formats[0]


def prepare(
    context: click.Context,
    output: str | None,
    inputs: Sequence[str] = (),
    *,
    name: str = "--output",
) -> str | None:
    """Refuse an output that cannot be, or is the archive; return None for stdout."""
    if output == "":
        raise UsageError("{option} is empty; give a value, or leave it out", option=name)
    if output is None or output == "-":
        return None
    from diming.cli.output import check_output

    check_output(output, [*inputs, place_of(session_of(context))])
    return output


def deliver(text: str, output: str | None, *, utf8: bool) -> None:
    """Write an answer to stdout, or to a file."""
    from diming.cli.output import write_file, write_stdout

    if output is None:
        write_stdout(text, utf8=utf8)
    else:
        write_file(output, text)


def read_day(text: str, name: str) -> date:
    """Read a date given as an argument.

    Raises
    ------
    UsageError
        If it is none.
    """
    if text.strip().lower() == "today":
        from diming.services.beliefs import today

        return today()
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            "{option}: “{value}” is not a date such as 2024-12-31", option=name, value=text
        ) from None
