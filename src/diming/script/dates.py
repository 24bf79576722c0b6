"""Dates and stretches of time, as sources write them (时间的读法).

`read_told` reads one text, `told_between` a begin and an end from two columns. Both
keep the text: reading it again gives the same. `to_edtf` writes what was read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.handbook.eras import Eras, load_eras
from diming.model.place import Told
from diming.model.span import OPEN, Precision, Span, When
from diming.script.date_reader import DateReader
from diming.script.edtf_dates import edge_text, write_edtf
from diming.script.fold import simplified
from diming.script.moments import BadDate, Stretch, span_of, stretch_of

if TYPE_CHECKING:
    from datetime import date

__all__ = ["BadDate", "read_told", "stretch_told", "timespan_of", "to_edtf", "told_between"]

#: No date is longer.
_MOST = 120
#: A begin before a day; 止 and 尚存 are ends, wherever they stand.
_BEGUN = re.compile(r"前\W*$|前[(（]")


def read_told(
    text: str,
    *,
    day_first: bool | None = None,
    eras: Eras | None = None,
    known_on: date | None = None,
) -> Told:
    """Read a date, or a stretch of time.

    Parameters
    ----------
    text : str
    day_first : bool, optional
        Whether ``3/4/1997`` is the third of April; without, such a date is refused.
    eras : Eras, optional
        Without, the packaged table and what the handbook of one's own says.
    known_on : datetime.date, optional
        The day of the source: what it calls past (历史) had ended by then.

    Raises
    ------
    BadDate
        If it is none, or none that can be.

    Examples
    --------
    >>> str(read_told("民国三十年").span)
    '1941/1942'
    >>> read_told("1958年前后").certainty
    <Certainty.APPROXIMATE: 'approximate'>
    """
    kept = text.strip()
    stretch = stretch_told(kept, day_first=day_first, eras=eras)
    told = Told(kept, span_of(kept, stretch), stretch.certainty)
    if known_on is not None and _is_past(kept) and told.span is not None:
        return replace(told, span=_ended_by(told.span, known_on))
    return told


def told_between(
    begin: str,
    end: str,
    *,
    day_first: bool | None = None,
    eras: Eras | None = None,
    known_on: date | None = None,
) -> Told:
    """Read a begin and an end from two columns; the end is the last it held.

    An end that is not given is not known, or has not come: of what began before a day
    (解放前, 1958年以前) the begin alone is bounded, and it is in use until nobody knows when.

    Raises
    ------
    BadDate
        If one of them is no date, or the end lies before the begin.

    Examples
    --------
    >>> told_between("1912", "民国三十八年").text
    '1912/民国三十八年'
    """
    begin, end = begin.strip(), end.strip()
    if not begin and not end:
        return Told()
    if not end:
        first = stretch_told(begin, day_first=day_first, eras=eras, loose=True)
        # It began 解放前, and is still: only the begin is before then.
        before = first.begin is None and first.end is not None and _BEGUN.search(begin) is not None
        if not first.is_date and not before:
            return read_told(begin, day_first=day_first, eras=eras, known_on=known_on)
    mark = "至" if "/" in begin + end else "/"
    return read_told(f"{begin}{mark}{end}", day_first=day_first, eras=eras, known_on=known_on)


def stretch_told(
    text: str,
    *,
    day_first: bool | None = None,
    eras: Eras | None = None,
    loose: bool = False,
) -> Stretch:
    """Read a text into a stretch of any years, also those before the year 1.

    Parameters
    ----------
    loose : bool
        Take a number alone for a year, however short: as columns of years hold.

    Raises
    ------
    BadDate
    """
    return _cached(text.strip(), day_first, load_eras() if eras is None else eras, loose)


def to_edtf(told: Told, *, day_first: bool | None = None, eras: Eras | None = None) -> str:
    """Return it in EDTF; nothing where nothing is known.

    Taken from the text as far as that can be read, for it may tell of years that no
    span holds; else from the span.

    Examples
    --------
    >>> to_edtf(read_told("约1950年")), to_edtf(read_told("公元前316年"))
    ('1950~', '-0315')
    """
    return write_edtf(_stretch_again(told, day_first, eras))


def timespan_of(told: Told) -> dict[str, dict[str, str]] | None:
    """Return it as Linked Places tells a timespan; None where nothing is known.

    A date is ``in``, of an era only the ``earliest`` and ``latest`` days are known; years
    before the year 1 are told too, where the text has them.

    Examples
    --------
    >>> timespan_of(read_told("1935/1950"))
    {'start': {'in': '1935'}, 'end': {'in': '1950'}}
    """
    stretch = _stretch_again(told, None, None)
    said: dict[str, dict[str, str]] = {}
    if stretch.begin is not None:
        key = "earliest" if stretch.begin.precision is Precision.ERA else "in"
        said["start"] = {key: edge_text(stretch.begin, last=False)}
    if stretch.end is not None:
        key = "latest" if stretch.end.precision is Precision.ERA else "in"
        said["end"] = {key: edge_text(stretch.end, last=True)}
    return said or None


def _stretch_again(told: Told, day_first: bool | None, eras: Eras | None) -> Stretch:
    """Return what was read: the text tells of years that no span holds."""
    if told.text:
        try:
            stretch = stretch_told(told.text, day_first=day_first, eras=eras)
            if span_of(told.text, stretch) == told.span and stretch.certainty == told.certainty:
                return stretch
        except BadDate:
            pass
    return stretch_of(told.span, told.certainty)


@lru_cache(maxsize=16_384)
def _cached(text: str, day_first: bool | None, eras: Eras, loose: bool) -> Stretch:
    if not text:
        return Stretch()
    if len(text) > _MOST:
        raise BadDate(
            N_("“{text}” is too long for a date; write when, and the rest in another column"), text
        )
    reader = DateReader(text, day_first, eras)
    plain = _normal(text)
    stretch = reader.read(plain, loose=loose)
    if stretch is None and (simple := simplified(plain)) != plain:
        # 民國三十年, 光緒丁未年
        stretch = reader.read(simple, loose=loose)
    if stretch is None:
        raise BadDate(
            N_(
                "“{text}” is no date that is understood; write it like 1958, 1958-03, "
                "1958年3月, 民国三十年 or 1958/1962"
            ),
            text,
        )
    return stretch


def _normal(text: str) -> str:
    """Return one spelling of what may be written in several ways."""
    text = unicodedata.normalize("NFKC", text)
    text = text.translate({0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2212: "-", 0x301C: "~",
                           0x2015: "—", 0x2500: "—", })  # fmt: skip
    if re.search(r"[\u3400-\u9fff]", text):
        text = re.sub(r"\s+", "", text)
    return re.sub(r"\s+", " ", text).strip(" \"'“”‘’,;。")


def _is_past(text: str) -> bool:
    return text in ("历史", "曾用", "过去", "历史上", "废止", "已废")


def _ended_by(span: Span, day: date) -> Span:
    """Return a span that had ended by a day at the latest."""
    if day == OPEN or not span.is_open or day < span.begin.day:
        return span
    return Span(span.begin, When(day + timedelta(days=1), Precision.UNKNOWN))
