"""Files written whole or not at all (原子写入)."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from diming.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_file(output: str, text: str) -> None:
    """Write a file whole or not at all: beside it first, then in its place.

    Raises
    ------
    UsageError
        If it cannot be written there.
    """
    write_bytes(output, text.encode("utf-8", errors="backslashreplace"))


def write_bytes(output: str, data: bytes) -> None:
    """Write a file that is no text whole or not at all.

    Raises
    ------
    UsageError
        If it cannot be written there.
    """
    try:
        # A link stays a link: what it points to is replaced.
        path = Path(os.path.realpath(output))
        if _is_device(path):
            path.write_bytes(data)
            return
        _replace(path, data)
    except (OSError, ValueError) as error:
        raise unwritable(output, error) from error


@contextmanager
def drafted(output: str) -> Iterator[Path]:
    """Give a path to write to; what was written there takes the place of `output` at the end.

    If the block raises, nothing is left, and what was at `output` stays.

    Raises
    ------
    UsageError
        If it cannot be written there.
    """
    try:
        target = Path(os.path.realpath(output))
        folder, device = target.is_dir(), _is_device(target)
    except (OSError, ValueError) as error:
        raise unwritable(output, error) from error
    if folder:
        raise UsageError("{output} is a folder; name a file", output=output)
    try:
        where = None if device else target.parent
        with tempfile.TemporaryDirectory(prefix=".diming-", dir=where) as made:
            draft = Path(made) / (target.name[:60] or "draft")
            yield draft
            if device:
                with draft.open("rb") as source, target.open("wb") as handle:
                    shutil.copyfileobj(source, handle)
                return
            if target.exists():
                draft.chmod(stat.S_IMODE(target.stat().st_mode))
            with draft.open("rb") as source:
                os.fsync(source.fileno())
            draft.replace(target)
    except (OSError, UnicodeError) as error:
        # A text of which a half character is left can be kept, not written.
        raise unwritable(output, error) from error


def unwritable(output: str, error: OSError | ValueError) -> UsageError:
    """Return what to say where a result cannot be written."""
    detail = (error.strerror if isinstance(error, OSError) else "") or str(error)
    return UsageError(
        "{output} cannot be written: {detail}",
        output=output, detail=detail or type(error).__name__,
    )  # fmt: skip


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name[:60]}.{secrets.token_hex(6)}.tmp")
    try:
        # Created exclusively, with the permissions the user's umask allows.
        with draft.open("xb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        if path.exists():
            draft.chmod(stat.S_IMODE(path.stat().st_mode))
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _is_device(path: Path) -> bool:
    """Tell whether a path is something to write into, not to replace (``/dev/null``)."""
    return path.exists() and not path.is_file()
