"""``diming infer``: propose the acts between two snapshots."""

from __future__ import annotations

from typing import Any

import click

from diming.cli.asking import deliver
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Day,
    Metres,
    Word,
    common_options,
    input_options,
    option,
    text_or_json,
)
from diming.cli.session import session_of
from diming.present.language import N_


@click.command(
    cls=LocalCommand,
    help=N_(
        "Propose the acts that explain the difference between two snapshots, OLD and NEW, with "
        "shares of area and a confidence. Digitising noise is told from territory. Nothing is "
        "changed: --output writes a file for «diming event record», with doubtful acts marked "
        "for a person to decide.\n\n"
        "Example: diming infer 2024.gpkg 2026.gpkg --date 2025-11-06 --output acts.json"
    ),
)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@option("--date", metavar="DATE", help=N_("When it took effect: a day, month or year."))
@option(
    "--old-date", metavar="DATE", type=Day(),
    help=N_("Of a dated OLD, the day whose versions are meant."),
)  # fmt: skip
@option(
    "--tolerance-m", metavar="METRES", type=Metres(),
    help=N_("Pieces no wider are no territory; default: told by the snapshots themselves."),
)  # fmt: skip
@input_options
@option(
    "--code-system", metavar="NAME", type=Word(("ministry", "nbs")), default="ministry",
    help=N_("Whose the codes are: ministry or nbs; default: ministry."),
)  # fmt: skip
@option("--document", metavar="TEXT", default="", help=N_("Document it rests on."))
@option("--output", metavar="FILE", help=N_("Write the acts there: .json, or .csv."))
@text_or_json
@common_options
@click.pass_context
def infer(context: click.Context, /, old: str, new: str, **given: Any) -> int:
    """Propose acts."""
    from diming.cli.lean import import_pyogrio
    from diming.cli.output import check_output
    from diming.present.inference_text import inference_json, inference_text
    from diming.services.inference import infer_files
    from diming.services.proposing import as_events, write_proposals

    import_pyogrio()
    if given["output"]:
        check_output(given["output"], [old, new])
    found = infer_files(
        old, new, date=given["date"], old_date=given["old_date"], crs=given["crs"],
        fields=dict(given["fields"]), layer=given["layer"], encoding=given["encoding"],
        tolerance_m=given["tolerance_m"], code_system=given["code_system"],
        document=given["document"],
    )  # fmt: skip
    events = as_events(found.inference)
    if given["output"]:
        write_proposals(given["output"], found)
    lang = session_of(context).lang
    if given["format_"] == "json":
        deliver(inference_json(found.inference, events, lang), None, utf8=True)
    else:
        deliver(inference_text(found.inference, lang, given["output"]), None, utf8=False)
    return CLEAN
