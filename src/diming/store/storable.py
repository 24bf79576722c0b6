"""Text that every database can keep (可存文本)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


def storable(*texts: str) -> tuple[str, ...]:
    """Return texts that every database can keep.

    Raises
    ------
    UsageError
        If one holds half a character (a lone surrogate), or a NUL.
    """
    check_texts([texts])
    return texts


def check_texts(rows: Sequence[tuple[Any, ...]]) -> None:
    """Refuse rows with a text that cannot be stored; see `storable`."""
    texts = [value for row in rows for value in row if isinstance(value, str)]
    if _is_storable("".join(texts)):
        return
    raise _unstorable(next(text for text in texts if not _is_storable(text)))


def _is_storable(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _unstorable(text: str) -> UsageError:
    shown = text[:80].encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return UsageError(
        "the text «{text}» holds a character that cannot be stored (half a character, or NUL); "
        "correct it in the source",
        text=shown,
    )
