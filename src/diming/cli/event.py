"""``diming event``: acts in an archive."""

from __future__ import annotations

import click

from diming.cli.help import LocalGroup
from diming.cli.options import common_options
from diming.present.language import N_


@click.group(
    name="event",
    cls=LocalGroup,
    subcommand_metavar="COMMAND [ARGS]...",
    help=N_("Acts that change divisions: record them from a file, list and show them, undo them."),
    lazy={
        "record": ("diming.cli.event_record", N_("Record the acts of a file.")),
        "list": ("diming.cli.event_list", N_("List acts.")),
        "show": ("diming.cli.event_show", N_("Show one act with all that it did.")),
        "revert": ("diming.cli.event_revert", N_("Undo an act, or a revision.")),
    },
)
@common_options
def event() -> None:
    """Acts in an archive."""
