"""Members of JSON objects, each read as what it must be (JSON 成员)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from diming.errors import N_
from diming.files.event_words import Wrong, read_choice, within
from diming.model.notation import CONTROL, LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


def at(name: str, read: Callable[[Any], T], value: Any) -> T:
    """Read a member; what is wrong with it is told with its name."""
    try:
        return read(value)
    except Wrong as wrong:
        raise within(name, wrong.said) from None


def each(value: Any, read: Callable[[Any], T]) -> tuple[T, ...]:
    """Read a list, item by item; what is wrong with one is told with its place."""
    if not isinstance(value, list):
        raise Wrong(N_("it must be a list in square brackets"))
    return tuple(at(f"[{place}]", read, item) for place, item in enumerate(value))


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one object, all of them known."""

    said: Mapping[str, Any]

    def __contains__(self, name: str) -> bool:
        return name in self.said

    def need(self, name: str, read: Callable[[Any], T]) -> T:
        """Read a member that is there; what is wrong with it is told with its name."""
        return at(name, read, self.said[name])

    def get(self, name: str, read: Callable[[Any], T], default: T) -> T:
        """Read a member that may be there."""
        return self.need(name, read) if name in self.said else default


def members(value: Any, known: tuple[str, ...], required: tuple[str, ...] = ()) -> Members:
    """Return the members of an object.

    Raises
    ------
    Wrong
        If it is no object, has others than those known, or lacks one that is required.
    """
    if not isinstance(value, dict):
        raise Wrong(N_("it must be an object in braces"))
    if unknown := [key[:60] for key in value if key not in known]:
        raise Wrong(
            N_("nothing is known of the members {unknown}; here may be: {known}"),
            unknown=unknown, known=list(known),
        )  # fmt: skip
    if missing := [name for name in required if name not in value]:
        raise Wrong(N_("the members {missing} are missing; add them"), missing=missing)
    return Members(value)


def string(value: Any) -> str:
    """Return a text, whatever it holds."""
    if not isinstance(value, str):
        raise Wrong(N_("it must be a text in quotation marks"))
    return value


def line(value: Any) -> str:
    """Return a text without control characters."""
    if CONTROL.search(string(value)):
        raise Wrong(N_("it holds control characters; remove them"))
    return str(value)


def note(value: Any) -> str:
    """Return a text that may have several lines."""
    line(string(value).replace("\n", "").replace("\r", "").replace("\t", ""))
    return str(value)


def word(value: Any) -> str:
    """Return a name, code or id."""
    text = line(value)
    if not text or text != text.strip() or len(text) > LONGEST:
        raise Wrong(
            N_("it must be a text of 1 to {most_count} characters without spaces around it"),
            most_count=LONGEST,
        )
    return text


def choice(value: Any, choices: tuple[str, ...]) -> str:
    """Return one of several words."""
    return read_choice(string(value), choices)


def flag(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise Wrong(N_("it must be true or false"))
    return value


def number(value: Any, most: float) -> float:
    """Return a number from 0 to `most`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Wrong(N_("it must be a number from 0 to {most}"), most=most)
    return float(value)


def share(value: Any) -> float:
    """Return a number from 0 to 1."""
    return number(value, 1)


def or_null(read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Return a reader that lets null through."""
    return lambda value: None if value is None else read(value)
