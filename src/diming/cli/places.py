"""Options of commands that tell of places, and what they choose (命令行地点选项)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.cli.options import Day, option
from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diming.services.gazetteer import Choice


def choice_options(command: Any) -> Any:
    """Add what chooses places: unit, day, class, source, units or not."""
    for add in (
        option("--no-units", is_flag=True, help=N_("Leave out divisions, which are places too.")),
        option("--source", metavar="NAME", help=N_("Only places that come from there.")),
        option("--class", "class_code", metavar="CODE", default="",
               help=N_("Only places whose class code begins so, e.g. 22.")),
        option("--date", metavar="DATE", type=Day(),
               help=N_("What lay there, and which names were in use, on this day; default: what "
                       "lies there today, with names of any time.")),
        option("--within", metavar="UNIT", help=N_("Only what lies in this unit: id, code or "
                                                   "name.")),
    ):  # fmt: skip
        command = add(command)
    return command


def choice_of(given: Mapping[str, Any]) -> Choice:
    """Return which places are meant."""
    from diming.services.gazetteer import Choice

    return Choice(
        within=given["within"], day=given["date"], class_code=given["class_code"],
        source=given["source"], units=not given["no_units"],
    )  # fmt: skip
