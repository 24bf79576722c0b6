"""How entries of a handbook are read: every field is checked, none passes unknown (条目)."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

from diming.errors import N_, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

NOT_READ = N_("Handbook {path} cannot be read: {detail}.")
NOT_UNDERSTOOD = N_("Handbook {path}, {entry}: “{field}” is missing or wrong.")

#: What a handbook of one's own may hold, whoever reads it.
TABLES = frozenset({
    "code_range", "county_table", "county_code",
    "naming_rule", "generic_threshold", "generic_term", "built_up_area", "alike",
})  # fmt: skip


def read_own(path: Path) -> dict[str, Any]:
    """Read a handbook of one's own, as it stands.

    Raises
    ------
    UsageError
        If it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        detail = error.strerror or str(error)
        raise UsageError(NOT_READ, path=str(path), detail=detail) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(NOT_READ, path=str(path), detail=str(error)) from error


def tables(own: Mapping[str, Any], name: str, path: str) -> list[dict[str, Any]]:
    """Return the tables of one name in a handbook of one's own."""
    entries = own.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise UsageError(NOT_UNDERSTOOD, path=path, entry="top level", field=name)
    return entries


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
