"""``diming names applications notice`` and ``form``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from diming.cli.archives import opened
from diming.cli.failures import CLEAN
from diming.cli.forms import form_options, write_form
from diming.cli.help import LocalCommand
from diming.cli.options import Day, Word, archive_option, common_options, option
from diming.errors import UsageError
from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.rules.steps import Standing


@click.command(
    name="notice",
    cls=LocalCommand,
    help=N_(
        "Write the public notice (公告) of one approved application or several of one kind, as "
        ".docx or .xlsx: standard name, spelling, unit, position, approving body, date.\n\n"
        "Example: diming names applications notice A2026-0001 A2026-0002 -o 公告.docx"
    ),
)
@click.argument("matters", metavar="ID...", nargs=-1)
@option("--by", metavar="WHO", default="", help=N_("Who announces it."))
@option("--date", metavar="DATE", type=Day(), help=N_("When it is announced."))
@form_options
@archive_option
@common_options
@click.pass_context
def notice(context: click.Context, /, matters: tuple[str, ...], **given: Any) -> int:
    """Write a notice."""
    from diming.handbook.procedure import load_procedure
    from diming.services.matter_values import chinese_day, matter_values, refuse_undecided

    procedure = load_procedure()
    found = _found(context, matters, blank=given["blank"])
    acts = {now.act for now in found}
    if len(acts) > 1:
        raise UsageError(
            "one notice is of one kind; these are of several: {acts}", acts=sorted(acts)
        )
    for now in found:
        refuse_undecided(now)
    fixed = {
        "公告机关": given["by"],
        "公告日期": chinese_day(given["date"]) if given["date"] else "",
    }
    said = {k: v for k, v in fixed.items() if v}
    act = acts.pop() if acts else "new"
    kind = "notice" if act == "new" else f"notice-{act}"
    write_form(context, kind, [matter_values(n, procedure, said) for n in found], given)
    return CLEAN


@click.command(
    name="form",
    cls=LocalCommand,
    help=N_(
        "Write the filing form (备案登记表) or the filing report (备案报告) of an application, as "
        ".docx or .xlsx.\n\n"
        "Example: diming names applications form A2026-0001 --kind report -o 备案报告.docx"
    ),
)
@click.argument("matters", metavar="ID", nargs=-1)
@option(
    "--kind",
    metavar="NAME",
    type=Word(("register", "report")),
    default="register",
    help=N_("register (登记表) or report (备案报告); default: register."),
)
@option("--by", metavar="WHO", default="", help=N_("Who files it."))
@option("--to", metavar="WHO", default="", help=N_("With whom it is filed."))
@option("--date", metavar="DATE", type=Day(), help=N_("When it is filed."))
@form_options
@archive_option
@common_options
@click.pass_context
def form(context: click.Context, /, matters: tuple[str, ...], **given: Any) -> int:
    """Write a form."""
    from diming.handbook.procedure import load_procedure
    from diming.services.matter_values import chinese_day, matter_values, refuse_undecided

    procedure = load_procedure()
    if len(matters) > 1:
        raise UsageError("a form is of one application; name one")
    found = _found(context, matters, blank=given["blank"])
    for now in found:
        if given["kind"] == "report":
            refuse_undecided(now)
    fixed = {
        "登记单位": given["by"], "备案机关": given["to"],
        "登记时间": chinese_day(given["date"]) if given["date"] else "",
    }  # fmt: skip
    said = {k: v for k, v in fixed.items() if v}
    write_form(context, given["kind"], [matter_values(n, procedure, said) for n in found], given)
    return CLEAN


def _found(context: click.Context, matters: Sequence[str], *, blank: bool) -> list[Standing]:
    from diming.services.applications import application

    if blank:
        return []
    if not matters:
        raise UsageError("name an application; see «diming names applications list»")
    with opened(context) as store:
        gazetteer = store.gazetteer()
        return [application(gazetteer, m) for m in matters]
