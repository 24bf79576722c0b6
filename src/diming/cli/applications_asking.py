"""``diming names applications list`` and ``show``."""

from __future__ import annotations

from typing import Any

import click

from diming.cli.archives import opened
from diming.cli.asking import deliver
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Day,
    Kind,
    archive_option,
    common_options,
    known_option,
    option,
    text_or_json,
)
from diming.cli.session import session_of
from diming.cli.sheets import deliver_sheet, sheet_options
from diming.errors import UsageError
from diming.present.language import N_


class _Days(Kind):
    """A number of days, 0 or more."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> int:
        """Return the number."""
        try:
            number = int(value)
        except ValueError:
            number = -1
        if number < 0:
            raise UsageError("{option}: “{value}” is no number of days",
                             option="--over-days", value=value)  # fmt: skip
        return number


@click.command(
    name="list",
    cls=LocalCommand,
    help=N_(
        "List applications: where they stand, whose turn it is, and for how many days; those "
        "furthest beyond their term first, those that ended only by --state or --all.\n\n"
        "Example: diming names applications list --waiting-for department --over-days 0"
    ),
)
@option("--state", metavar="STATE", default="", help=N_("Only those that stand at it."))
@option(
    "--waiting-for",
    "role",
    metavar="ROLE",
    default="",
    help=N_("Only those that wait for it: department, county, township…"),
)
@option("--over-days", metavar="N", type=_Days(), help=N_("Only those that wait for longer."))
@option("--overdue", is_flag=True, help=N_("Only those beyond their term."))
@option("--all", "all_", is_flag=True, help=N_("Those that ended, too."))
@option("--date", metavar="DATE", type=Day(), help=N_("Count days up to then; default: today."))
@sheet_options
@known_option
@archive_option
@common_options
@click.pass_context
def list_(context: click.Context, /, state: str, role: str, **given: Any) -> int:
    """List what waits."""
    from diming.files.applications_in import id_meant
    from diming.handbook.procedure import load_procedure
    from diming.present.application_text import waiting_sheet
    from diming.services.applications import applications, waiting
    from diming.services.beliefs import revision_meant, today

    procedure = load_procedure()
    wanted = _meant(procedure.states, state, "--state", id_meant)
    whom = _meant(procedure.roles, role, "--waiting-for", id_meant)
    day = given["date"] or today()
    with opened(context) as store:
        number = revision_meant(store, given["known"]).number
        found = applications(store.gazetteer(number))
    rows = [
        w for w in waiting(found, procedure, day)
        if (w.state.id == wanted if wanted else given["all_"] or not w.state.ends(w.standing.act))
        and (not whom or whom in [r.id for r in w.roles])
        and (given["over_days"] is None or w.days > given["over_days"])
        and (not given["overdue"] or (w.overdue_days or 0) > 0)
    ]  # fmt: skip
    deliver_sheet(
        context,
        waiting_sheet(rows, procedure, day),
        given["format_"],
        given["output"],
        empty=N_("no application waits"),
    )
    return CLEAN


@click.command(
    name="show", cls=LocalCommand, help=N_("Show application ID with all that it says and all its "
                                           "steps.")
)  # fmt: skip
@click.argument("matter", metavar="ID")
@text_or_json
@known_option
@archive_option
@common_options
@click.pass_context
def show(context: click.Context, /, matter: str, format_: str, known: str | None) -> int:
    """Show an application."""
    from diming.handbook.procedure import load_procedure
    from diming.present.application_text import application_json, application_text
    from diming.services.applications import application
    from diming.services.beliefs import revision_meant

    procedure = load_procedure()
    with opened(context) as store:
        number = revision_meant(store, known).number
        found = application(store.gazetteer(number), matter)
    if format_ == "json":
        deliver(application_json(found, procedure), None, utf8=True)
    else:
        text = application_text(found, procedure, session_of(context).lang)
        deliver(text, None, utf8=False)
    return CLEAN


def _meant(words: Any, text: str, name: str, id_meant: Any) -> str:
    if not text:
        return ""
    found: str | None = id_meant(words.values(), text.replace("-", "_"))
    if found is None:
        raise UsageError(
            "{option}: “{value}” is not one of: {choices}",
            option=name, value=text, choices=list(words),
        )  # fmt: skip
    return found
