"""Places and names as GeoNames has them: 19 columns, parted by tabs, no header.

For programs that take the dumps of GeoNames. What came from there goes back as it was;
of other places the name, the other names, the position and a class are told.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from diming.model.place import PlaceRecord

COLUMNS = (
    "geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude",
    "feature class", "feature code", "country code", "cc2", "admin1 code", "admin2 code",
    "admin3 code", "admin4 code", "population", "elevation", "dem", "timezone",
    "modification date",
)  # fmt: skip
#: Groups of classes (地名类别, first two digits) → class of GeoNames.
FEATURE_CLASSES = {
    "11": "H", "12": "H", "13": "T", "21": "A", "22": "P", "23": "R", "24": "S", "25": "S",
    "26": "S", "27": "S",
}  # fmt: skip
#: Ids of our own lie above all that GeoNames gives.
_OWN_IDS = 10**12
_BREAKS = re.compile(r"[\t\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


def write(
    records: Iterable[PlaceRecord], path: Path, parents: Mapping[str, Sequence[str]] | None
) -> int:
    """Write records; what the format cannot hold is left out."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        for record in records:
            count += 1
            handle.write("\t".join(_row(record)) + "\n")
    return count


def _row(record: PlaceRecord) -> list[str]:
    place = record.place
    came = place.verbatim if "geonameid" in place.verbatim else {}
    name = record.names[0] if record.names else None
    others = dict.fromkeys(n.text for n in record.names[1:])
    text = name.text if name else ""
    row = {
        "geonameid": _number(record),
        "name": text,
        "asciiname": came.get("asciiname")
        or ascii_of(name.romanisation if name and name.romanisation else text),
        "alternatenames": ",".join(t.replace(",", "，") for t in others),
        "latitude": "" if place.lat is None else repr(float(place.lat)),
        "longitude": "" if place.lon is None else repr(float(place.lon)),
        "feature class": came.get("feature class") or FEATURE_CLASSES.get(place.class_code[:2], ""),
        "feature code": came.get("feature code", ""),
        "country code": came.get("country code") or "CN",
        **{c: came.get(c, "") for c in COLUMNS[9:]},
    }
    return [_BREAKS.sub(" ", row[c]) for c in COLUMNS]


def _number(record: PlaceRecord) -> str:
    place = record.place
    theirs = place.verbatim.get("geonameid", "")
    if not theirs and place.source.lower().startswith("geonames"):
        theirs = place.source_id
    if re.fullmatch(r"[1-9]\d*", theirs, re.ASCII):
        return theirs
    said = place.place_id or f"{place.source}\n{place.source_id}\n{record.number}"
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    return str(_OWN_IDS + int(digest[:12], 16))


def ascii_of(text: str) -> str:
    """Return letters without marks, as GeoNames writes them; nothing if there are others.

    Examples
    --------
    >>> ascii_of("Cíqìkǒu Jiēdào"), ascii_of("Nán'àn"), ascii_of("磁器口")
    ('Ciqikou Jiedao', "Nan'an", '')
    """
    plain = unicodedata.normalize("NFD", text.replace("’", "'"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return plain if plain.isascii() else ""
