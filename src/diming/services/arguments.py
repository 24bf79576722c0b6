"""What callers may give a check (参数): said in one sentence where it is something else."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, SupportsIndex, cast

from diming.errors import UsageError
from diming.model.finding import CheckSettings
from diming.model.span import parse_when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.files.delivery import Delivery

#: Threads that are still of use, a processor.
_THREADS_A_PROCESSOR = 4


def given_settings(settings: object) -> CheckSettings:
    """Return the settings, or those by default.

    Raises
    ------
    UsageError
        If they are something else.
    """
    if settings is not None and not isinstance(settings, CheckSettings):
        raise UsageError("settings must be CheckSettings, not {kind}", kind=type(settings).__name__)
    return settings or CheckSettings()


def given_paths(given: object) -> list[str]:
    """Return one path or several as texts; none for None.

    Raises
    ------
    UsageError
        If something is no path.
    """
    each = [given] if isinstance(given, str | os.PathLike) else given
    if each is None:
        return []
    if not isinstance(each, list | tuple | set | frozenset | Iterator):
        raise UsageError(
            "names of files are wanted, not {kind}; check checks tables", kind=type(each).__name__
        )
    paths = []
    for path in each:
        if not isinstance(path, str | os.PathLike):
            raise UsageError(
                "names of files are wanted, not {kind}; check checks tables",
                kind=type(path).__name__,
            )
        paths.append(os.fsdecode(path))
    return paths


def given_day(given: date | str | None) -> date | None:
    """Return a day given as a date or as text such as ``2011-10-22``.

    Raises
    ------
    UsageError
        If it is neither.
    """
    if given is None or (isinstance(given, date) and not isinstance(given, datetime)):
        return given
    try:
        return parse_when(str(given)[:10]).day
    except ValueError:
        raise UsageError(
            "{option}: “{value}” is not a date such as 2024-12-31", option="day",
            value=str(given)[:60],
        ) from None  # fmt: skip


def given_threads(jobs: object) -> int:
    """Return a number of threads: as many as processors by default, and no more than are of use.

    Raises
    ------
    UsageError
        If it is no whole number from 1 on.
    """
    if jobs is None:
        return _processors()
    try:
        count = 0 if isinstance(jobs, bool) else operator.index(cast("SupportsIndex", jobs))
    except TypeError:
        count = 0
    if count < 1:
        raise UsageError(
            "jobs must be a whole number from 1 on, not «{value}»", value=str(jobs)[:60]
        )
    return min(count, _THREADS_A_PROCESSOR * _processors())


def _processors() -> int:
    """Return the number of processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def refuse_own_parents(inputs: Sequence[Delivery], parents: Sequence[Delivery]) -> None:
    """Refuse parents that are the inputs themselves: every unit would fill itself.

    Raises
    ------
    UsageError
        If a layer is both.
    """
    given = {(os.path.realpath(d.path), d.layer) for d in inputs}
    for delivery in parents:
        if (os.path.realpath(delivery.path), delivery.layer) in given:
            raise UsageError(
                "{path} is given both as input and as parents; give the level above as parents",
                path=delivery.path + (f":{delivery.layer}" if delivery.layer else ""),
            )
