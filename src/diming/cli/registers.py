"""What the commands of registers have in common: rows from options or a table (登记命令)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.cli.archives import AUTHOR, author_of, opened
from diming.cli.asking import deliver
from diming.cli.failures import CLEAN, CONFLICT
from diming.cli.options import Day, archive_option, common_options, option, text_or_json
from diming.cli.session import session_of
from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import click

    from diming.services.recorded import Recorded, RegisterRow


def who_options(command: Any) -> Any:
    """Add who records it and why; documents of a matter are its own."""
    for add in (
        option("--author", metavar="NAME", envvar=AUTHOR,
               help=N_("Who records it; default: DIMING_AUTHOR, else the user's name.")),
        option("--reason", metavar="TEXT", help=N_("Why it is recorded.")),
        option("--dry-run", is_flag=True, help=N_("Say what would be done, and write nothing.")),
    ):  # fmt: skip
        command = add(command)
    return command


def recording_options(command: Any) -> Any:
    """Add when and by whom it is recorded, and how what came of it is told."""
    command = option(
        "--date", metavar="DATE", type=Day(),
        help=N_("The day of rows that say none; default: today."),
    )(command)  # fmt: skip
    for add in (common_options, archive_option, who_options, text_or_json):
        command = add(command)
    return command


def keep_going_option(command: Any) -> Any:
    """Add ``--keep-going`` to a command that takes a table."""
    text = N_("Record the rows that fit though others do not.")
    return option("--keep-going", is_flag=True, help=text)(command)


def one_row(given: Mapping[str, Any], keys: Sequence[str]) -> list[RegisterRow]:
    """Return the one row that options say."""
    from diming.services.recorded import RegisterRow

    return [RegisterRow({k: str(given[k]).strip() for k in keys if given.get(k)})]


def rows_of(path: str, headings: Mapping[str, Sequence[str]], needs: str) -> list[RegisterRow]:
    """Read the rows of a table."""
    from diming.files.rows import read_rows
    from diming.services.recorded import RegisterRow

    return [
        RegisterRow(
            {k: str(v).strip() for k, v in row.cells.items()},
            {k: str(v) for k, v in row.rest.items()}, f"{path}:{row.number}",
        )
        for row in read_rows(path, headings, needs=needs)
    ]  # fmt: skip


def record(
    context: click.Context,
    write: Callable[..., Recorded],
    rows: Sequence[RegisterRow],
    reason: str,
    tag: str,
    given: Mapping[str, Any],
) -> int:
    """Write rows into a register of the archive, and say what became of them.

    Parameters
    ----------
    context : click.Context
    write : callable
        The service that takes rows of this register.
    rows : sequence of RegisterRow
    reason : str
        Why, where `given` says nothing.
    tag : str
        Of the answer in JSON.
    given : mapping
        What `recording_options` and `keep_going_option` ask for.
    """
    from diming.services.beliefs import today

    with opened(context, readonly=False) as store:
        result = write(
            store, rows, given["date"] or today(), author=author_of(given["author"]),
            reason=given["reason"] or reason, dry_run=given["dry_run"],
            keep_going=given.get("keep_going", False),
        )  # fmt: skip
    return _tell(context, result, tag, given)


def _tell(context: click.Context, result: Recorded, tag: str, given: Mapping[str, Any]) -> int:
    from diming.present.recorded_text import recorded_json, recorded_text

    lang = session_of(context).lang
    if given["format_"] == "json":
        deliver(recorded_json(result, tag, lang), None, utf8=True)
    else:
        deliver(recorded_text(result, lang, dry_run=given["dry_run"]), None, utf8=False)
    return CONFLICT if result.refused else CLEAN
