"""What came of writing in an archive: values that any face can show (操作结果)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diming.model.changeset import Applied, Revision
    from diming.model.event import Event
    from diming.model.finding import Finding, Report


@dataclass(frozen=True, slots=True)
class Refused:
    """An act that does not fit, with the findings that say why."""

    event: Event
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """What came of recording acts.

    Attributes
    ----------
    revision : Revision or None
        None where nothing was written.
    applied : tuple of Applied
        Acts that fit, in the order they took effect; written if there is a revision.
    refused : tuple of Refused
    findings : tuple of Finding
        What should be known of acts that fit: codes used before, ground not known,
        findings that somebody answers for (`excepted_by`).
    """

    revision: Revision | None
    applied: tuple[Applied, ...]
    refused: tuple[Refused, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Loading:
    """What came of loading.

    Attributes
    ----------
    revision : Revision or None
        None where nothing was written.
    units : mapping of int to int
        How many units of each level were loaded.
    recording : Recording or None
        Of the acts that lead from the opening list to the one loaded.
    opening : tuple of Finding
        Acts that could not be undone, or whose beginnings nobody knows.
    report : Report or None
        Of the check of what has shapes.
    differing : tuple of str
        Units that differ from what the archive holds, ``+`` new, ``-`` missing, ``~`` with
        another outline; then nothing is written.
    explained : Inference or None
        Acts that would explain the difference.
    shapes_added : int
        Units that got the shape they lacked.
    """

    revision: Revision | None
    units: Mapping[int, int]
    recording: Recording | None = None
    opening: tuple[Finding, ...] = ()
    report: Report | None = None
    differing: tuple[str, ...] = ()
    explained: Any = None
    shapes_added: int = 0
