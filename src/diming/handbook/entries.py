"""How entries of a handbook are read: every field is checked, none passes unknown (条目)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from diming.errors import N_, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOT_UNDERSTOOD = N_("Handbook {path}, {entry}: “{field}” is missing or wrong.")


class Entry:
    """One table of the file, whose fields are read with a check each."""

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
        """Refuse fields that are not among these."""
        if unknown := sorted(set(self.values) - set(fields)):
            raise self.wrong(unknown[0])


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
