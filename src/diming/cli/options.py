"""Options common to all commands, and the kinds of values options take."""

from __future__ import annotations

import datetime
import difflib
import math
import re
import sys
from typing import TYPE_CHECKING, Any

import click

from diming.cli.help import LocalOption
from diming.cli.session import session_of
from diming.errors import UsageError
from diming.files.delivery import ROLES
from diming.model.unit import Level, parse_level
from diming.present.language import LANGUAGES, N_

if TYPE_CHECKING:
    from collections.abc import Callable


if TYPE_CHECKING:
    Kind = click.ParamType[Any]
else:
    # Not generic at run time in older versions of click.
    Kind = click.ParamType


def option(*names: str, **settings: Any) -> Callable[[Any], Any]:
    """Declare an option whose help is in the catalogues."""
    return click.option(*names, cls=LocalOption, **settings)


class Word(Kind):
    """One of some words."""

    name = "word"

    def __init__(self, words: tuple[str, ...], *, many: bool = False):
        self.words = words
        self.many = many

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Any:
        """Return the word, or the words if several may be joined by commas."""
        if not isinstance(value, str):
            return value
        found = [w.strip() for w in value.split(",")] if self.many else [value]
        for word in found:
            if word not in self.words:
                close = difflib.get_close_matches(word, self.words, n=1)
                if close:
                    raise UsageError(
                        "{option}: “{value}” is not known; did you mean “{close}”?",
                        **_facts(param, word),
                        close=close[0],
                    )
                raise UsageError(
                    "{option}: “{value}” is not one of: {choices}",
                    **_facts(param, word),
                    choices=self.words,
                )
        return tuple(found) if self.many else found[0]


class Metres(Kind):
    """A length in metres, zero or more."""

    name = "metres"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> float:
        """Return the length as a number."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number >= 0):
            raise UsageError(
                "{option}: “{value}” is not a length in metres", **_facts(param, value)
            )
        return number


class Count(Kind):
    """A whole number, one or more."""

    name = "count"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> int:
        """Return the number."""
        try:
            number = int(value)
        except ValueError:
            number = 0
        if number < 1:
            raise UsageError(
                "{option}: “{value}” is not a whole number from 1 on", **_facts(param, value)
            )
        # More than anything holds is as many as there are.
        return min(number, sys.maxsize)


#: Bytes in a unit of size.
_UNITS = {
    "": 1,
    **{f"{u}b": 1000**n for n, u in enumerate("kmgt", 1)},
    **{u: 1000**n for n, u in enumerate("kmgt", 1)},
    **{f"{u}ib": 1024**n for n, u in enumerate("kmgt", 1)},
    "b": 1,
}
#: More memory than there is.
_MOST_BYTES = 2.0**62


class Size(Kind):
    """An amount of memory, such as ``2GB``."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> int:
        """Return the size in bytes."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", value.strip().lower(), re.ASCII)
        if found is None or found[2] not in _UNITS:
            raise UsageError("{option}: “{value}” is no size such as 2GB", **_facts(param, value))
        # More than any machine has is no limit, however many digits it has.
        return int(min(float(found[1]) * _UNITS[found[2]], _MOST_BYTES))


class Day(Kind):
    """A date, year-month-day."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> datetime.date:
        """Return the date."""
        if isinstance(value, datetime.date):
            return value
        try:
            return datetime.date.fromisoformat(value)
        except ValueError as error:
            raise UsageError(
                "{option}: “{value}” is not a date such as 2024-12-31", **_facts(param, value)
            ) from error


class LevelName(Kind):
    """A level of division, as number or word."""

    name = "level"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Level:
        """Return the level."""
        found = value if isinstance(value, Level) else parse_level(value)
        if found is Level.UNKNOWN:
            raise UsageError(
                "{option}: “{value}” is no level; write a number from 1 (province) to 5 (village), "
                "or county, township…",
                **_facts(param, value),
            )
        return found


class Pair(Kind):
    """A pair ``left=right``, its left side one of some words."""

    name = "pair"

    def __init__(self, words: tuple[str, ...]):
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> tuple[str, str]:
        """Return both sides."""
        if isinstance(value, tuple):
            return value
        left, _, right = value.partition("=")
        if not right or left not in self.words:
            raise UsageError(
                "{option}: “{value}” is not of the form ROLE=COLUMN; the roles are: {choices}",
                **_facts(param, value),
                choices=self.words,
            )
        return left, right


def _facts(param: click.Parameter | None, value: object) -> dict[str, object]:
    return {"option": param.opts[-1] if param is not None else "?", "value": value}


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def callback(context: click.Context, _: click.Parameter, value: Any) -> Any:
        if value not in (None, False):
            setattr(session_of(context), name, value)
        return value

    return callback


def _take_archive(context: click.Context, _: click.Parameter, value: str | None) -> None:
    """Take the archive named behind the command, before that named ahead of it."""
    if value is not None:
        session_of(context).archive = value


def archive_option(command: Any) -> Any:
    """Add ``--archive`` to a command that works on one; it may stand before the command too."""
    return option(
        "--archive",
        metavar="PATH|URL",
        callback=_take_archive,
        expose_value=False,
        help=ARCHIVE_HELP,
    )(command)


def known_option(command: Any) -> Any:
    """Add ``--known`` to a command that answers from an archive."""
    return option(
        "--known",
        metavar="REVISION|TIME",
        help=N_("What the archive knew then: a revision such as r7, a date or a time."),
    )(command)


def text_or_json(command: Any) -> Any:
    """Add ``--format`` to a command that answers with text or JSON."""
    return option(
        "--format",
        "format_",
        metavar="NAME",
        type=Word(("text", "json")),
        default="text",
        help=N_("text or json; default: text."),
    )(command)


def input_options(command: Any) -> Any:
    """Add what is said of files that do not say it themselves: layer, columns, CRS, encoding."""
    for add in (
        option("--encoding", metavar="NAME", help=N_("Encoding of texts, e.g. GB18030.")),
        option("--crs", metavar="CRS", help=N_("Coordinate system of inputs that state none.")),
        option(
            "--field",
            "fields",
            metavar="ROLE=COLUMN",
            type=Pair(ROLES),
            multiple=True,
            help=N_(
                "Column that plays a role: code, name, level, parent, kind, begin, end. Repeatable."
            ),
        ),
        option("--layer", metavar="NAME", help=N_("Layer of inputs that do not name theirs.")),
    ):
        command = add(command)
    return command


#: Help of ``--archive``, wherever it stands.
ARCHIVE_HELP = N_("The archive: a file, or postgresql://…; default: diming.gpkg.")


def common_options(command: Any) -> Any:
    """Add the options that every command takes, before or after its name."""
    for add in (
        option(
            "--lang",
            type=Word(tuple(LANGUAGES)),
            metavar="zh|en",
            callback=_remember("lang"),
            expose_value=False,
            is_eager=True,
            help=N_("Language of output and messages; default: the environment's."),
        ),
        option(
            "--quiet",
            is_flag=True,
            callback=_remember("quiet"),
            expose_value=False,
            help=N_("No progress and no remarks on stderr."),
        ),
        option(
            "--debug",
            is_flag=True,
            envvar="DIMING_DEBUG",
            callback=_remember("debug"),
            expose_value=False,
            is_eager=True,
            help=N_("Show the traceback of an unexpected failure."),
        ),
    ):
        command = add(command)
    return command
