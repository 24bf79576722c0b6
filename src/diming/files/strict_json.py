"""JSON read strictly, and written for people (严格 JSON)."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from diming.errors import UnreadableInput

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
    """Write a value whose members stand at `depth`; `key` is its own name, if it has one."""
    if not value or not isinstance(value, dict | list) or key == "coordinates":
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    if isinstance(value, list):
        opened, closed = "[", "]"
        inside = [_lines(item, depth + 1) for item in value]
    else:
        opened, closed = "{", "}"
        inside = [
            f"{json.dumps(name, ensure_ascii=False)}: {_lines(item, depth + 1, name)}"
            for name, item in value.items()
        ]
    length = sum(map(len, inside)) + 2 * len(inside) + len(key) + depth
    if depth > 0 and length < _WIDTH and not any("\n" in text for text in inside):
        return opened + ", ".join(inside) + closed
    pad = " " * (depth + 1)
    return f"{opened}\n{pad}" + f",\n{pad}".join(inside) + f"\n{' ' * depth}{closed}"
