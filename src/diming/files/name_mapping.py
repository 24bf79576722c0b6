"""Mappings kept beside files that come again and again: which column is which (字段对照).

A mapping is a TOML (or JSON) file::

    format = "diming.mapping/1"
    source = "江北区地名库"          # what the file is called as a source
    kind = "standard"               # of the name in the column of the standard name
    date = "2014"                   # when names were in use that do not say it
    crs = "EPSG:4490"
    part = "地名"                    # sheet or layer
    header_row = 3

    [columns]                       # heading = key of a field; "" keeps it as it came
    "地名" = "name"
    "内部编号" = ""

    [constants]                     # field = what holds for all rows that say nothing else
    within_county = "江北区"
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diming.errors import UsageError
from diming.files.textfile import read_text
from diming.handbook.fields import name_fields
from diming.model.facts import Facts
from diming.model.place import NameKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diming.files.place_delivery import PlaceDelivery, PlaceReading

FORMAT = "diming.mapping/1"
_TEXTS = ("source", "date", "crs", "datum", "part", "encoding")
_OTHER = ("format", "kind", "header_row", "day_first", "columns", "constants")


def with_mapping(options: PlaceReading) -> PlaceReading:
    """Return options completed by what their mapping says; the options themselves outrank it.

    Raises
    ------
    UsageError
        If the mapping is none, or says what there is not.
    UnreadableInput
        If there is no such file.
    """
    path = options.mapping
    assert path is not None
    said = _parsed(path)
    unknown = sorted(set(said) - {*_TEXTS, *_OTHER})
    if unknown:
        raise UsageError(
            "{path}: a mapping has no «{entry}»; its entries are: {choices}",
            path=path, entry=unknown[0][:60], choices=[*_OTHER, *_TEXTS],
        )  # fmt: skip
    if said.get("format", FORMAT) != FORMAT:
        raise _wrong(path, "format", FORMAT)
    made: dict[str, Any] = {}
    for entry in _TEXTS:
        if entry in said:
            if not isinstance(said[entry], str | int) or isinstance(said[entry], bool):
                raise _wrong(path, entry, "text")
            made[entry] = str(said[entry])
    if "kind" in said:
        if said["kind"] not in [k.value for k in NameKind]:
            raise _wrong(path, "kind", ", ".join(k.value for k in NameKind))
        made["kind"] = NameKind(said["kind"])
    if "header_row" in said:
        if type(said["header_row"]) is not int or said["header_row"] < 1:
            raise _wrong(path, "header_row", "1, 2, 3…")
        made["header_row"] = said["header_row"]
    if "day_first" in said:
        if not isinstance(said["day_first"], bool):
            raise _wrong(path, "day_first", "true, false")
        made["day_first"] = said["day_first"]
    columns = {c: _key(k) for c, k in _texts(path, said, "columns").items()}
    constants = _texts(path, said, "constants")
    check_constants(constants, path)
    default = {f.name: f.default for f in dataclass_fields(options)}
    told = {k: v for k, v in made.items() if getattr(options, k) == default[k]}
    return replace(
        options, **told,
        columns=Facts({**columns, **options.columns}),
        constants=Facts({**constants, **options.constants}),
    )  # fmt: skip


def _key(field: str) -> str:
    """Return the key of a field that is given by its title on the forms: 曾用名."""
    fields = name_fields().fields
    if field in fields:
        return field
    titled = [k for k, f in fields.items() if f.zh == field.strip()]
    return titled[0] if len(titled) == 1 else field


def check_constants(constants: Mapping[str, str], path: str) -> None:
    """Refuse constants for fields that there are not, or that differ from place to place.

    Raises
    ------
    UsageError
    """
    fields = name_fields().fields
    each = ("lon", "lat", "lon_to", "lat_to", "x", "y", "geometry", "name.both", "short_reading")
    for key in constants:
        if key not in fields or fields[key].goes in each or fields[key].goes.startswith("names."):
            allowed = [
                k for k, f in fields.items()
                if f.goes not in each and not f.goes.startswith("names.")
            ]  # fmt: skip
            raise UsageError(
                "{path}: there is no field «{field}» that can be told for all rows; there are: "
                "{choices}",
                path=path, field=str(key)[:60], choices=allowed,
            )  # fmt: skip


def _parsed(path: str) -> dict[str, Any]:
    text = read_text(path)
    try:
        said = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(
            "{path}: the mapping is neither TOML nor JSON ({detail})",
            path=path, detail=str(error)[:100],
        ) from None  # fmt: skip
    if not isinstance(said, dict):
        raise UsageError("{path}: the mapping is neither TOML nor JSON ({detail})",
                         path=path, detail=type(said).__name__)  # fmt: skip
    return said


def _texts(path: str, said: Mapping[str, Any], entry: str) -> dict[str, str]:
    table = said.get(entry, {})
    if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
        raise _wrong(path, entry, '"…" = "…"')
    return table


def _wrong(path: str, entry: str, wanted: str) -> UsageError:
    return UsageError(
        "{path}: «{entry}» is not what it can be; it can be: {wanted}",
        path=path, entry=entry, wanted=wanted,
    )  # fmt: skip


def write_mapping(path: str, delivery: PlaceDelivery) -> None:
    """Write how a file was read as a mapping, to be edited and given with the next of its kind.

    Parameters
    ----------
    path : str
        Must not exist: a mapping that somebody edited is not overwritten.
    delivery : PlaceDelivery

    Raises
    ------
    UsageError
        If it exists or cannot be written.
    """
    options = delivery.options
    lines = [f"format = {_quoted(FORMAT)}", f"source = {_quoted(delivery.source)}",
             f"kind = {_quoted(options.kind.value)}"]  # fmt: skip
    said = {"date": options.date, "crs": options.crs, "datum": options.datum,
            "part": options.part or delivery.part, "encoding": options.encoding}  # fmt: skip
    lines += [f"{entry} = {_quoted(value)}" for entry, value in said.items() if value]
    if options.header_row is not None:
        lines.append(f"header_row = {options.header_row}")
    if options.day_first is not None:
        lines.append(f"day_first = {str(options.day_first).lower()}")
    titles = name_fields().fields
    lines += ["", "[columns]"]
    for column in delivery.columns:
        key = delivery.recognised.get(column, "")
        remark = f"  # {titles[key].zh}" if key in titles else ""
        lines.append(f"{_quoted(column)} = {_quoted(key)}{remark}")
    lines += ["", "[constants]"]
    lines += [f"{key} = {_quoted(value)}" for key, value in options.constants.items()]
    try:
        with Path(path).open("x", encoding="utf-8", newline="\n") as handle:
            handle.write("\n".join(lines) + "\n")
    except FileExistsError:
        raise UsageError("{path}: there is such a file already; name another", path=path) from None
    except OSError as error:
        raise UsageError(
            "{path}: it cannot be written ({detail})", path=path,
            detail=error.strerror or str(error),
        ) from None  # fmt: skip


def _quoted(text: str) -> str:
    """Return a text as TOML has it between quotation marks."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
