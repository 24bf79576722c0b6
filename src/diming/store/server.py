"""A PostgreSQL server: its address, its driver, and what it answers (服务器)."""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from diming.errors import DimingError, EnvironmentLacks, UsageError
from diming.store.sqlite import busy, damaged, no_room, read_only, unfitting

#: Where the tables are, unless the address says ``?schema=…``.
SCHEMA = "diming"


def split_address(address: str) -> tuple[str, str, str]:
    """Return what the driver is given, what may be shown (no password), and the schema.

    Examples
    --------
    >>> split_address("postgresql://u:p@host/db?schema=cq")
    ('postgresql://u:p@host/db', 'postgresql://u@host/db?schema=cq', 'cq')
    """
    try:
        parts = urlsplit(address)
        options = parse_qsl(parts.query, keep_blank_values=True)
        user = parts.username
        if "," not in parts.netloc:
            _ = parts.port
        if "@" in parts.path or parts.fragment or any("@" in k for k, _ in options):
            raise ValueError  # Part of a password, most likely: it must not be shown.
    except ValueError:
        raise UsageError(
            "the address of the server is not understood; write postgresql://user@host/database, "
            "and other signs than letters and digits in a password as %40 and the like"
        ) from None
    schema = next((v for k, v in options if k == "schema"), SCHEMA)
    if not re.fullmatch(r"[^\W\d]\w{0,62}", schema):
        raise UsageError("«{schema}» cannot be the name of a schema", schema=schema)
    kept = [(k, v) for k, v in options if k != "schema"]
    shown = [(k, v) for k, v in options if "password" not in k.lower()]
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{user}@{host}" if user else host
    # Put together by hand: the library drops the slashes where no host is named.
    given = _joined(parts, parts.netloc, urlencode(kept, quote_via=quote))
    place = _joined(parts, netloc, urlencode(shown, safe="/"))
    return given, place, schema


def _joined(parts: SplitResult, netloc: str, query: str) -> str:
    return f"{parts.scheme}://{netloc}{parts.path}" + (f"?{query}" if query else "")


@cache
def driver() -> Any:
    """Return the driver, imported when first needed."""
    try:
        return importlib.import_module("psycopg")
    except ImportError:
        raise EnvironmentLacks(
            "an archive on a server takes the driver psycopg; install diming[postgis]"
        ) from None


def unreachable(text: str, place: str) -> EnvironmentLacks:
    """Return what to say where no connection comes about."""
    # The driver tells of each address it tried; the last line says why.
    detail = (text.strip().splitlines() or ["?"])[-1].strip()
    if "password" in text or "authentication" in text:
        return EnvironmentLacks(
            "the server of {place} does not accept this user and password; look at the address, "
            "PGPASSWORD and ~/.pgpass",
            place=place,
        )
    if "does not exist" in text and "database" in text:
        return EnvironmentLacks(
            "the server of {place} has no such database; create it first (createdb)", place=place
        )
    return EnvironmentLacks(
        "the server of {place} cannot be reached ({detail})", place=place, detail=detail
    )


def no_postgis(place: str) -> EnvironmentLacks:
    """Return what to say where PostGIS is missing."""
    return EnvironmentLacks(
        "the database of {place} has no PostGIS; install it on the server (Debian: "
        "postgresql-postgis), then run CREATE EXTENSION postgis as its administrator",
        place=place,
    )


def told(error: Any, place: str) -> DimingError:
    """Return an error of the server as one of ours."""
    state = error.sqlstate or ""
    detail = error.diag.message_primary or str(error)
    if state in ("42501", "25006"):
        lacking = "extension" in detail
        return no_postgis(place) if lacking else read_only(place)
    if state in ("0A000", "58P01") and "extension" in detail:
        return no_postgis(place)
    if state in ("55P03", "40001", "40P01"):
        return busy(place)
    if state.startswith("23"):
        return unfitting(place, detail)
    if state.startswith("53") or state == "58030":
        return no_room(place, detail)
    if isinstance(error, (driver().OperationalError, driver().InterfaceError)):
        return EnvironmentLacks(
            "the connection to {place} was lost ({detail}); what was under way is not recorded",
            place=place, detail=(detail.strip().splitlines() or ["?"])[0],
        )  # fmt: skip
    return damaged(place, detail)


def quoted(name: str) -> str:
    """Return a name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
