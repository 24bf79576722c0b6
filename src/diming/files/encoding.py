"""In which encoding a shapefile's texts are (文字编码). GBK without a .cpg is the daily case."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

#: Language driver ids that name an encoding (offset 29 of a .dbf).
_DRIVERS = {0x4D: "GB18030", 0x4F: "Big5", 0x7A: "GB18030", 0x57: None, 0x00: None}
_SAMPLE_RECORDS = 5000
_SAMPLE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Settled:
    """An encoding, and how it was settled.

    `unsettled` names the columns whose bytes no candidate could read; `label`
    is what the report says.
    """

    encoding: str
    label: str
    unsettled: tuple[str, ...] = ()
    #: What the .cpg declares, where its bytes say otherwise.
    contradicts: str | None = None


def settle(dbf: Path, given: str | None = None) -> Settled:
    """Settle the encoding of a .dbf by its bytes, its .cpg, and what the user says."""
    texts = _texts(dbf)
    if given:
        name = _python_name(given)
        if name is None:
            raise UsageError(
                "there is no encoding «{encoding}»; give one such as UTF-8 or GB18030",
                encoding=given,
            )
        return Settled(name, given, _undecodable(texts, name))
    declared, by_cpg = _declared(dbf)
    if all(text.raw.isascii() for text in texts):
        return Settled(declared or "UTF-8", declared or "ASCII")
    # Chinese in UTF-8 often decodes as GBK too, into other characters; never the reverse.
    utf_8_all_the_same = not _undecodable(texts, "UTF-8") and _looks_chinese(texts, "UTF-8")
    if declared and not utf_8_all_the_same and not _undecodable(texts, declared):
        return Settled(declared, declared)
    if declared == "UTF-8" and utf_8_all_the_same:
        return Settled(declared, declared)
    for candidate in ("UTF-8", "GB18030"):
        if not _undecodable(texts, candidate) and (
            candidate == "UTF-8" or _looks_chinese(texts, candidate)
        ):
            contradicts = declared if by_cpg and declared != candidate else None
            return Settled(candidate, f"{candidate}:by-bytes", (), contradicts)
    fallback = declared or "GB18030"
    return Settled(fallback, f"{fallback}:unsettled", _undecodable(texts, fallback) or ("*",), None)


def _declared(dbf: Path) -> tuple[str | None, bool]:
    """Return what the file declares, and whether its .cpg does so."""
    for ending in (".cpg", ".CPG", ".Cpg"):
        file = dbf.with_suffix(ending)
        if file.exists():
            text = file.read_bytes()[:40].decode("ascii", "ignore").strip().strip("\0")
            if (name := _python_name(text)) is not None:
                return name, True
    with dbf.open("rb") as handle:
        handle.seek(29)
        driver = handle.read(1)
    return (_DRIVERS.get(driver[0]) if driver else None), False


def _python_name(text: str) -> str | None:
    text = text.upper().removeprefix("ANSI ").strip()
    text = {"936": "GB18030", "65001": "UTF-8", "GBK": "GB18030", "GB2312": "GB18030"}.get(
        text, text
    )
    if text.startswith("885"):  # a .cpg of ESRI writes 88591 for ISO-8859-1, or 8859-1
        text = "ISO-8859-" + text.removeprefix("8859").removeprefix("885").lstrip("-_")
    try:
        "".encode(text)
    except (LookupError, ValueError):
        return None
    return text


@dataclass(frozen=True, slots=True)
class _Text:
    """One text of a .dbf; `full` where it fills its field, and may be cut."""

    column: str
    raw: bytes
    full: bool


def _texts(dbf: Path) -> list[_Text]:
    """Return a sample of the texts of the character columns."""
    with dbf.open("rb") as handle:
        raw = handle.read(_SAMPLE_BYTES)
    if len(raw) < 33:
        return []
    count, header, size = struct.unpack("<IHH", raw[4:12])
    columns, place = [], 1
    for start in range(32, header - 1, 32):
        if start + 32 > len(raw) or raw[start] == 0x0D:
            break
        name = raw[start : start + 11].split(b"\0")[0].decode("gb18030", "replace")
        length = raw[start + 16]
        if raw[start + 11 : start + 12] == b"C":
            columns.append((name, place, length))
        place += length
    result = []
    step = max(1, count // _SAMPLE_RECORDS)
    for record in range(0, min(count, len(raw)), step):
        row = raw[header + record * size : header + (record + 1) * size]
        for name, at, length in columns:
            value = row[at : at + length].rstrip(b" \0")
            if value:
                result.append(_Text(name, value, len(value) == length))
    return result


def _undecodable(texts: list[_Text], encoding: str) -> tuple[str, ...]:
    """Return the columns that hold bytes which are no text in an encoding.

    A character cut in two by the end of its field is forgiven.
    """
    bad = set()
    for text in texts:
        for cut in range(4 if text.full else 1):
            try:
                text.raw[: len(text.raw) - cut].decode(encoding)
                break
            except UnicodeDecodeError as error:
                if error.start < len(text.raw) - 4:
                    bad.add(text.column)
                    break
        else:
            bad.add(text.column)
    return tuple(sorted(bad))


def _looks_chinese(texts: list[_Text], encoding: str) -> bool:
    return looks_chinese("".join(text.raw.decode(encoding, "ignore") for text in texts))


def looks_chinese(text: str) -> bool:
    """Tell text from bytes that merely happen to decode: mostly common Chinese characters."""
    characters = [c for c in text if not c.isascii()]
    common = sum(
        "\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef"
        for c in characters
    )
    if common < 0.9 * len(characters):
        return False
    # GB2312 holds the 6,763 characters of ordinary text; mojibake falls outside it.
    ordinary = 0
    for c in characters:
        try:
            c.encode("gb2312")
            ordinary += 1
        except UnicodeEncodeError:
            continue
    return ordinary >= 0.8 * len(characters)
