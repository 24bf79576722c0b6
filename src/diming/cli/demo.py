"""``diming demo``: check the packaged samples, write pages, say what to open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from diming.cli.help import LocalCommand
from diming.cli.options import common_options
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_, say

if TYPE_CHECKING:
    from diming.cli.session import Session

#: Where the archive is, within the folder.
ARCHIVE = "chongqing.gpkg"

TITLES = {
    "real-wards": N_("wards of Cao Bang, Viet Nam, 2025: a real coverage with real defects"),
    "messy-counties": N_("counties of Chongqing, 2016: a messy delivery in offset coordinates"),
    "seam": N_("two neighbouring deliveries in two zones, one 0.4 m off (illustrative)"),
    "townships": N_("townships of Chongqing within their counties (illustrative)"),
    "archive": N_("archive of Chongqing: lists of 2022, acts of 1992 to 2025, county shapes"),
    "changes": N_("what changed of counties between 2010 and 2025, on a map"),
}


@click.command(
    cls=LocalCommand,
    help=N_(
        "Check the packaged samples and write one page each to DIR (default: diming-demo); build "
        "an archive of Chongqing there from lists, acts and shapes, check it, and draw what "
        "changed. The pages need no network."
    ),
)
@click.argument("folder", metavar="[DIR]", required=False, default="diming-demo")
@common_options
@click.pass_context
def demo(context: click.Context, /, folder: str) -> None:
    """Check the samples; findings are what they are there for, so the exit code is 0."""
    from diming.cli.output import echo, write_file
    from diming.cli.progress import Progress
    from diming.present.page import render_page
    from diming.present.text import summary_line
    from diming.services.check import check_files
    from diming.services.demo import shows

    session = session_of(context)
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            "the folder {folder} cannot be made ({detail}); name another",
            folder=folder, detail=error.strerror or str(error),
        ) from None  # fmt: skip
    with Progress(session.lang, quiet=session.quiet) as progress:
        for show in shows(place):
            report = check_files(
                show.inputs, parents=show.parents, backdrop=True, progress=progress
            )
            page = place / show.page
            write_file(str(page), render_page(report, session.lang))
            command = " ".join(
                ["diming check", *show.inputs, *(f"--parents {p}" for p in show.parents)]
            )
            echo(f"{say(TITLES[show.title], session.lang)}\n  {command}")
            echo(f"  {summary_line(report, session.lang)}")
            echo(f"  → {page.resolve()}\n")
        _archive(place, session)
    echo(say(N_("Open the pages above in a browser."), session.lang))


def _archive(place: Path, session: Session) -> None:
    """Build the archive, and write what its check finds and what changed."""
    from diming.cli.lean import import_pyogrio
    from diming.cli.output import echo, write_file
    from diming.present.diff_page import render_diff
    from diming.present.page import render_page
    from diming.present.text import summary_line
    from diming.samples import sample
    from diming.services.demo_archive import EARLIER, KNOWN, LATER, build_archive

    import_pyogrio()
    lang = session.lang
    archive = place / ARCHIVE
    shown = build_archive(archive)
    pages = {
        "archive.html": render_page(shown.report, lang),
        "changes.html": render_diff(shown.difference, lang),
    }
    for name, page in pages.items():
        write_file(str(place / name), page)
    ask = f"--archive {archive}"
    echo(say(TITLES["archive"], lang))
    echo(f"  diming {ask} check --exceptions {sample(KNOWN)}")
    echo(f"  {summary_line(shown.report, lang)}")
    echo(f"  → {(place / 'archive.html').resolve()}\n")
    echo(say(TITLES["changes"], lang))
    echo(f"  diming {ask} diff {EARLIER} {LATER} --level 3 --output changes.html")
    echo(f"  → {(place / 'changes.html').resolve()}\n")
    echo(say(N_("Ask the archive, or open it in QGIS:"), lang))
    echo(f"  diming {ask} history 500110 --date 2005-01-01")
    echo(f"  diming {ask} where 106.55 29.56 --date 2012-01-01")
    echo(f"  diming {ask} names search cqk")
    echo(f"  diming {ask} names search 龙隐湾 --date 1900-01-01")
    echo(f"  diming {ask} names locate 重庆市渝北区人和街道")
    echo(f"  diming {ask} names check 兴隆镇 --within 奉节县")
    echo(f"  → {archive.resolve()}\n")
