"""The command ``diming``: parses, calls a command, exits with its code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from diming.cli.failures import CLEAN, USAGE, exit_code, explain
from diming.cli.help import LocalGroup
from diming.cli.options import ARCHIVE_HELP, common_options, option
from diming.cli.session import Session, language_from_arguments, session_of
from diming.cli.streams import attach, tell
from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Sequence


class Diming(LocalGroup):
    """The group of all commands; every way out of it passes the table of exit codes."""

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,
    ) -> NoReturn:
        """Run, and exit."""
        attach()
        arguments = list(sys.argv[1:] if args is None else args)
        session = Session(language_from_arguments(arguments))
        extra.update(standalone_mode=False, obj=session)
        try:
            code = super().main(args, prog_name or "diming", **extra)
            sys.stdout.flush()
        except SystemExit:
            raise
        except BaseException as error:
            explain(error, session)
            sys.exit(exit_code(error))
        sys.exit(code if isinstance(code, int) else CLEAN)


def _show_version(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from diming.cli.output import echo
        from diming.cli.versions import versions

        for name, version in versions():
            echo(f"{name} {version}")
        context.exit(CLEAN)


@click.group(
    name="diming",
    cls=Diming,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    help=N_(
        "Divisions, boundaries and their past: check deliveries, keep an archive of what stood "
        "where and when, record the acts that change it, and ask."
    ),
    lazy={
        "check": ("diming.cli.check", N_("Check files as one coverage.")),
        "init": ("diming.cli.init", N_("Make a new archive.")),
        "load": ("diming.cli.load", N_("Put a list or coverage into the archive.")),
        "infer": ("diming.cli.infer", N_("Propose the acts between two snapshots.")),
        "event": ("diming.cli.event", N_("Record, list, show and undo acts.")),
        "at": ("diming.cli.at", N_("The units that held on a day.")),
        "where": ("diming.cli.where", N_("The units at a place on a day, and what came after.")),
        "history": ("diming.cli.history", N_("What a unit was before, and became after.")),
        "diff": ("diming.cli.diff", N_("What changed between two days, or two revisions.")),
        "names": ("diming.cli.names", N_("Places, and what they were called.")),
        "log": ("diming.cli.log", N_("The revisions: when, who, why.")),
        "info": ("diming.cli.info", N_("What the archive is and holds.")),
        "verify": ("diming.cli.verify", N_("Prove the archive sound.")),
        "backup": ("diming.cli.backup", N_("Copy the archive while others use it.")),
        "demo": ("diming.cli.demo", N_("Check the packaged samples and write pages to open.")),
    },
)
@common_options
@option(
    "--archive",
    metavar="PATH|URL",
    envvar="DIMING_ARCHIVE",
    help=ARCHIVE_HELP,
)
@option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help=N_("Show the versions of diming and of what it stands on."),
)
@click.pass_context
def main(context: click.Context, /, archive: str | None) -> None:
    """Run a command."""
    session_of(context).archive = archive
    if context.invoked_subcommand is None:
        tell(context.get_help())
        context.exit(USAGE)
