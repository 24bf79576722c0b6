"""``diming names heritage``: protected names (地名文化遗产)."""

from __future__ import annotations

import click

from diming.cli.help import LocalGroup
from diming.cli.options import common_options
from diming.present.language import N_

_HOME = "diming.cli.heritage_lists"


@click.group(
    name="heritage",
    cls=LocalGroup,
    subcommand_metavar="COMMAND [ARGS]...",
    help=N_(
        "Lists of protected names by level, class and batch, and appraisals by weighed scores. A "
        "protected name in use is neither renamed nor given up: such applications are refused."
    ),
    lazy={
        "add": (_HOME, N_("Put a name into a list.")),
        "import": (_HOME, N_("Put the names of a table into lists.")),
        "list": (_HOME, N_("List protected names.")),
        "remove": (_HOME, N_("Take a name off a list.")),
        "appraise": ("diming.cli.heritage_appraisal", N_("Appraise a name by a scheme.")),
        "show": ("diming.cli.heritage_appraisal", N_("Show a listing or an appraisal.")),
    },
)
@common_options
def heritage() -> None:
    """Protected names."""
