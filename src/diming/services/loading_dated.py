"""Put files of dated rows into an archive, with all their versions (历史入库)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.errors import Conflict
from diming.model.outcome import Loading
from diming.services.dated import dated_versions
from diming.services.recording import revision_written
from diming.store.protocol import Withdrawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.model.changeset import Changeset
    from diming.model.event import Event
    from diming.services.stated import StatedOptions
    from diming.store.protocol import Store, Writer


def load_dated(
    store: Store,
    paths: Sequence[str],
    *,
    author: str,
    reason: str,
    options: StatedOptions,
    document: str = "",
    events: Sequence[Event] = (),
    dry_run: bool = False,
) -> Loading:
    """Load all versions of files with dates; which acts lay between, they do not say.

    Parameters
    ----------
    store : Store
    paths : sequence of str
    author, reason, document : str
    options : StatedOptions
    events : sequence of Event
        Renames among them join rows of one code under two names.
    dry_run : bool

    Raises
    ------
    UnreadableInput
        If a file cannot be read whole, or has no dates.
    Conflict
        If the archive holds units of these levels already.
    """
    parts = [
        dated_versions(p, level=options.level, events=events, read_options=options.read,
                       crs=options.crs, code_system=options.code_system)
        for p in paths
    ]  # fmt: skip
    counts: dict[int, int] = {}
    for change, _ in parts:
        units = {(int(v.level), v.unit_id) for v in change.added}
        for level, _unit in units:
            counts[level] = counts.get(level, 0) + 1
    with store.write(author=author, reason=reason, document=document, kind="load") as writer:
        for (change, crs), path in zip(parts, paths, strict=True):
            _refuse_held(writer, change, path)
            if crs is not None:
                writer.settle_crs(crs)
            writer.append(change)
        if dry_run:
            raise Withdrawn
    revision = None if dry_run else revision_written(store, writer.number)
    shapes = sum(v.territory is not None for change, _ in parts for v in change.added)
    return Loading(revision, dict(sorted(counts.items())), shapes_added=shapes)


def _refuse_held(writer: Writer, change: Changeset, path: str) -> None:
    """Refuse files of units that the archive holds: their past is told by acts and corrections."""
    held = next(
        (v for unit in sorted({v.unit_id for v in change.added})
         for v in writer.view.of_unit(unit)), None
    )  # fmt: skip
    if held is not None:
        raise Conflict(
            "{path}: the archive holds {unit} already; load dated files into an archive of their "
            "own, or record what differs as acts",
            path=path, unit=held.label,
        )  # fmt: skip
