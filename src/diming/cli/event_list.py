"""``diming event list``: the acts an archive holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from diming.cli.archives import opened
from diming.cli.asking import deliver
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Day,
    Word,
    archive_option,
    common_options,
    known_option,
    option,
    text_or_json,
)
from diming.cli.session import session_of
from diming.model.event import EventType
from diming.present.language import N_

if TYPE_CHECKING:
    import datetime

    from diming.model.changeset import Applied


@click.command(
    name="list",
    cls=LocalCommand,
    help=N_("List acts by date.\n\nExample: diming event list --from 2011-01-01 --type merge"),
)
@option("--from", "begin", metavar="DATE", type=Day(), help=N_("Only acts from that day on."))
@option("--to", "end", metavar="DATE", type=Day(), help=N_("Only acts up to that day."))
@option(
    "--type", "kind", metavar="TYPE", type=Word(tuple(EventType)),
    help=N_("Only acts of a type, e.g. merge."),
)  # fmt: skip
@option("--unit", metavar="UNIT", help=N_("Only acts that concern a unit: id, code or name."))
@text_or_json
@known_option
@archive_option
@common_options
@click.pass_context
def list_(
    context: click.Context, /, begin: datetime.date | None, end: datetime.date | None,
    kind: str | None, unit: str | None, format_: str, known: str | None,
) -> int:  # fmt: skip
    """List acts."""
    from diming.history.reference import meant
    from diming.services.beliefs import revision_meant

    lang = session_of(context).lang
    with opened(context) as store:
        number = revision_meant(store, known).number
        acts = store.events(number)
        if unit is not None:
            ids = {v.unit_id for v in meant(store.view(number), unit, None)}
            acts = [a for a in acts if ids & _units(a)]
    acts = [
        a for a in acts
        if (begin is None or a.event.date.last >= begin)
        and (end is None or a.event.date.day <= end)
        and kind in (None, str(a.event.type))
    ]  # fmt: skip
    if format_ == "json":
        from diming.present.answer_json import events_json

        deliver(events_json(acts, {}, lang), None, utf8=True)
    else:
        from diming.present.archive_text import acts_table

        deliver(acts_table(acts, lang), None, utf8=False)
    return CLEAN


def _units(applied: Applied) -> set[str | None]:
    passed = [u for p in applied.passages for u in (p.giver, p.taker)]
    return {*applied.before, *applied.after, *passed} - {None}
