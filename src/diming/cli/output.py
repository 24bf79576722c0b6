"""Results to stdout or to a file, whole or not at all."""

from __future__ import annotations

import glob
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from diming.cli.streams import silence_stdout
from diming.errors import UsageError
from diming.files.writing import unwritable
from diming.files.writing import write_file as write_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Files that make up one Shapefile.
_SIDECARS = {
    ".shp", ".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".cst", ".qpj", ".qmd",
    ".fbn", ".fbx", ".ain", ".aih", ".ixs", ".mxs", ".atx",
}  # fmt: skip

#: What is added to the whole name of a file for what belongs to it: logs of databases, metadata,
#: the index of an archive.
_COMPANIONS = ("-wal", "-journal", "-shm", ".xml", ".aux.xml", ".ovr", ".cube")


def write_stdout(text: str, *, utf8: bool) -> None:
    """Write a result to stdout; a reader that has left is no failure.

    Parameters
    ----------
    text : str
        The result.
    utf8 : bool
        Whether the format demands UTF-8 whatever the terminal speaks; otherwise
        characters it does not know are shown as escapes.

    Raises
    ------
    UsageError
        If stdout is closed, or has no room.
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
    except (OSError, ValueError) as error:
        silence_stdout()
        raise unwritable("stdout", error) from error


def echo(line: str) -> None:
    """Write a line to stdout."""
    write_stdout(line + "\n", utf8=False)


def check_output(output: str, inputs: Iterable[str]) -> None:
    """Refuse an output that would overwrite an input, or cannot be written.

    Asked before the work begins, so that nobody waits in vain.
    """
    path = Path(output)
    try:
        # A name too long, or a working directory that is gone, shows here.
        folder = path.absolute().parent
        with suppress(FileNotFoundError):
            path.stat()
    except (OSError, ValueError) as error:
        raise unwritable(output, error) from error
    if path.is_dir():
        raise UsageError("{output} is a folder; name a file", output=output)
    if not folder.is_dir():
        raise UsageError("the folder {folder} does not exist", folder=str(folder))
    refuse_input(output, inputs)


def refuse_input(output: str, inputs: Iterable[str]) -> None:
    """Refuse an output that is one of the inputs, or belongs to one."""
    target = Path(output)
    for given in inputs:
        for source in _files(given):
            if _same(target, source):
                raise UsageError("{output} is an input; name another file", output=output)


def _files(given: str) -> Iterator[Path]:
    """Yield the paths an input argument may mean: itself, without layer, by pattern."""
    without_layer = given.rpartition(":")[0]
    for text in {given, without_layer} - {""}:
        yield Path(text)
        if glob.has_magic(text):
            yield from map(Path, glob.iglob(text, recursive=True))  # noqa: PTH207 – absolute patterns too


def _same(target: Path, source: Path) -> bool:
    """Tell whether a target is a source, or a file that belongs to it."""
    try:
        target, source = Path(os.path.realpath(target)), Path(os.path.realpath(source))
        if source.is_dir():
            # A database in a folder is one input; what lies in other folders is asked one by one.
            return source.suffix.lower() == ".gdb" and source in target.parents
        if target.exists() and source.exists() and target.samefile(source):
            return True
    except (OSError, ValueError):
        return False
    if target.parent != source.parent:
        return False
    companions = {source.name.lower() + ending for ending in _COMPANIONS}
    return target.name.lower() in companions or (
        {target.suffix.lower(), source.suffix.lower()} <= _SIDECARS and target.stem == source.stem
    )
