"""Results to stdout or to a file, whole or not at all."""

from __future__ import annotations

import glob
import os
import secrets
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from diming.cli.failures import silence_stdout
from diming.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Files that make up one Shapefile.
_SIDECARS = {".shp", ".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".cst"}


def write_stdout(text: str, *, utf8: bool) -> None:
    """Write a result to stdout; a reader that has left is no failure.

    Parameters
    ----------
    text : str
        The result.
    utf8 : bool
        Whether the format demands UTF-8 whatever the terminal speaks; otherwise
        characters it does not know are shown as escapes.
    """
    stream = sys.stdout
    buffer = getattr(stream, "buffer", None)
    encoding = "utf-8" if utf8 else (stream.encoding or "utf-8")
    try:
        if buffer is None:
            stream.write(text)
        else:
            stream.flush()
            buffer.write(text.encode(encoding, errors="backslashreplace"))
        stream.flush()
    except BrokenPipeError:
        silence_stdout()


def check_output(output: str, inputs: Iterable[str]) -> None:
    """Refuse an output that would overwrite an input, or cannot be written.

    Asked before the work begins, so that nobody waits in vain.
    """
    path = Path(output)
    if path.is_dir():
        raise UsageError("{output} is a folder; name a file", output=output)
    if not path.absolute().parent.is_dir():
        raise UsageError("the folder {folder} does not exist", folder=str(path.absolute().parent))
    refuse_input(output, inputs)


def refuse_input(output: str, inputs: Iterable[str]) -> None:
    """Refuse an output that is one of the inputs, or belongs to one."""
    target = Path(output)
    for given in inputs:
        for source in _files(given):
            if _same(target, source):
                raise UsageError("{output} is an input; name another file", output=output)


def write_file(output: str, text: str) -> None:
    """Write a file whole or not at all: beside it first, then in its place.

    Raises
    ------
    UsageError
        If it cannot be written there.
    """
    # A link stays a link: what it points to is replaced.
    path = Path(os.path.realpath(output))
    data = text.encode("utf-8", errors="backslashreplace")
    try:
        if _is_device(path):
            path.write_bytes(data)
            return
        _replace(path, data)
    except OSError as error:
        raise UsageError(
            "{output} cannot be written: {detail}",
            output=output,
            detail=error.strerror or type(error).__name__,
        ) from error


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


def _files(given: str) -> Iterator[Path]:
    """Yield the paths an input argument may mean: itself, without layer, by pattern."""
    without_layer = given.rpartition(":")[0]
    for text in {given, without_layer} - {""}:
        yield Path(text)
        if glob.has_magic(text):
            yield from map(Path, glob.iglob(text, recursive=True))  # noqa: PTH207 – absolute patterns too


def _same(target: Path, source: Path) -> bool:
    try:
        if source.is_dir():
            return False
        if target.exists() and source.exists() and target.samefile(source):
            return True
    except OSError:
        return False
    # Part of the same Shapefile.
    return (
        {target.suffix.lower(), source.suffix.lower()} <= _SIDECARS
        and target.stem == source.stem
        and target.absolute().parent.resolve() == source.absolute().parent.resolve()
    )
