"""Read a file of dated divisions into versions (历史区划入库)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from diming.errors import UnreadableInput
from diming.files.columns import PLAIN_IDS, as_text
from diming.files.delivery import ReadOptions
from diming.files.reading import read
from diming.files.register import is_register, read_register
from diming.history.dated import DatedRow, dated_changeset
from diming.model.code import parse_code
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, written_date
from diming.model.unit import Level, parse_level
from diming.services.names import refuse_unwritable_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.files.register import Register
    from diming.model.changeset import Changeset
    from diming.model.event import Event
    from diming.model.span import When


def dated_versions(
    path: str | os.PathLike[str],
    *,
    level: Level = Level.UNKNOWN,
    events: Sequence[Event] = (),
    read_options: ReadOptions | None = None,
    crs: str | None = None,
    code_system: str = "auto",
) -> tuple[Changeset, str | None]:
    """Read a file whose rows hold from one day to another.

    Parameters
    ----------
    path : path
        A vector file, ``file.gpkg:layer``, or a list of units (CSV).
    level : Level
        Of rows that do not say theirs, nor by a division code.
    events : sequence of Event
        Renames among them join rows of one code under two names.
    read_options : ReadOptions, optional
        Layer, columns, encoding.
    crs : str, optional
        For files that state none.
    code_system : str
        Whose the codes are: ``ministry``, ``nbs``, ``none`` (ids of the source), or ``auto``.

    Returns
    -------
    change : Changeset
    crs : str or None
        Of all its shapes; None where there are none.

    Raises
    ------
    UnreadableInput
        If it cannot be read whole, holds no dates, or a date is none.
    """
    path = os.fspath(path)
    options = read_options or ReadOptions()
    if is_register(path):
        register = read_register(path, code_system=code_system, fields=options.fields)
        (rows, system), found = _listed(register, level), None
    else:
        rows, found = _with_shapes(path, level, options, crs)
        system = _system(rows, code_system)
    if not any(row.begin or row.end for row in rows):
        raise UnreadableInput(
            "{path}: no row says from when or until when it held; give the day on which it "
            "stood with --date, or name the columns of begin and end with --field",
            path=path,
        )
    return dated_changeset(rows, system=system, events=events), found


def _listed(register: Register, level: Level) -> tuple[list[DatedRow], str]:
    """Return the rows of a list, and whose their codes are: the ministry's, if it has them."""
    system = next((s for s in ("ministry", "nbs") if s in register.codes), "source")
    codes = register.codes.get(system, (None,) * len(register))
    rows = [
        DatedRow(
            code=codes[i] or "",
            name=register.names[i],
            kind=register.kinds[i],
            level=register.levels[i] or level,
            parent=register.parents[i],
            begin=None if register.begins[i] == UNKNOWN_BEGIN else register.begins[i],
            end=None if register.ends[i] == NOT_ENDED else register.ends[i],
            source=f"{register.path}#{register.rows[i]}",
        )
        for i in range(len(register))
    ]
    return rows, system


def _with_shapes(
    path: str, level: Level, options: ReadOptions, crs: str | None
) -> tuple[list[DatedRow], str | None]:
    deliveries = read([path], options)
    if len(deliveries) != 1:
        raise UnreadableInput("{path}: several layers; name one, e.g. {path}:layer", path=path)
    delivery = deliveries[0]
    lost = sum(not t.examined for t in delivery.troubles)
    if lost:
        raise UnreadableInput(
            "{path}: {lost_count} of {declared_count} records could not be read; check it first",
            path=path, lost_count=lost, declared_count=delivery.declared,
        )  # fmt: skip
    found = delivery.crs or crs
    if not found:
        raise UnreadableInput(
            "{path}: the file does not say in which coordinate reference system it is; "
            "ask the office that delivered it, then give it with --crs, e.g. --crs EPSG:4490",
            path=path,
        )
    texts = {role: [as_text(v) for v in c.tolist()] for role, c in delivery.columns.items()}
    code = delivery.column_names.get("code", "").lower()
    if code in PLAIN_IDS:
        texts["id"] = texts.pop("code")
    rows = []
    for i, (fid, shape) in enumerate(
        zip(delivery.fid.tolist(), delivery.geometry[np.arange(len(delivery.fid))], strict=True)
    ):
        values = {role: column[i] for role, column in texts.items()}
        rows.append(_row(values, level, f"{delivery.path}#{fid}", shape))
    return rows, found


def _row(values: Mapping[str, str], level: Level, source: str, shape: object = None) -> DatedRow:
    refuse_unwritable_name(values.get("name", ""), source)
    code = values.get("code", "")
    parsed = parse_code(code) if code else None
    said = parse_level(values["level"]) if values.get("level") else Level.UNKNOWN
    if said is Level.UNKNOWN and parsed is not None:
        said = parsed.level
    return DatedRow(
        id=values.get("id", ""),
        code=code,
        name=values.get("name", ""),
        kind=values.get("kind", ""),
        level=level if said is Level.UNKNOWN else said,
        parent=values.get("parent", ""),
        begin=_date(values.get("begin", ""), source),
        end=_date(values.get("end", ""), source),
        geometry=shape,
        source=source,
    )


def _date(text: str, source: str) -> When | None:
    try:
        return written_date(text)
    except ValueError:
        raise UnreadableInput(
            "{path}: «{text}» is no date such as 2024-12-31", path=source, text=text[:40]
        ) from None


def _system(rows: Sequence[DatedRow], said: str) -> str:
    """Tell Chinese division codes, which are the ministry's unless said otherwise, from others."""
    if said != "auto":
        return "source" if said == "none" else said
    codes = [r.code for r in rows if r.code]
    read_ = sum(parse_code(c) is not None for c in codes)
    return "ministry" if codes and 2 * read_ > len(codes) else "source"
