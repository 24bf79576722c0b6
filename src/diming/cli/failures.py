"""One table of exit codes, and one sentence for whatever went wrong."""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING

import click

from diming.cli.streams import silence_stdout, tell
from diming.errors import DimingError
from diming.present.language import N_, say
from diming.present.plain import plain
from diming.present.words import error_text

if TYPE_CHECKING:
    from diming.cli.session import Session

#: Nothing at or above ``--fail-on``.
CLEAN = 0
#: Findings at or above ``--fail-on``.
FINDINGS = 1
#: An act does not fit, or the archive moved on.
CONFLICT = 4
#: The call is malformed. Other errors bring their own code: `DimingError.exit_code`.
USAGE = 2
#: A fault of this program (EX_SOFTWARE of sysexits).
FAULT = 70
#: Interrupted from the keyboard: 128 and SIGINT.
INTERRUPTED = 130


#: How click words a complaint that has no class of its own.
_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)


def exit_code(error: BaseException) -> int:
    """Return the exit code for an error."""
    if isinstance(error, DimingError):
        return error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        return CLEAN
    return FAULT


def explain(error: BaseException, session: Session) -> None:
    """Write one sentence about an error to stderr, and the traceback if asked."""
    if isinstance(error, BrokenPipeError):
        silence_stdout()
        return
    if session.debug and not isinstance(error, click.ClickException):
        tell("".join(traceback.format_exception(error)).rstrip("\n"))
    tell(f"diming: {sentence(error, session.lang)}")


def sentence(error: BaseException, lang: str) -> str:
    """Return one sentence about an error."""
    if isinstance(error, DimingError):
        return error_text(error, lang)
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return say(N_("interrupted"), lang)
    if isinstance(error, click.ClickException):
        return _click_sentence(error, lang)
    if isinstance(error, MemoryError):
        return say(N_("memory ran out; check fewer files in one call"), lang)
    return say(
        N_(
            "unexpected failure ({kind}: {detail}); please report it, "
            "with the traceback that --debug shows"
        ),
        lang,
        kind=type(error).__name__,
        detail=plain(error),
    )


def _click_sentence(error: click.ClickException, lang: str) -> str:
    match error:
        case click.NoSuchOption():
            text = say(N_("there is no option {option}"), lang, option=plain(error.option_name))
            if error.possibilities:
                nearest = sorted(error.possibilities)[0]
                text = say(
                    N_("{text}; did you mean {nearest}?"), lang, text=text, nearest=plain(nearest)
                )
        case click.MissingParameter():
            name = error.param.make_metavar(ctx=error.ctx) if error.param and error.ctx else "?"
            text = say(N_("{name} is missing"), lang, name=plain(name.rstrip(".")))
        case click.BadOptionUsage():
            text = say(
                N_("{option} lacks its value, or takes none"), lang, option=plain(error.option_name)
            )
        case _:
            text = plain(error.format_message().rstrip("."))
            extra = _EXTRA.fullmatch(text)
            if extra is not None:
                text = say(
                    N_("“{value}” is one argument too many; put names with spaces in quotes"),
                    lang, value=extra[1],
                )  # fmt: skip
    path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "diming"
    return say(N_("{text} (see {command} --help)"), lang, text=text, command=path)
