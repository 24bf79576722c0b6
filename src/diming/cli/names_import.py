"""``diming names import``: take in places and names from files."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from diming.cli.archives import author_of, opened, writing_options
from diming.cli.asking import chosen_format, deliver, prepare
from diming.cli.failures import CLEAN, FINDINGS
from diming.cli.help import LocalCommand
from diming.cli.options import Day, Metres, Word, archive_option, common_options, option
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.files.place_delivery import PlaceDelivery
    from diming.model.intake import TakenRow

FORMATS = ("text", "json", "csv")


@click.command(
    name="import",
    cls=LocalCommand,
    help=N_(
        "Take in places and names from FILEs: office tables (CSV, XLSX), GeoPackage, Shapefile, "
        "GeoNames, Linked Places (TSV, JSON-LD), historical tables. Columns are recognised by "
        "their headers; a row is a place the archive knows, a unit, or new. All is one "
        "revision.\n\n"
        "Rows that cannot be taken, or are at odds with what is known, are not written; "
        "--refused gives them back with the reason in a column.\n\n"
        "Example: diming names import names.xlsx --date 2024-12-31 --dry-run\n\n"
        "Exit codes: 0 all taken, 1 some rows are returned, 3 a file cannot be read, 4 somebody "
        "else is writing."
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1)
@option(
    "--date",
    metavar="DATE",
    type=Day(),
    help=N_("The day the files speak of, by which their units are meant; default: today."),
)
@option("--dry-run", is_flag=True, help=N_("Say what would become of each row; write nothing."))
@option(
    "--refused",
    metavar="FILE",
    help=N_("Write the returned rows there (CSV, XLSX), each with its reason."),
)
@option(
    "--mapping",
    metavar="FILE",
    help=N_("Which column is what: a file (TOML) saved by --save-mapping."),
)
@option(
    "--save-mapping",
    metavar="FILE",
    help=N_("Write the mapping that was recognised there, to be edited; take nothing in."),
)
@option(
    "--source",
    metavar="NAME",
    help=N_("What to call where this comes from; default: the name of the file."),
)
@option(
    "--within",
    metavar="UNIT",
    help=N_("The unit that places lie in which do not say so: id, code or name."),
)
@option(
    "--code-system",
    metavar="SYSTEM",
    type=Word(("auto", "ministry", "nbs")),
    default="auto",
    help=N_("Whose division codes: auto, ministry or nbs; default: auto."),
)
@option("--layer", metavar="NAME", help=N_("Layer or sheet to read, where a file has several."))
@option("--crs", metavar="CRS", help=N_("Coordinate system, where the file does not say it."))
@option(
    "--datum",
    metavar="NAME",
    type=Word(("gcj-02", "bd-09")),
    help=N_("gcj-02 or bd-09: positions are displaced; names are taken, positions are not."),
)
@option(
    "--same-place-m",
    metavar="METRES",
    type=Metres(),
    default=2_000.0,
    help=N_("Places of one name are one only if no farther apart; default: 2000."),
)
@option(
    "--format",
    "format_",
    metavar="NAME",
    type=Word(FORMATS),
    help=N_("text, json or csv (each row); default: by the suffix of --output, else text."),
)
@option("--output", metavar="FILE", help=N_("Write there, not to stdout."))
@writing_options
@archive_option
@common_options
@click.pass_context
def import_(context: click.Context, /, files: tuple[str, ...], **given: Any) -> int:
    """Take in places."""
    if not files:
        raise UsageError(
            "no FILE was given: name a file of places (see diming names import --help)"
        )
    inputs = [*files, *([given["mapping"]] if given["mapping"] else [])]
    output = prepare(context, given["output"], inputs)
    refused = prepare(context, given["refused"], inputs, name="--refused")
    if refused is not None:
        from diming.files.names_refused import check_refused

        check_refused(refused)
    saved = prepare(context, given["save_mapping"], inputs, name="--save-mapping")
    _refuse_twice({"--output": output, "--refused": refused, "--save-mapping": saved})
    deliveries = [_read(path, given) for path in files]
    if saved is not None:
        return _save_mapping(deliveries, saved)
    session = session_of(context)
    from diming.cli.progress import Progress
    from diming.services.asking import resolve
    from diming.services.importing import ImportOptions, take_in

    progress = Progress(session.lang, quiet=session.quiet)
    with progress, opened(context, readonly=given["dry_run"]) as store:
        progress("read", 0, 0)
        records = [r for d in deliveries for r in d]
        within = resolve(store.view(), given["within"], given["date"]) if given["within"] else None
        options = ImportOptions(
            day=given["date"], code_system=given["code_system"],
            within_id=None if within is None else within.unit_id,
            same_place_m=given["same_place_m"],
        )  # fmt: skip
        intake = take_in(
            store, records, author=author_of(given["author"]),
            reason=given["reason"] or "import " + ", ".join(files), document=given["document"],
            options=options, dry_run=given["dry_run"], progress=progress,
            give_back=None if refused is None else partial(
                _give_back, refused, deliveries, session.lang
            ),
        )  # fmt: skip
    chosen = chosen_format(given["format_"], output, FORMATS)
    if chosen == "json":
        from diming.present.intake_data import intake_json

        deliver(intake_json(intake, session.lang, dry_run=given["dry_run"]), output, utf8=True)
    elif chosen == "csv":
        from diming.present.intake_data import intake_csv

        deliver(intake_csv(intake, session.lang), output, utf8=True)
    else:
        from diming.present.intake_text import deliveries_text, intake_text

        text = deliveries_text(deliveries, session.lang)
        text += intake_text(intake, session.lang, dry_run=given["dry_run"], refused=refused)
        deliver(text, output, utf8=False)
    return FINDINGS if intake.returned else CLEAN


def _refuse_twice(named: Mapping[str, str | None]) -> None:
    """Refuse two outputs that are one file: the second would take the place of the first."""
    seen: dict[str, str] = {}
    for option_name, path in named.items():
        if path is None:
            continue
        first = seen.setdefault(os.path.realpath(path), option_name)
        if first != option_name:
            raise UsageError(
                "{path}: {first} and {second} name the same file; name two",
                path=path, first=first, second=option_name,
            )  # fmt: skip


def _read(path: str, given: Mapping[str, Any]) -> PlaceDelivery:
    from diming.files.names_in import read_places
    from diming.files.place_delivery import PlaceReading

    return read_places(
        path,
        PlaceReading(
            mapping=given["mapping"], source=given["source"], crs=given["crs"],
            datum=given["datum"], part=given["layer"],
        ),
    )  # fmt: skip


def _save_mapping(deliveries: Sequence[PlaceDelivery], path: str) -> int:
    from diming.files.name_mapping import write_mapping

    if len(deliveries) != 1:
        raise UsageError("--save-mapping takes one FILE; name the others another time")
    write_mapping(path, deliveries[0])
    return CLEAN


def _give_back(
    path: str, deliveries: Sequence[PlaceDelivery], lang: str | None, rows: Sequence[TakenRow]
) -> None:
    from diming.files.names_refused import write_refused
    from diming.present.problems import reasons_text

    columns = list(dict.fromkeys(c for d in deliveries for c in d.columns))
    reasons = [reasons_text(row.reasons, lang) for row in rows]
    parts = {d.part for d in deliveries}
    write_refused(
        path, columns, [row.record for row in rows], reasons,
        sheet=parts.pop() or "" if len(parts) == 1 else "",
    )  # fmt: skip
