"""``diming names applications``: applications for names (地名申请)."""

from __future__ import annotations

import click

from diming.cli.help import LocalGroup
from diming.cli.options import common_options
from diming.present.language import N_


@click.group(
    name="applications",
    cls=LocalGroup,
    subcommand_metavar="COMMAND [ARGS]...",
    help=N_(
        "Applications to name, rename or give up a name: file them, move them on step by step, "
        "see what waits for whom, and write notices and filing forms. Steps, documents and terms "
        "are configuration (docs/naming-procedure.md)."
    ),
    lazy={
        "apply": ("diming.cli.applications_filing", N_("File an application, or a table of them.")),
        "advance": ("diming.cli.applications_filing", N_("Take the next step of an application.")),
        "list": ("diming.cli.applications_asking", N_("List what waits for whom, and how long.")),
        "show": ("diming.cli.applications_asking", N_("Show an application with all its steps.")),
        "notice": ("diming.cli.applications_forms", N_("Write the public notice.")),
        "form": ("diming.cli.applications_forms", N_("Write the filing form or report.")),
    },
)
@common_options
def applications() -> None:
    """Applications for names."""
