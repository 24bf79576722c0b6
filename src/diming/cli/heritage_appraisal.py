"""``diming names heritage appraise`` and ``show``."""

from __future__ import annotations

from typing import Any

import click

from diming.cli.archives import author_of, opened
from diming.cli.asking import deliver
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import archive_option, common_options, known_option, option, text_or_json
from diming.cli.registers import recording_options
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_


@click.command(
    name="appraise",
    cls=LocalCommand,
    help=N_(
        "Appraise NAME by a scheme of the handbook: years that lie far enough back, and scores "
        "from 0 to 100, weighed. The verdict is computed, and kept with all it rests on. Years "
        "before Christ are negative.\n\n"
        "Example: diming names heritage appraise 忠县 --scheme ancient-county --year "
        "unit_since=-221 --year name_since=634 --score history=90 --score culture=85 --score "
        "influence=70"
    ),
)
@click.argument("name", metavar="NAME")
@option(
    "--scheme",
    metavar="SCHEME",
    required=True,
    help=N_("ancient-county, ancient-town, ancient-village, modern, or your own."),
)
@option("--year", "years", metavar="FACT=YEAR", multiple=True, help=N_("A year. Repeatable."))
@option(
    "--break",
    "breaks",
    metavar="FACT=YEARS",
    multiple=True,
    help=N_("For how many years it was broken off. Repeatable."),
)
@option(
    "--score",
    "scores",
    metavar="CRITERION=SCORE",
    multiple=True,
    help=N_("A score from 0 to 100. Repeatable."),
)
@option("--within", metavar="UNIT", default="", help=N_("The unit it lies in."))
@option("--place", metavar="ID", default="", help=N_("The place, if it is in the gazetteer."))
@recording_options
@click.pass_context
def appraise(context: click.Context, /, name: str, **given: Any) -> int:
    """Appraise a name."""
    from diming.present.appraisal_text import appraisal_json, appraisal_text
    from diming.services.beliefs import today
    from diming.services.heritage import appraise as run

    with opened(context, readonly=False) as store:
        found, matter_id, revision = run(
            store, name, given["scheme"], years=_numbers(given["years"], "--year", int),
            scores=_numbers(given["scores"], "--score", float),
            breaks=_numbers(given["breaks"], "--break", int), day=given["date"] or today(),
            within=given["within"], place_id=given["place"] or None,
            author=author_of(given["author"]), reason=given["reason"] or f"appraise {name}",
            dry_run=given["dry_run"],
        )  # fmt: skip
    lang = session_of(context).lang
    if given["format_"] == "json":
        deliver(appraisal_json(found, matter_id, name, revision, lang), None, utf8=True)
    else:
        deliver(appraisal_text(found, matter_id, name, revision, lang), None, utf8=False)
    return CLEAN


@click.command(
    name="show", cls=LocalCommand,
    help=N_("Show listing or appraisal ID with all its steps, or all of a NAME."),
)  # fmt: skip
@click.argument("what", metavar="ID|NAME")
@text_or_json
@known_option
@archive_option
@common_options
@click.pass_context
def show(context: click.Context, /, what: str, format_: str, known: str | None) -> int:
    """Show a listing or an appraisal."""
    from diming.model.entry import Matter
    from diming.present.appraisal_text import entries_json, entries_text
    from diming.services.beliefs import revision_meant

    with opened(context) as store:
        gazetteer = store.gazetteer(revision_meant(store, known).number)
        entries = [*gazetteer.entries(Matter.HERITAGE), *gazetteer.entries(Matter.APPRAISAL)]
    wanted = {e.matter_id for e in entries if what in (e.matter_id, e.said.get("name"))}
    found = [e for e in entries if e.matter_id in wanted]
    if not found:
        raise UsageError("neither a listing nor an appraisal is called “{value}”", value=what)
    if format_ == "json":
        deliver(entries_json(found, "diming.heritage/1"), None, utf8=True)
    else:
        deliver(entries_text(found, session_of(context).lang), None, utf8=False)
    return CLEAN


def _numbers(pairs: tuple[str, ...], name: str, kind: Any) -> dict[str, Any]:
    found = {}
    for text in pairs:
        key, _, value = text.partition("=")
        try:
            found[key.strip()] = kind(value)
        except ValueError:
            raise UsageError(
                "{option} takes NAME=NUMBER, not “{value}”", option=name, value=text
            ) from None
    return found
