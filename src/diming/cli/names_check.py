"""``diming names check``: hold proposed names against the rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diming.cli.asking import chosen_format, deliver, prepare
from diming.cli.failures import CLEAN, FINDINGS
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Day,
    Metres,
    Word,
    archive_option,
    common_options,
    known_option,
    option,
)
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.model.naming import NameClass, Proposal
from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Sequence


FORMATS = ("text", "json", "csv")


@click.command(
    cls=LocalCommand,
    help=N_(
        "Hold the proposed NAMEs against the rules for naming, national and local, and against "
        "the names that stand around: same names and homophones, within what they must be "
        "unique. Each finding cites the article. Only proposals are looked at: names that stand "
        "already are left as they are.\n\n"
        "With --file, do so for every row of a CSV or XLSX (拟命名, 地名类别, 所属政区, 经度, "
        "纬度, 面积, 宽度, 绿地率, 原名). Without an archive, names are compared with counties "
        "of the whole country only.\n\n"
        "Exit codes: 0 nothing at or above --fail-on, 1 findings, or rows that cannot be read."
    ),
)
@click.argument("names", metavar="NAME...", nargs=-1)
@option(
    "--class",
    "name_class",
    metavar="CLASS",
    type=Word(tuple(NameClass)),
    help=N_(
        "What it is to be the name of: county, township, village, street, housing, square, park, "
        "facility, nature or other; default: what the end of the name tells."
    ),
)
@option("--within", metavar="UNIT", help=N_("The unit it is to lie in: code, name or id."))
@option("--at", metavar="LON,LAT", help=N_("Where it is to be, in degrees."))
@option("--area-m2", metavar="AREA", type=Metres(), help=N_("How large it is, in m²."))
@option("--width-m", metavar="METRES", type=Metres(), help=N_("How wide the street is."))
@option("--green-share", metavar="SHARE", type=Metres(), help=N_("Share of green, 0 to 1."))
@option("--instead-of", metavar="UNIT", help=N_("The unit that is to be renamed."))
@option("--file", "file", metavar="FILE", help=N_("Review every row of this CSV or XLSX."))
@option("--date", metavar="DATE", type=Day(), help=N_("The day to ask about; default: today."))
@known_option
@option(
    "--fail-on",
    metavar="SEVERITY",
    type=Word(("error", "warning")),
    default="error",
    help=N_("Exit with 1 on findings from this severity on: error or warning; default: error."),
)
@option(
    "--format",
    "format_",
    metavar="NAME",
    type=Word(FORMATS),
    help=N_("text, json or csv; default: by the suffix of --output, else text."),
)
@option("--output", metavar="FILE", help=N_("Write there, not to stdout."))
@archive_option
@common_options
@click.pass_context
def check(
    context: click.Context, /, names: tuple[str, ...], format_: str | None, **given: Any
) -> int:
    """Review proposed names, and exit with 1 if there are findings."""
    from diming.model.finding import Severity
    from diming.services.reviewing import review

    session = session_of(context)
    file = given["file"]
    for name in ("within", "at", "instead_of", "file"):
        if given[name] == "":
            option_name = "--" + name.replace("_", "-")
            raise UsageError("{option} is empty; give a value, or leave it out", option=option_name)
    if (file is None) == (not names):
        raise UsageError("name the proposed names, or a file of them with --file")
    output = prepare(context, given["output"], [file] if file else [])
    chosen = chosen_format(format_, output, FORMATS)
    proposals = _from_file(file, given) if file is not None else _typed(names, given)
    store = _store(context)
    if store is None:
        reviews = review(None, proposals, day=given["date"])
    else:
        from diming.cli.archives import sound

        with sound(store):
            reviews = review(store, proposals, day=given["date"], known=given["known"])
    bad = [p for p in proposals if p.problem is not None]
    if chosen == "json":
        from diming.present.review_json import reviews_json

        deliver(reviews_json(reviews, bad, session.lang), output, utf8=True)
    elif chosen == "csv":
        from diming.present.review_csv import reviews_csv

        deliver(reviews_csv(reviews, bad, session.lang), output, utf8=True)
    else:
        from diming.present.review_text import reviews_text

        deliver(reviews_text(reviews, bad, session.lang), output, utf8=False)
    threshold = Severity(given["fail_on"])
    fails = any(f.severity.reaches(threshold) for r in reviews for f in r.findings)
    return FINDINGS if fails or bad else CLEAN


def _store(context: click.Context) -> Any:
    """Open the archive; none where nobody named one and none is here."""
    from diming.cli.archives import DEFAULT_ARCHIVE, place_of
    from diming.store.opening import open_store

    session = session_of(context)
    if session.archive is None and not Path(DEFAULT_ARCHIVE).exists():
        return None
    return open_store(place_of(session), readonly=True)


def _typed(names: Sequence[str], given: dict[str, Any]) -> list[Proposal]:
    from diming.files.proposals import proposal_problem
    from diming.model.facts import Facts

    lon, lat = _place(given["at"])
    share = given["green_share"]
    if share is not None and share > 1:
        raise UsageError("{option}: a share is between 0 and 1", option="--green-share")
    found = []
    for name in names:
        if (problem := proposal_problem(name)) is not None:
            raise UsageError(problem[0], **problem[1])
        measures = {m: given[m] for m in ("area_m2", "width_m", "green_share")}
        found.append(
            Proposal(
                name=name,
                name_class=None if given["name_class"] is None else NameClass(given["name_class"]),
                within=given["within"] or "",
                lon=lon,
                lat=lat,
                measures=Facts({k: v for k, v in measures.items() if v is not None}),
                instead_of=given["instead_of"] or "",
            )
        )
    return found


def _from_file(path: str, given: dict[str, Any]) -> list[Proposal]:
    """Read the proposals of a file; options fill what its rows leave open."""
    from dataclasses import replace

    from diming.files.proposals import read_proposals

    for name in ("at", "area_m2", "width_m", "green_share", "instead_of"):
        if given[name] is not None:
            raise UsageError(
                "{option} is for names given on the command line; a file has a column for it",
                option="--" + name.replace("_", "-"),
            )
    _, proposals = read_proposals(path)
    name_class = None if given["name_class"] is None else NameClass(given["name_class"])
    return [
        replace(p, name_class=p.name_class or name_class, within=p.within or given["within"] or "")
        for p in proposals
    ]


def _place(text: str | None) -> tuple[float | None, float | None]:
    if text is None:
        return None, None
    parts = text.replace("，", ",").split(",")
    try:
        lon, lat = (float(p) for p in parts)
    except ValueError:
        raise UsageError("--at: “{value}” is no longitude and latitude such as 106.5,29.6",
                         value=text) from None  # fmt: skip
    from diming.services.asking import check_place

    check_place(lon, lat)
    return lon, lat
