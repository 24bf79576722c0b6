"""What holds for one run of the command line, whichever command it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.cli.streams import tell
from diming.present.language import LANGUAGES, language_from_environment, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from diming.present.language import Template


@dataclass(slots=True)
class Session:
    """Choices common to all commands, as far as they are known yet."""

    lang: str
    quiet: bool = False
    debug: bool = False
    archive: str | None = None

    def say(self, template: Template, **places: object) -> str:
        """Return a sentence in the language of this run."""
        return say(template, self.lang, **places)

    def tell(self, template: Template, **places: object) -> None:
        """Write a sentence to stderr, unless asked to be quiet."""
        if not self.quiet:
            tell(self.say(template, **places))


def session_of(context: click.Context) -> Session:
    """Return the session of a context; a default one outside a run."""
    found = context.find_object(Session)
    return found if found is not None else Session(language_from_environment())


def language_from_arguments(arguments: Sequence[str]) -> str:
    """Return the language that ``--lang`` names, else the environment's.

    The arguments are looked at before they are parsed: help and complaints
    about other arguments must speak the language already.

    Examples
    --------
    >>> language_from_arguments(["check", "--lang", "zh", "--help"])
    'zh'
    """
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        name, _, value = argument.partition("=")
        if name == "--lang":
            following = arguments[position + 1] if position + 1 < len(arguments) else ""
            named = value or following
            if named in LANGUAGES:
                return named
    return language_from_environment()
