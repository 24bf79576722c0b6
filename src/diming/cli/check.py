"""``diming check``: files in, a report out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diming.cli.failures import CLEAN, FINDINGS
from diming.cli.help import LocalCommand
from diming.cli.options import (
    Count,
    Day,
    Metres,
    Size,
    Word,
    archive_option,
    common_options,
    input_options,
    known_option,
    option,
)
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.model.code import CODE_SYSTEMS
from diming.model.finding import CheckSettings, Severity
from diming.model.rule import RULES
from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.model.finding import Report

DEFAULTS = CheckSettings()

FORMATS = ("text", "json", "csv", "geojson", "html")

#: What can be run or left out; ``seam`` picks the findings between inputs.
CHOICES = (*RULES, "seam")

#: Options of any text, which an unset variable of a script leaves empty.
_TEXTS = ("layer", "crs", "encoding", "parents", "reference", "exceptions", "output", "scheduler")


@click.command(
    cls=LocalCommand,
    help=N_(
        "Check INPUTs as one coverage: files, folders or patterns, of any vector format that "
        "GDAL reads; FILE:LAYER names a layer. Neighbouring offices' deliveries given in one "
        "call are checked along their seams too. Without INPUT, the archive is checked: its "
        "coverage at --date, and its history over all dates.\n\n"
        "Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 the call is malformed, "
        "3 an input cannot be read, 5 something is not installed."
    ),
)
@click.argument("inputs", metavar="INPUT...", nargs=-1)
@input_options
@option(
    "--code-system",
    metavar="NAME",
    type=Word(CODE_SYSTEMS),
    default="auto",
    help=N_("How codes are read: auto, ministry, nbs or none; default: auto."),
)
@option("--date", metavar="DATE", type=Day(), help=N_("Date at which the data held."))
@option(
    "--parents",
    metavar="INPUT",
    multiple=True,
    help=N_("Units of the level above, to check the hierarchy. Repeatable."),
)
@option("--reference", metavar="INPUT", help=N_("Data known to be in the right place."))
@option(
    "--gap-width-m",
    metavar="METRES",
    type=Metres(),
    default=DEFAULTS.gap_width_m,
    help=N_("Voids up to this width are gaps; default: 5."),
)
@option(
    "--tolerance-m",
    metavar="METRES",
    type=Metres(),
    default=DEFAULTS.tolerance_m,
    help=N_("Vertices nearer than this are one vertex; default: 0.001."),
)
@option(
    "--rule",
    "rules",
    metavar="NAME",
    type=Word(CHOICES, many=True),
    multiple=True,
    help=N_("Run these rules only. Repeatable, or joined by commas."),
)
@option(
    "--skip",
    metavar="NAME",
    type=Word(CHOICES, many=True),
    multiple=True,
    help=N_("Leave these rules out. Repeatable, or joined by commas."),
)
@option("--exceptions", metavar="FILE", help=N_("List of accepted findings."))
@option(
    "--fail-on",
    metavar="SEVERITY",
    type=Word(("error", "warning")),
    default="error",
    help=N_("Exit with 1 on findings from this severity on: error or warning; default: error."),
)
@option("--jobs", metavar="N", type=Count(), help=N_("Threads to use; default: one a processor."))
@option(
    "--exact-audit",
    is_flag=True,
    help=N_("Recompute the areas of overlaps and gaps by brute force, and compare; slow."),
)
@option(
    "--memory-limit",
    metavar="SIZE",
    type=Size(),
    help=N_("Stay below this much memory, e.g. 2GB: geometry waits in a temporary file."),
)
@option(
    "--scheduler",
    metavar="ADDRESS",
    help=N_("Work on the Dask cluster of this scheduler, e.g. tcp://host:8786."),
)
@option(
    "--format",
    "format_",
    metavar="NAME",
    type=Word(FORMATS),
    help=N_("text, json, csv, geojson or html; default: by the suffix of --output, else text."),
)
@option("--output", metavar="FILE", help=N_("Write the report there, not to stdout."))
@known_option
@archive_option
@common_options
@click.pass_context
def check(context: click.Context, /, inputs: tuple[str, ...], **given: Any) -> int:
    """Check files as one coverage, and exit with 1 if there are findings."""
    session = session_of(context)
    if not inputs:
        _refuse_for_archives(context, given)
    for name, values in {"INPUT": inputs, **{f"--{k}": given[k] for k in _TEXTS}}.items():
        if "" in (values if isinstance(values, tuple) else (values,)):
            raise UsageError("{option} is empty; give a value, or leave it out", option=name)
    output = None if given["output"] in (None, "-") else given["output"]
    chosen = given["format_"] or _format_of(output)
    others = [*given["parents"], *filter(None, (given["reference"], given["exceptions"]))]
    if output is not None:
        from diming.cli.output import check_output

        check_output(output, [*inputs, *others])

    if inputs:
        report = _run(inputs, given, chosen, session.lang, session.quiet)
    else:
        report = _run_on_archive(context, given, chosen)
    text = _render(report, chosen, session.lang, to_terminal=output is None)
    _deliver(text, chosen, output, report)
    return FINDINGS if report.fails(Severity(given["fail_on"])) else CLEAN


#: What says how files are read; an archive needs none of it.
_FOR_FILES = (
    "layer", "fields", "crs", "encoding", "parents", "reference", "memory_limit", "scheduler",
)  # fmt: skip


def _refuse_for_archives(context: click.Context, given: dict[str, Any]) -> None:
    """Refuse a call without inputs where there is no archive either, or options are for files."""
    from diming.cli.archives import DEFAULT_ARCHIVE

    session = session_of(context)
    if session.archive is None and not Path(DEFAULT_ARCHIVE).exists():
        raise UsageError(
            "no INPUT was given, and there is no archive {archive} here: name the files to check, "
            "or the archive with --archive",
            archive=DEFAULT_ARCHIVE,
        )
    for name in _FOR_FILES:
        if given[name]:
            option = "--field" if name == "fields" else f"--{name.replace('_', '-')}"
            raise UsageError(
                "{option} is for files; an archive is checked without it", option=option
            )


def _run_on_archive(context: click.Context, given: dict[str, Any], chosen: str) -> Report:
    from diming.cli.archives import opened
    from diming.cli.lean import import_pyogrio
    from diming.cli.progress import Progress
    from diming.services.beliefs import revision_meant
    from diming.services.check_archive import check_archive

    import_pyogrio()
    session = session_of(context)
    with opened(context) as store, Progress(session.lang, quiet=session.quiet) as progress:
        report: Report = check_archive(
            store,
            settings=_settings(given),
            known=revision_meant(store, given["known"]).number,
            exceptions=given["exceptions"],
            jobs=given["jobs"],
            exact_audit=given["exact_audit"],
            backdrop=chosen == "html",
            progress=progress,
        )
        return report


def _run(
    inputs: Sequence[str], given: dict[str, Any], chosen: str, lang: str, quiet: bool
) -> Report:
    from diming.cli.interrupt import Interrupts
    from diming.cli.lean import import_pyogrio
    from diming.cli.progress import Progress
    from diming.files.delivery import ReadOptions
    from diming.services.check import check_files

    import_pyogrio()
    settings = _settings(given)
    read = ReadOptions(
        layer=given["layer"],
        fields=dict(given["fields"]),
        encoding=given["encoding"],
    )
    with Progress(lang, quiet=quiet) as progress, Interrupts() as interrupts:

        def step(stage: str, done: int, total: int) -> None:
            interrupts.check()
            progress(stage, done, total)

        report: Report = check_files(
            inputs,
            settings=settings,
            read=read,
            parents=given["parents"],
            reference=given["reference"],
            exceptions=given["exceptions"],
            jobs=given["jobs"],
            memory_limit_bytes=given["memory_limit"],
            scheduler=given["scheduler"],
            exact_audit=given["exact_audit"],
            crs=given["crs"],
            backdrop=chosen == "html",
            progress=step,
        )
        return report


def _settings(given: dict[str, Any]) -> CheckSettings:
    rules = tuple(name for names in given["rules"] for name in names)
    return CheckSettings(
        gap_width_m=given["gap_width_m"],
        tolerance_m=given["tolerance_m"],
        code_system=given["code_system"],
        date=given["date"],
        rules=rules or None,
        skip=tuple(name for names in given["skip"] for name in names),
    )


def _format_of(output: str | None) -> str:
    """Return the format that an output's suffix names, else text."""
    suffix = Path(output).suffix.lower().removeprefix(".") if output else ""
    return suffix if suffix in FORMATS else "html" if suffix == "htm" else "text"


def _render(report: Report, chosen: str, lang: str, *, to_terminal: bool) -> str:
    # Each format is imported only when asked for: the command must start fast.
    match chosen:
        case "json":
            from diming.present.report_json import to_json

            return to_json(report, lang)
        case "csv":
            from diming.present.report_csv import to_csv

            return to_csv(report, lang)
        case "geojson":
            from diming.present.report_geojson import to_geojson

            return to_geojson(report, lang)
        case "html":
            from diming.present.page import render_page

            page: str = render_page(report, lang)
            return page
        case _:
            from diming.present.text import render_text

            return render_text(report, lang, color=to_terminal and _wants_color())


def _wants_color() -> bool:
    import os

    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _deliver(text: str, chosen: str, output: str | None, report: Report) -> None:
    from diming.cli.output import refuse_input, write_file, write_stdout

    if output is None:
        write_stdout(text, utf8=chosen != "text")
        return
    # Folders and patterns are known file by file only now.
    refuse_input(output, [record.path for record in report.inputs])
    write_file(output, text)
