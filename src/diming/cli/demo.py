"""``diming demo``: check the packaged samples, write pages, say what to open."""

from __future__ import annotations

from pathlib import Path

import click

from diming.cli.help import LocalCommand
from diming.cli.options import common_options
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_, say

TITLES = {
    "real-wards": N_("wards of Cao Bang, Viet Nam, 2025: a real coverage with real defects"),
    "messy-counties": N_("counties of Chongqing, 2016: a messy delivery in offset coordinates"),
    "seam": N_("two neighbouring deliveries in two zones, one 0.4 m off (illustrative)"),
    "townships": N_("townships of Chongqing within their counties (illustrative)"),
}


@click.command(
    cls=LocalCommand,
    help=N_(
        "Check the packaged samples and write one page each to DIR (default: diming-demo). "
        "The pages need no network."
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
    echo(say(N_("Open the pages above in a browser."), session.lang))
