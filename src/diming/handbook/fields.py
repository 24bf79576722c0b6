"""Fields of a place-name record (地名信息字段): their keys, headings, and where they go."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_BRACKETS = re.compile(r"\([^()]*\)")
_LOOSE = re.compile(r"[\s_\-*:：.。]+")


@dataclass(frozen=True, slots=True)
class Field:
    """One field; see the head of ``name_fields.toml``.

    Attributes
    ----------
    key : str
        What mappings and facts call it.
    zh : str
        Its title on the forms.
    goes : str
        ``place.X``, ``name.X``, ``names.KIND``, ``facts``, ``name_facts``, or what
        reading makes of it: ``lon``, ``begin``, ``within``, …
    headers : tuple of str
        Headings it is known by, the title first.
    lang : str
        Tag of the names in it, where they are of one language.
    """

    key: str
    zh: str
    goes: str
    headers: tuple[str, ...]
    lang: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A kind of file known by its headings (格式)."""

    id: str
    needs: tuple[str, ...]
    columns: Mapping[str, str]
    basis: str = ""


@dataclass(frozen=True, slots=True)
class NameFields:
    """All fields, and how they are recognised.

    Attributes
    ----------
    fields : mapping
        Key → field, in the order of the file.
    by_heading : mapping
        Plain heading → (key, rank): the lower the rank, the surer.
    dialects : tuple of Dialect
    languages : mapping
        Language as the forms write it → BCP 47.
    """

    fields: Mapping[str, Field]
    by_heading: Mapping[str, tuple[str, int]]
    dialects: tuple[Dialect, ...]
    languages: Mapping[str, str]

    def of_heading(self, heading: str) -> tuple[str, int] | None:
        """Return the key of the field that a heading means, and its rank."""
        plain = plain_heading(heading)
        found = self.by_heading.get(plain)
        if found is None and (short := _BRACKETS.sub("", plain)) != plain:
            found = self.by_heading.get(short)
        return found


#: Fields that only dialects have: made of several at once.
_COMPOSED = (
    Field("name_traditional_simplified", "繁体|简体", "name.both", (), basis="TGAZ"),
    Field("short_reading", "简称读音", "short_reading", (), basis="usage"),
)


def plain_heading(text: str) -> str:
    """Return a heading as headings are compared.

    Examples
    --------
    >>> plain_heading(" Start_Year "), plain_heading("图号（年版）")
    ('startyear', '图号(年版)')
    """
    return _LOOSE.sub("", unicodedata.normalize("NFKC", text)).lower()


@lru_cache(maxsize=1)
def name_fields() -> NameFields:
    """Return the fields of ``name_fields.toml``."""
    said = tomllib.loads(
        files(__package__).joinpath("name_fields.toml").read_text(encoding="utf-8")
    )
    fields: dict[str, Field] = {}
    by_heading: dict[str, tuple[str, int]] = {}
    for entry in said["field"]:
        headers = (entry["zh"], *entry["headers"], entry["key"])
        field = Field(
            entry["key"], entry["zh"], entry["goes"], headers, entry.get("lang", ""), entry["basis"]
        )
        fields[field.key] = field
        for rank, heading in enumerate(headers):
            by_heading.setdefault(plain_heading(heading), (field.key, rank))
    fields |= {field.key: field for field in _COMPOSED}
    dialects = tuple(
        Dialect(
            entry["id"], tuple(map(plain_heading, entry["needs"])),
            {plain_heading(h): key for h, key in entry["columns"].items()}, entry["basis"],
        )
        for entry in said["dialect"]
    )  # fmt: skip
    return NameFields(fields, by_heading, dialects, said["languages"])
