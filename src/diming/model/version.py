"""A unit as it stood for a while: one version of a division (区划版本)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from diming.model.span import Span
    from diming.model.unit import Level

#: Whose codes: the ministry's (民政部), the statisticians' (统计局), or the source's own ids.
SYSTEMS = ("ministry", "nbs", "source")


@dataclass(frozen=True, slots=True)
class Version:
    """What a unit was like during one span, as believed by one revision.

    Attributes
    ----------
    unit_id : str
        Permanent and opaque: codes and names change, this does not.
    span : Span
        When it held.
    codes : tuple of (system, code)
        At most one a system; systems are never compared with each other.
    parent_id : str or None
        None where it has no superior, or none is known.
    territory : str or None
        Key of its shape in the store; None where it is not known.
    began_by, ended_by : str or None
        Ids of the events that began and ended this version.
    row : int or None
        Row in the store; None before it is there.
    """

    unit_id: str
    span: Span
    level: Level
    name: str
    kind: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    parent_id: str | None = None
    seat: str = ""
    ethnic: bool = False
    territory: str | None = None
    began_by: str | None = None
    ended_by: str | None = None
    note: str = ""
    row: int | None = None

    def code(self, system: str = "ministry") -> str | None:
        """Return the code of a system, or None."""
        return dict(self.codes).get(system)

    @property
    def any_code(self) -> str:
        """The ministry's code, else the statisticians', else the source's own, else nothing."""
        codes = dict(self.codes)
        return next((codes[s] for s in SYSTEMS if s in codes), "")

    @property
    def label(self) -> str:
        """Name and code, as people write a unit: ``綦江区[500110]``."""
        code = self.any_code
        if not code:
            return self.name
        return f"{self.name}[{code}]" if self.name else code

    def holds(self, day: date) -> bool:
        """Tell whether this version held on `day`."""
        return self.span.holds(day)


def with_code(
    codes: tuple[tuple[str, str], ...], system: str, code: str | None
) -> tuple[tuple[str, str], ...]:
    """Return codes with that of one system replaced, or taken away.

    Examples
    --------
    >>> with_code((("ministry", "500222"),), "ministry", "500110")
    (('ministry', '500110'),)
    """
    kept = {s: c for s, c in codes if s != system}
    if code:
        kept[system] = code
    return tuple(sorted(kept.items()))
