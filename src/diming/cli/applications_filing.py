"""``diming names applications apply`` and ``advance``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from diming.cli.archives import author_of, opened
from diming.cli.asking import deliver
from diming.cli.failures import CLEAN, CONFLICT
from diming.cli.help import LocalCommand
from diming.cli.options import Day, archive_option, common_options, option, text_or_json
from diming.cli.registers import who_options
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_

if TYPE_CHECKING:
    import datetime

    from diming.handbook.procedure import Procedure
    from diming.services.applications import Draft, Outcome


_BY = option("--by", metavar="WHO", default="", help=N_("Who takes the step."))
_ROLE = option(
    "--role", metavar="ROLE", default="",
    help=N_("As what, where the name does not tell: township, builder, department…"),
)  # fmt: skip
_DATE = option("--date", metavar="DATE", type=Day(), help=N_("When it was taken; default: today."))
_DOCUMENT = option(
    "--document", "documents", metavar="NAME[=NUMBER]", multiple=True,
    help=N_("A document handed in, e.g. 批复=渝府〔2026〕1号. Repeatable."),
)  # fmt: skip
_SET = option(
    "--set", "facts", metavar="FIELD=TEXT", multiple=True,
    help=N_("Anything else that is said, e.g. size=1.2km. Repeatable."),
)  # fmt: skip


@click.command(
    name="apply",
    cls=LocalCommand,
    help=N_(
        "File an application by options, or all of a table FILE (CSV, XLSX, JSON, TOML) as one "
        "revision. One that lacks something is refused with what is missing; then nothing is "
        "written, unless --keep-going.\n\n"
        "Example: diming names applications apply --act new --class street --name 磁正街 "
        "--within 沙坪坝区 --by 某某公司 --document 申请书 --set reason=… --set location=…\n\n"
        "Exit codes: 0 filed, 3 a file cannot be read, 4 refused."
    ),
)
@click.argument("file", metavar="[FILE]", required=False)
@option("--act", metavar="ACT", default="", help=N_("new, rename or abolish."))
@option(
    "--class",
    "class_",
    metavar="CLASS",
    default="",
    help=N_("Class of the place: nature, settlement, street, park, housing…"),
)
@option("--name", metavar="NAME", default="", help=N_("The proposed name."))
@option("--romanisation", metavar="TEXT", default="", help=N_("Its spelling in letters."))
@option("--place", metavar="ID", default="", help=N_("The place, if it has a name already."))
@option("--within", metavar="UNIT", default="", help=N_("The unit it lies in."))
@option("--lon", metavar="DEGREES", default="", help=N_("Longitude."))
@option("--lat", metavar="DEGREES", default="", help=N_("Latitude."))
@_BY
@_ROLE
@_DATE
@_DOCUMENT
@_SET
@option("--keep-going", is_flag=True, help=N_("File those that fit though others do not."))
@text_or_json
@who_options
@archive_option
@common_options
@click.pass_context
def apply_(context: click.Context, /, file: str | None, **given: Any) -> int:
    """File applications."""
    from diming.files.applications_in import fields, read_applications, refuse_bad
    from diming.handbook.procedure import load_procedure
    from diming.services.applications import apply

    procedure = load_procedure()
    if file is not None and (given["name"] or given["act"]):
        raise UsageError("give a FILE or the options of one application, not both")
    if file is None:
        if not given["act"]:
            raise UsageError("say what is applied for: --act new, rename or abolish, or a FILE")
        cells = {k: given[k] for k in ("act", "name", "romanisation", "place", "within", "by",
                                       "role", "lon", "lat")}  # fmt: skip
        cells |= {"class": given["class_"], "documents": list(given["documents"]), **_pairs(given)}
        said = fields(cells, procedure)
        refuse_bad(said, "--lon, --lat")
        drafts = [_draft(said, given["date"], "")]
    else:
        drafts = []
        for row, said in read_applications(file, procedure):
            source = f"{file}:{row.number}"
            refuse_bad(said, source)
            said.update({k: v for k, v in row.rest.items() if v not in ("", None)})
            drafts.append(_draft(said, given["date"], source))
    with opened(context, readonly=False) as store:
        outcome = apply(
            store, drafts, author=author_of(given["author"]), dry_run=given["dry_run"],
            reason=given["reason"] or "apply " + (file or given["name"]),
            keep_going=given["keep_going"], procedure=procedure,
        )  # fmt: skip
    return _tell(context, outcome, procedure, given)


@click.command(
    name="advance",
    cls=LocalCommand,
    help=N_(
        "Take the next step of application ID: it then stands at STATE (accepted, returned, "
        "assessed, approved, rejected, filed, announced, in_database, signed, withdrawn). A step "
        "that lacks something is refused with what is missing. At in_database the name becomes "
        "the standard name of a place, and the former one ends.\n\n"
        "Example: diming names applications advance A2026-0001 approved --by 渝中区人民政府 "
        "--document 批复=渝中府〔2026〕3号 --set approval_number=渝中府〔2026〕3号\n\n"
        "Exit codes: 0 taken, 2 no such application, 4 refused."
    ),
)
@click.argument("matter", metavar="ID")
@click.argument("state", metavar="STATE")
@_BY
@_ROLE
@_DATE
@_DOCUMENT
@_SET
@option("--note", metavar="TEXT", default="", help=N_("Why, or what is to be mended."))
@text_or_json
@who_options
@archive_option
@common_options
@click.pass_context
def advance_(context: click.Context, /, matter: str, state: str, **given: Any) -> int:
    """Take a step."""
    from diming.files.applications_in import document, id_meant
    from diming.handbook.procedure import load_procedure
    from diming.rules.steps import Move
    from diming.services.applications import advance
    from diming.services.beliefs import today

    procedure = load_procedure()
    facts = _pairs(given)
    if given["note"]:
        facts["note"] = given["note"]
    move = Move(
        to=id_meant(procedure.states.values(), state.replace("-", "_")) or state,
        day=given["date"] or today(), by=given["by"],
        role=id_meant(procedure.roles.values(), given["role"]) or given["role"],
        documents=dict(document(d, procedure) for d in given["documents"]), facts=facts,
    )  # fmt: skip
    with opened(context, readonly=False) as store:
        outcome = advance(
            store, matter, move, author=author_of(given["author"]), dry_run=given["dry_run"],
            reason=given["reason"] or f"{matter} {state}", procedure=procedure,
        )  # fmt: skip
    return _tell(context, outcome, procedure, given)


def _draft(said: dict[str, Any], day: datetime.date | None, source: str) -> Draft:
    from diming.rules.steps import Move
    from diming.services.applications import Draft
    from diming.services.beliefs import today

    apart = {k: said.pop(k, "") for k in ("by", "role", "day", "documents", "place", "bad")}
    move = Move(
        to="applied", day=apart["day"] or day or today(), by=str(apart["by"]),
        role=str(apart["role"]), documents=apart["documents"] or {}, facts=said,
    )  # fmt: skip
    return Draft(move, str(apart["place"]), source)


def _pairs(given: dict[str, Any]) -> dict[str, Any]:
    """Read ``FIELD=TEXT``, the field by its key or heading."""
    from diming.files.applications_in import HEADINGS
    from diming.handbook.procedure import load_procedure

    known = {h: key for key, names in HEADINGS.items() for h in (key, *names)}
    known |= {t: f.id for f in load_procedure().facts.values() for t in (f.id, f.zh, f.en)}
    pairs = {}
    for text in given["facts"]:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise UsageError("--set takes FIELD=TEXT, not “{value}”", value=text)
        pairs[known.get(name.strip(), name.strip())] = value.strip()
    return pairs


def _tell(
    context: click.Context, outcome: Outcome, procedure: Procedure, given: dict[str, Any]
) -> int:
    from diming.present.application_text import outcome_json, outcome_text

    lang = session_of(context).lang
    if given["format_"] == "json":
        deliver(outcome_json(outcome, lang), None, utf8=True)
    else:
        deliver(outcome_text(outcome, procedure, lang, dry_run=given["dry_run"]), None, utf8=False)
    return CONFLICT if outcome.refused else CLEAN
