"""A line of progress on stderr, for what takes longer than two seconds."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

from diming.present.language import N_, say
from diming.present.plain import display_width, plain
from diming.present.templates import TITLES
from diming.present.words import rule_title

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

#: Seconds before the first line, and between two.
PATIENCE_S = 2.0
PAUSE_S = 0.1

#: Longest line, in columns: one that wraps cannot be cleared.
_WIDTH = 78

STAGES: dict[str, str] = {
    "read": N_("reading"),
    "check": N_("checking"),
    "cluster": N_("on the cluster"),
    "place": N_("finding what and where each row is"),
    "write": N_("writing"),
}


class Progress:
    """Called with a stage, steps done and steps in all; shows them if they last.

    Used as a context manager, so that the line is cleared whatever happens.
    """

    def __init__(
        self,
        lang: str,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lang = lang
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        # There may be no stderr at all.
        self._shows = not quiet and self._stream is not None and self._stream.isatty()
        self._due = clock() + PATIENCE_S
        self._drawn = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage has come; `total` is 0 where nobody knows."""
        if not self._shows or self._clock() < self._due:
            return
        self._due = self._clock() + PAUSE_S
        text = f"{self._title(stage)} {done}/{total}" if total else self._title(stage)
        while display_width(text) > _WIDTH:
            text = text[:-1]
        self._draw(text)

    def clear(self) -> None:
        """Remove the line."""
        if self._drawn:
            self._draw("")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def _title(self, stage: str) -> str:
        if stage in TITLES:
            return rule_title(stage, self._lang)
        return say(STAGES[stage], self._lang) if stage in STAGES else plain(stage)

    def _draw(self, text: str) -> None:
        width = display_width(text)
        try:
            self._stream.write("\r" + text + " " * (self._drawn - width))
            if not text:
                self._stream.write("\r")
            self._stream.flush()
        except OSError:
            # The terminal is gone; the check is not.
            self._shows, width = False, 0
        self._drawn = width
