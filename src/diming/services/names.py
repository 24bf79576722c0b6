"""Names that no archive takes, whatever file they come from (名称)."""

from __future__ import annotations

from diming.errors import UnreadableInput
from diming.model.notation import CONTROL, LONGEST


def refuse_unwritable_name(name: str, source: str) -> None:
    """Refuse a name that acts could not write: they name units by it.

    Parameters
    ----------
    name : str
    source : str
        File and record it comes from.

    Raises
    ------
    UnreadableInput
        If it holds control characters, or is too long.
    """
    if CONTROL.search(name) or len(name) > LONGEST:
        raise UnreadableInput(
            "{path}: the name «{name}» holds control characters, or more than {most_count} "
            "characters; mend it in the source",
            path=source, name=name, most_count=LONGEST,
        )  # fmt: skip
