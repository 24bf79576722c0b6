"""What can go wrong that is not a finding.

A wrong boundary is a `diming.model.finding.Finding`; a broken promise (no such
file, no CRS, a missing extra) is an error. Errors carry facts, like findings:
a message key and its arguments. `diming.present.words` turns them into
Chinese or English at the edge; `str(error)` is plain English.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def N_(text: str) -> str:  # noqa: N802
    """Mark a sentence for the message catalogues; return it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence within the sentence of an error; `str` is plain English.

    Attributes
    ----------
    template : str
        Marked by `N_`: the key of the message catalogue.
    facts : mapping
        What fills its places; may be sentences themselves.
    """

    template: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.facts)


@dataclass(frozen=True, slots=True)
class Sentences:
    """Several sentences as one fact of an error."""

    each: tuple[Said, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.each))


class DimingError(Exception):
    """Base of all errors of this library.

    Parameters
    ----------
    template : str
        English sentence with ``{named}`` places; also the key of the message
        catalogue.
    **facts
        What fills the places: paths, layers, counts.
    """

    exit_code = 1

    def __init__(self, template: str, **facts: object) -> None:
        super().__init__(template)
        self.template = template
        self.facts = facts

    def __str__(self) -> str:
        return self.template.format(**self.facts)


class UsageError(DimingError):
    """The call itself is malformed: options that contradict, an unknown rule."""

    exit_code = 2


class UnreadableInput(DimingError):
    """An input cannot be read, says no CRS, or holds nothing to check."""

    exit_code = 3


class Conflict(DimingError):
    """The archive moved on, or an event does not fit."""

    exit_code = 4


class EnvironmentLacks(DimingError):
    """An extra, a font or a server is missing; the message says what to install."""

    exit_code = 5


def no_room(error: OSError) -> EnvironmentLacks:
    """Return what to say where a temporary file cannot be written."""
    return EnvironmentLacks(
        "the temporary file cannot be written ({detail}); make room, or name a folder that "
        "has some in TMPDIR",
        detail=error.strerror or str(error),
    )
