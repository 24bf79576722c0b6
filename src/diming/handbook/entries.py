"""How entries of a handbook are read: every field is checked, none passes unknown (条目)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from diming.errors import N_, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOT_UNDERSTOOD = N_("Handbook {path}, {entry}: “{field}” is missing or wrong.")


class Entry:
    """One table of a handbook, whose fields are read with a check each.

    Parameters
    ----------
    values : mapping
    label : str
        What the entry is called in complaints.
    path : str
        Of the file that it stands in.

    Raises
    ------
    UsageError
        From every method, naming file, entry and field.
    """

    def __init__(self, values: Mapping[str, Any], label: str, path: str) -> None:
        self.values, self.label, self.path = values, label, path

    def get(self, field: str, right: Callable[[Any], bool], default: Any = ...) -> Any:
        """Return a field if it is right, or the default where it is absent; refuse it else."""
        value = self.values.get(field, default)
        if (field in self.values and not right(value)) or value is ...:
            raise self.wrong(field)
        return value

    def wrong(self, field: str) -> UsageError:
        """Return what to raise of a field."""
        return UsageError(NOT_UNDERSTOOD, path=self.path, entry=self.label, field=field)

    def only(self, *fields: str) -> None:
        """Refuse fields that nobody reads: a slip of the pen would be passed over in silence."""
        if unknown := sorted(set(self.values) - set(fields)):
            raise self.wrong(unknown[0])

    def text(self, field: str, default: str | None = None) -> str:
        """Return a text, which may be empty; without a default it must be there."""
        return str(
            self.get(field, lambda v: isinstance(v, str), ... if default is None else default)
        )

    def texts(self, field: str) -> tuple[str, ...]:
        """Return a list of texts; an absent one is empty."""
        return tuple(self.get(field, are_texts, ()))

    def number(self, field: str, default: float | None = None) -> float | None:
        """Return a number; the default where it is absent."""
        found: float | None = self.get(
            field, lambda v: isinstance(v, int | float) and not isinstance(v, bool), default
        )
        return found

    def whole(self, field: str) -> int | None:
        """Return a whole number from 0 on; None where absent."""
        found: int | None = self.get(field, is_number, None)
        return found

    def flag(self, field: str) -> bool:
        """Return true or false; false where absent."""
        return bool(self.get(field, lambda v: isinstance(v, bool), False))

    def day(self, field: str) -> date | None:
        """Return a day; None where absent."""
        found: date | None = self.get(field, is_day, None)
        return found


def is_text(value: Any) -> bool:
    """Tell whether a value is a text that says something."""
    return isinstance(value, str) and bool(value)


def is_number(value: Any) -> bool:
    """Tell whether a value is a whole number, zero or more."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_day(value: Any) -> bool:
    """Tell whether a value is a day."""
    # datetime is a date too, but a time of day has no meaning here.
    return type(value) is date


def is_pair(value: Any) -> bool:
    """Tell whether a value is two whole numbers."""
    return isinstance(value, list) and len(value) == 2 and all(map(is_number, value))


def are_pairs(value: Any) -> bool:
    """Tell whether a value is a list of pairs of whole numbers."""
    return isinstance(value, list) and all(map(is_pair, value))


def are_texts(value: Any) -> bool:
    """Tell whether a value is a list of texts."""
    return isinstance(value, list) and all(map(is_text, value))


def is_code(value: Any) -> bool:
    """Tell whether a value is a code of six digits."""
    return isinstance(value, str) and len(value) == 6 and value.isascii() and value.isdecimal()
