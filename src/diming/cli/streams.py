"""The three standard streams, any of which may be closed, full, or left by its reader."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

import click


class Closed(io.TextIOBase):
    """Stands for a stdout that was closed before we began; what is written to it fails."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def writable(self) -> bool:
        """Return True: that it takes nothing is told when something is written."""
        return True

    def write(self, text: str) -> int:
        """Fail, as a closed descriptor does."""
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def attach() -> None:
    """Put something in the place of standard streams that are closed (``>&-``)."""
    # The descriptors, too: else the next file opened becomes stdout, for libraries that print.
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = Closed()
    if sys.stderr is None:
        sys.stderr = _nowhere()


def tell(text: str) -> None:
    """Write a line to stderr; where nobody can be told, nobody is."""
    try:
        click.echo(text, file=sys.stderr)
    except OSError:
        silence_stderr()


def silence_stdout() -> None:
    """Send further output nowhere: whoever read it has left (``| head``)."""
    if not _divert(sys.stdout):
        sys.stdout = _nowhere()


def silence_stderr() -> None:
    """Send further messages nowhere."""
    if not _divert(sys.stderr):
        sys.stderr = _nowhere()


def _divert(stream: TextIO) -> bool:
    """Let what a stream still holds, and all that follows, go nowhere."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        return False
    return True


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123
