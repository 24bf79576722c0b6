"""Ctrl-C that is not lost: some libraries swallow it where they call back (中断)."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from typing import Self


class Interrupts:
    """Remembers an interrupt, so that it is raised again at the next step if nobody heard it.

    Used as a context manager around the work; handlers belong to the main
    thread, and elsewhere nothing is changed.
    """

    def __init__(self) -> None:
        self._seen = False
        self._before: object = None

    def check(self) -> None:
        """Raise what was asked for and not heard.

        Raises
        ------
        KeyboardInterrupt
        """
        if self._seen:
            raise KeyboardInterrupt

    def __enter__(self) -> Self:
        ours = threading.current_thread() is threading.main_thread()
        # Where interrupts are ignored (nohup), they stay ignored.
        if ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._heard)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if kind is None:
            self.check()

    def _heard(self, number: int, frame: FrameType | None) -> NoReturn:
        self._seen = True
        raise KeyboardInterrupt
