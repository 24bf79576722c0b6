"""What commands that answer have in common: the day, the format, where the answer goes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from diming.cli.archives import place_of
from diming.cli.session import session_of
from diming.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


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
