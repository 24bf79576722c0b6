"""Forms written by commands: ours, or a template of the office's own (文书输出)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from diming.cli.asking import prepare
from diming.cli.options import option
from diming.errors import UnreadableInput, UsageError
from diming.present.language import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import click

_SUFFIXES = (".docx", ".xlsx")


def form_options(command: Any) -> Any:
    """Add where a form goes, and whose it is."""
    for add in (
        option("--output", "-o", metavar="FILE", required=True,
               help=N_("Write there: .docx or .xlsx.")),
        option("--template", metavar="FILE",
               help=N_("Fill this form, not ours; its places look like {{{{标准名称}}}}.")),
        option("--blank", is_flag=True,
               help=N_("Write the empty form with its places, to be edited as a template.")),
    ):  # fmt: skip
        command = add(command)
    return command


def write_form(
    context: click.Context, kind: str, each: Sequence[Mapping[str, str]], given: Mapping[str, Any]
) -> None:
    """Write a form, filled, or empty if asked for.

    Raises
    ------
    UsageError
        If the output is of another kind than the template, or of none that can be written.
    """
    from diming.files.writing import write_bytes
    from diming.handbook.forms import load_forms

    template = given["template"]
    target = prepare(context, given["output"], [template] if template else [])
    suffix = Path(target or "").suffix.lower()
    if target is None or suffix not in _SUFFIXES:
        raise UsageError("a form is written as .docx or .xlsx, not as “{output}”",
                         output=given["output"])  # fmt: skip
    if template and Path(template).suffix.lower() != suffix:
        raise UsageError("{form} and {output} must be of one kind", form=template,
                         output=target)  # fmt: skip
    if suffix == ".docx":
        from diming.files.form_docx import blank_docx as blank
        from diming.files.form_docx import filled_docx as filled
    else:
        from diming.files.form_xlsx import blank_xlsx as blank
        from diming.files.form_xlsx import filled_xlsx as filled
    forms = load_forms()
    if kind not in forms:
        raise UsageError("the handbook has no form “{kind}”", kind=kind)
    if template:
        try:
            empty = Path(template).read_bytes()
        except OSError as error:
            raise UnreadableInput(
                "{path}: the file cannot be read ({detail}); check its permissions",
                path=template, detail=error.strerror or str(error),
            ) from error  # fmt: skip
    else:
        empty = blank(forms[kind])
    if not given["blank"]:
        empty = filled(empty, template or f"{kind}{suffix}", each)
    write_bytes(target, empty)
