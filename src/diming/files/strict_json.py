"""JSON read strictly, and written for people (严格 JSON)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from diming.errors import UnreadableInput

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Columns that a short object or list may take on one line.
_WIDTH = 96


def loads(path: str, text: str) -> Any:
    """Read JSON that says everything once and in the grammar of RFC 8259.

    Parameters
    ----------
    path : str
        For messages.
    text : str

    Raises
    ------
    UnreadableInput
        Also for NaN and Infinity, for a member that comes twice, and for objects within
        objects a thousand deep.
    """

    def no_constant(name: str) -> NoReturn:
        raise UnreadableInput(
            "{path}: «{name}» is no number in JSON; leave the member out", path=path, name=name
        )

    def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            raise UnreadableInput(
                "{path}: the member «{name}» comes twice in one object; leave one of them",
                path=path, name=next(k for k in keys if keys.count(k) > 1)[:60],
            )  # fmt: skip
        return found

    try:
        return json.loads(text, parse_constant=no_constant, object_pairs_hook=each_once)
    except json.JSONDecodeError as error:
        raise UnreadableInput(
            "{path}: line {line}, column {column}: this is no JSON ({detail}); correct it there",
            path=path, line=error.lineno, column=error.colno, detail=error.msg,
        ) from None  # fmt: skip
    except (RecursionError, ValueError):
        raise UnreadableInput(
            "{path}: it is nested too deeply, or holds a number too long to be one; "
            "ask for it again",
            path=path,
        ) from None


def dumps(value: Any) -> str:
    """Write JSON that people read: indented, short things and coordinates on one line."""
    return _lines(value, 0) + "\n"


def _lines(value: Any, depth: int, key: str = "") -> str:
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    pad = " " * (depth + 1)
    within_a_line = len(pad) + len(key) + len(flat) <= _WIDTH and depth > 0
    if not value or not isinstance(value, dict | list) or key == "coordinates" or within_a_line:
        return flat
    if isinstance(value, list):
        inside = [pad + _lines(item, depth + 1) for item in value]
        return "[\n" + ",\n".join(inside) + "\n" + " " * depth + "]"
    return "{\n" + ",\n".join(_members(value, depth, pad)) + "\n" + " " * depth + "}"


def _members(value: Mapping[str, Any], depth: int, pad: str) -> list[str]:
    return [
        f"{pad}{json.dumps(key, ensure_ascii=False)}: {_lines(item, depth + 1, key)}"
        for key, item in value.items()
    ]
