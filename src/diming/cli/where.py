"""``diming where``: the units at a place on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from diming.cli.archives import opened
from diming.cli.asking import chosen_format, deliver, prepare
from diming.cli.failures import CLEAN, FINDINGS
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Day,
    Word,
    archive_option,
    common_options,
    known_option,
    option,
)
from diming.cli.session import session_of
from diming.cli.streams import tell
from diming.errors import UsageError
from diming.present.language import N_, P_, fill, say
from diming.present.plain import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORMATS = ("text", "json", "csv")


@click.command(
    cls=LocalCommand,
    # A longitude may be negative.
    context_settings={"ignore_unknown_options": True},
    help=N_(
        "Give the chain of units at longitude LON, latitude LAT (WGS 84, degrees) on a day, "
        "and the acts since that touched the smallest of them and its successors.\n\n"
        "With --points, do so for every row of a CSV with columns lon, lat and, if it has one, "
        "date (经度, 纬度, 日期): each row comes back with the codes and names of all levels. "
        "Exit code 1: some rows could not be read; they come back and say why."
    ),
)
@click.argument("place", metavar="[LON LAT]", nargs=-1)
@option("--date", metavar="DATE", type=Day(), help=N_("The day to ask about; default: today."))
@known_option
@option("--points", metavar="FILE", help=N_("Ask for every row of this CSV."))
@option(
    "--format",
    "format_",
    metavar="NAME",
    type=Word(FORMATS),
    help=N_("text, json or csv; default: by the suffix of --output, else text (points: csv)."),
)
@option("--output", metavar="FILE", help=N_("Write there, not to stdout."))
@archive_option
@common_options
@click.pass_context
def where(
    context: click.Context, /, place: tuple[str, ...], format_: str | None, **given: Any
) -> int:
    """Show the units at one place, or at many."""
    points = given["points"]
    if points is not None and place:
        raise UsageError("give LON LAT or --points, not both")
    if points == "":
        raise UsageError("{option} is empty; give a value, or leave it out", option="--points")
    output = prepare(context, given["output"], [points] if points else [])
    if points is not None:
        return _many(context, points, format_, output, given)
    lon, lat = _place(place)
    lang = session_of(context).lang
    chosen = chosen_format(format_, output, FORMATS)
    from diming.services import asking

    with opened(context) as store:
        found = asking.where(store, lon, lat, given["date"], given["known"])
    if chosen == "json":
        from diming.present.answer_json import where_json

        deliver(where_json(found, lang), output, utf8=True)
    elif chosen == "csv":
        from diming.present.answer_csv import where_csv

        deliver(where_csv(found), output, utf8=True)
    else:
        from diming.present.answer_text import where_text

        deliver(where_text(found, lang), output, utf8=False)
    return CLEAN


def _place(given: Sequence[str]) -> tuple[float, float]:
    """Read LON LAT, which may have a comma between."""
    texts = [t for part in given for t in part.replace("，", ",").split(",") if t.strip()]
    option_like = next((t for t in texts if t.startswith("--")), None)
    if option_like is not None:
        raise click.NoSuchOption(option_like)
    if len(texts) != 2:
        raise UsageError(
            "say where: LON LAT in degrees, longitude first, or --points FILE (got: {values})",
            values=texts or "–",
        )
    try:
        return float(texts[0]), float(texts[1])
    except ValueError:
        raise UsageError(
            "{lon}, {lat} is no longitude and latitude in degrees (longitude comes first)",
            lon=texts[0], lat=texts[1],
        ) from None  # fmt: skip


def _many(
    context: click.Context,
    path: str,
    format_: str | None,
    output: str | None,
    given: Mapping[str, Any],
) -> int:
    import numpy as np

    from diming.files.points import read_points
    from diming.services.locating import is_on_earth, where_many

    session = session_of(context)
    chosen = chosen_format(format_, output, ("csv", "json"))
    if chosen == "text":
        raise UsageError("many points are given as csv or json; leave --format out, or name one")
    with opened(context) as store:
        points = read_points(path, on_earth=is_on_earth(store))
        good = [p for p in points.rows if p.problem is None]
        found = where_many(
            store,
            np.array([(p.lon, p.lat) for p in good], dtype=np.float64).reshape(-1, 2),
            np.array([p.day.toordinal() if p.day else 0 for p in good], dtype=np.int64),
            given["date"],
            given["known"],
        )
    place = {p.row: n for n, p in enumerate(good)}
    rows: list[dict[str, Any]] = [
        {
            "row": p.row,
            "given": p.cells,
            "at": place.get(p.row),
            "problem": p.problem and fill(
                p.problem, session.lang, {k: plain(v) for k, v in p.facts}
            ),
        }
        for p in points.rows
    ]  # fmt: skip
    if chosen == "json":
        from diming.present.answer_json import where_many_json

        deliver(where_many_json(found, rows), output, utf8=True)
    else:
        from diming.present.answer_csv import where_many_csv

        deliver(where_many_csv(found, points.columns, rows, session.lang), output, utf8=True)
    bad = [r for r in rows if r["problem"]]
    if bad and not session.quiet:
        _tell_bad(bad, session.lang)
    return FINDINGS if bad else CLEAN


#: Bad rows told one by one.
_MOST_TOLD = 10


def _tell_bad(bad: Sequence[Mapping[str, Any]], lang: str) -> None:
    for row in bad[:_MOST_TOLD]:
        tell(say(N_("row {row}: {problem}"), lang, row=row["row"], problem=row["problem"]))
    if len(bad) > _MOST_TOLD:
        more = P_("{more_count} more row could not be read", "{more_count} more rows could not be "
                  "read", "more_count")  # fmt: skip
        tell(fill(more, lang, {"more_count": len(bad) - _MOST_TOLD}))
