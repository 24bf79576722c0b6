"""Tables of the handbook: the packaged ones, and over them the user's own (配置合并)."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from diming.errors import UsageError
from diming.handbook.entries import NOT_UNDERSTOOD
from diming.handbook.loader import own_handbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


@lru_cache(maxsize=8)
def packaged(name: str) -> Mapping[str, Any]:
    """Return a packaged file of the handbook, e.g. ``procedure``."""
    text = files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def own_part(name: str, path: str | Path | None = None) -> tuple[Mapping[str, Any], str]:
    """Return the user's own table of that name, and where it stands; an empty one if there is none.

    Raises
    ------
    UsageError
        If the file cannot be read.
    """
    found = own_handbook(path)
    if found is None:
        return {}, f"{name}.toml"
    where, own = found
    part = own.get(name, {})
    if not isinstance(part, dict):
        raise UsageError(NOT_UNDERSTOOD, path=where, entry="top level", field=name)
    return part, where


def merged(
    name: str, lists: Iterable[str], path: str | Path | None = None
) -> tuple[dict[str, dict[str, Mapping[str, Any]]], dict[str, Any], str]:
    """Return lists of entries by id, the settings, and the file to name in complaints.

    Parameters
    ----------
    name : str
        Of the packaged file, and of the user's table.
    lists : iterable of str
        Its lists of entries; each entry has an ``id``.

    Raises
    ------
    UsageError
        If an entry is not understood.
    """
    base = packaged(name)
    own, where = own_part(name, path)
    lists = tuple(lists)
    if unknown := sorted(set(own) - {*lists, "settings"}):
        raise UsageError(NOT_UNDERSTOOD, path=where, entry=name, field=unknown[0])
    result = {}
    for key in lists:
        by_id: dict[str, Mapping[str, Any]] = {e["id"]: e for e in base.get(key, ())}
        given = own.get(key, [])
        if not isinstance(given, list):
            raise UsageError(NOT_UNDERSTOOD, path=where, entry=name, field=key)
        for entry in given:
            if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
                raise UsageError(NOT_UNDERSTOOD, path=where, entry=f"{name}.{key}", field="id")
            if entry.get("drop") is True:
                by_id.pop(entry["id"], None)
            else:
                by_id[entry["id"]] = entry
        result[key] = by_id
    settings = own.get("settings", {})
    if not isinstance(settings, dict):
        raise UsageError(NOT_UNDERSTOOD, path=where, entry=name, field="settings")
    return result, {**base.get("settings", {}), **settings}, where
