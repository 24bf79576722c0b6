"""``diming names``: the gazetteer of an archive (地名库)."""

from __future__ import annotations

import click

from diming.cli.help import LocalGroup
from diming.cli.options import common_options
from diming.present.language import N_


@click.group(
    name="names",
    cls=LocalGroup,
    subcommand_metavar="COMMAND [ARGS]...",
    help=N_(
        "Places and what they were called: import and export them, search and locate, review "
        "proposed names, and keep the registers that hang on them."
    ),
    lazy={
        "import": ("diming.cli.names_import", N_("Take in places and names from files.")),
        "revert": ("diming.cli.names_revert", N_("Undo an import, or any revision of names.")),
        "export": ("diming.cli.names_export", N_("Write places and names to a file.")),
        "list": ("diming.cli.names_list", N_("List places of a unit or a class.")),
        "show": ("diming.cli.names_show", N_("Show a place with all its names.")),
        "search": ("diming.cli.names_search", N_("Find a name, as it was or is written.")),
        "locate": ("diming.cli.names_locate", N_("Find the units that an old address names.")),
        "romanise": ("diming.cli.names_romanise", N_("Spell names in letters.")),
        "check": ("diming.cli.names_check", N_("Hold proposed names against the rules.")),
        "applications": (
            "diming.cli.names_applications",
            N_("Naming applications: file them, move them on, see what waits."),
        ),
        "heritage": ("diming.cli.names_heritage", N_("Protected names and their appraisal.")),
        "vanished": ("diming.cli.names_vanished", N_("Names whose places are gone.")),
        "signs": ("diming.cli.names_signs", N_("Name signs and their patrols.")),
        "counts": ("diming.cli.names_counts", N_("Named, signed and mapped, by unit and year.")),
    },
)
@common_options
def names() -> None:
    """Places and names of an archive."""
