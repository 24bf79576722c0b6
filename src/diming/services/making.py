"""Make an archive, with its settings (建档)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.errors import UsageError
from diming.store.opening import create

if TYPE_CHECKING:
    import os

    from diming.store.ledger import Ledger

#: Which of an act's dates may count in law.
LEGAL_DATES = ("approved", "announced", "completed")


def make(
    place: str | os.PathLike[str],
    *,
    crs: str | None = None,
    legal_date: str = "approved",
    reader: str | None = None,
    writer: str | None = None,
    author: str = "",
    reason: str = "init",
    document: str = "",
) -> Ledger:
    """Make a new archive and return it, open for writing.

    Parameters
    ----------
    place : str or path
        A file, or ``postgresql://…``.
    crs : str, optional
        CRS of its shapes; otherwise that of the first ones.
    legal_date : str
        Which date of an act counts: ``approved``, ``announced`` or ``completed``.
    reader, writer : str, optional
        Roles of a server that may read, and write.
    author, reason, document : str

    Raises
    ------
    UsageError
        If there is something already, or roles are given for a file.
    """
    if legal_date not in LEGAL_DATES:
        raise UsageError(
            "the legal date is one of {choices}, not «{value}»",
            choices=list(LEGAL_DATES), value=legal_date,
        )  # fmt: skip
    store = create(
        place, crs, author=author, reason=reason, document=document,
        readers=[reader] if reader else [], writers=[writer] if writer else [],
    )  # fmt: skip
    try:
        if legal_date != "approved":
            with store.write(author=author, reason=reason, kind="setting") as work:
                work.setting("legal_date", legal_date)
    except BaseException:
        store.close()
        raise
    return store
