"""``diming names export``: write places and names to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from diming.cli.archives import opened
from diming.cli.asking import prepare
from diming.cli.failures import CLEAN
from diming.cli.help import LocalCommand
from diming.cli.options import archive_option, common_options, known_option, option
from diming.cli.places import choice_of, choice_options
from diming.cli.session import session_of
from diming.cli.streams import tell
from diming.errors import UsageError
from diming.present.language import N_, P_, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from diming.model.place import PlaceRecord
    from diming.store.protocol import Store


@click.command(
    name="export",
    cls=LocalCommand,
    help=N_(
        "Write places with all their names to FILE: CSV, XLSX, GeoPackage, GeoParquet, Linked "
        "Places (JSON-LD) or a table as GeoNames has it, by the suffix or --format. It is said "
        "what the format cannot hold.\n\n"
        "Example: diming names export names.xlsx --within 沙坪坝区"
    ),
)
@click.argument("file", metavar="FILE")
@option(
    "--format", "format_", metavar="NAME",
    help=N_("csv, xlsx, gpkg, geoparquet, linked-places or geonames; default: by the suffix."),
)  # fmt: skip
@choice_options
@known_option
@archive_option
@common_options
@click.pass_context
def export(context: click.Context, /, file: str, **given: Any) -> int:
    """Write places."""
    from diming.files.names_out import format_of, write_places

    output = prepare(context, file, name="FILE")
    if output is None:
        raise UsageError("name a FILE to write to; places are not written to stdout")
    session = session_of(context)
    chosen = format_of(output, given["format_"])
    with opened(context) as store:
        parents: dict[str, Sequence[str]] = {}
        count = write_places(
            _records(store, given, parents), output, format_name=chosen.id, parents=parents
        )
    if not session.quiet:
        written = P_(
            "{path}: {places_count} place written as {format}",
            "{path}: {places_count} places written as {format}",
            "places_count",
        )
        tell(say(written, session.lang, path=output, places_count=count, format=chosen.id))
        if chosen.lost:
            tell(
                say(N_("{format} cannot hold: {fields}"), session.lang, format=chosen.id,
                    fields=", ".join(chosen.lost))
            )  # fmt: skip
    return CLEAN


def _records(
    store: Store, given: Mapping[str, Any], parents: dict[str, Sequence[str]]
) -> Iterator[PlaceRecord]:
    """Yield records, and put down in passing what each lies in."""
    from diming.services.gazetteer import records

    for record, lying in records(store, choice_of(given), given["known"]):
        parents[record.place.place_id] = [v.name or v.any_code for v in lying.units]
        yield record
