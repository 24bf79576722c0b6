"""Click's help in the language of the run, laid out by the width of characters.

Help texts are marked for the catalogues where commands declare them, and
translated when they are shown, since the language is known only then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from diming.cli.session import session_of
from diming.errors import UsageError
from diming.present.language import N_
from diming.present.plain import display_width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable

HELP_OF_HELP = N_("Show this help.")

#: Names of sections and places in click's own words.
USAGE = N_("Usage:")
OPTIONS = N_("Options:")
COMMANDS = N_("Commands:")
_PIECES = (N_("[OPTIONS]"), N_("COMMAND [ARGS]..."))


class WideFormatter(click.HelpFormatter):
    """A help formatter that counts columns, not characters."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        start = f"{prefix or USAGE} {prog} "
        self.write(wrap(args, self.width, first=start, indent=" " * display_width(start)) + "\n")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section, with the colon of its language."""
        self.write(f"{'':>{self.current_indent}}{heading}\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        indent = " " * self.current_indent
        paragraphs = [" ".join(p.split()) for p in text.split("\n\n")]
        self.write("\n\n".join(wrap(p, self.width, indent=indent) for p in paragraphs) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write terms and what they mean in two columns."""
        pairs = list(rows)
        widest = max((display_width(term) for term, _ in pairs), default=0)
        column = self.current_indent + min(widest, col_max) + col_spacing
        for term, meaning in pairs:
            start = f"{'':>{self.current_indent}}{term}"
            room = column - display_width(start)
            if room < col_spacing:
                self.write(f"{start}\n")
                start, room = "", column
            first = start + " " * room
            self.write(wrap(meaning, self.width, first=first, indent=" " * column) + "\n")


class LocalContext(click.Context):
    """A context whose help is laid out by `WideFormatter`."""

    formatter_class = WideFormatter


class LocalOption(click.Option):
    """An option whose help is a key of the catalogues."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return names and help of the option in the language of the run."""
        record = super().get_help_record(ctx)
        if record is None or not self.help:
            return record
        names, text = record
        return names, text.replace(self.help, session_of(ctx).say(self.help), 1)


def _show_help(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from diming.cli.output import echo

        echo(context.get_help())
        context.exit()


class LocalCommand(click.Command):
    """A command whose help is a key of the catalogues."""

    context_class = LocalContext

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the pieces of the usage line."""
        pieces = super().collect_usage_pieces(ctx)
        return [session_of(ctx).say(p) if p in _PIECES else p for p in pieces]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = self.collect_usage_pieces(ctx)
        formatter.write_usage(ctx.command_path, " ".join(pieces), session_of(ctx).say(USAGE))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(session_of(ctx).say(self.help))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        records = [option.get_help_record(ctx) for option in options]
        with formatter.section(session_of(ctx).say(OPTIONS)):
            formatter.write_dl([r for r in records if r is not None])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``, its help in the language of the run."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = session_of(ctx).say(HELP_OF_HELP)
            option.callback = _show_help
        return option


class LocalGroup(LocalCommand, click.Group):
    """A group that imports a command only when it is called."""

    def __init__(self, *args: Any, lazy: dict[str, tuple[str, str]] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        #: Name → module that holds a command of that name, and its short help.
        self.lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return [*self.lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now if need be."""
        if cmd_name in self.lazy:
            from importlib import import_module

            module = import_module(self.lazy[cmd_name][0])
            # A command named like a builtin has an underscore behind it in Python.
            found = getattr(module, cmd_name, None) or getattr(module, f"{cmd_name}_")
            command: click.Command = found
            return command
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise UsageError(
                "there is no command “{command}”; the commands are: {commands}",
                command=args[0],
                commands=self.list_commands(ctx),
            )
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write options, then commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, without importing them."""
        said = session_of(ctx).say
        rows = [(name, said(short)) for name, (_, short) in self.lazy.items()]
        for name in super().list_commands(ctx):
            command = super().get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, said(command.short_help or command.help or "")))
        if rows:
            with formatter.section(said(COMMANDS)):
                formatter.write_dl(rows)
