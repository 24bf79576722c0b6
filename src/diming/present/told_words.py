"""Times that sources tell of, in words (时间说明)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diming.model.place import Certainty
from diming.model.span import EVER, Precision
from diming.present.language import N_, say
from diming.present.plain import plain
from diming.script.edtf_dates import edge_text
from diming.script.moments import stretch_of

if TYPE_CHECKING:
    from diming.model.place import Told

CERTAINTIES = {
    Certainty.CERTAIN: "",
    Certainty.UNCERTAIN: N_("uncertain"),
    Certainty.APPROXIMATE: N_("about"),
    Certainty.BOTH: N_("uncertain, about"),
}

#: A text that says by itself which days are meant.
_SPEAKS = re.compile(r"[0-9/.:\- ]+")


def told_text(told: Told, lang: str | None) -> str:
    """Return a time as its source writes it, and how that was read: 清乾隆年间 (1736 – 1795)."""
    read = told_days(told, lang)
    doubt = CERTAINTIES[told.certainty]
    if read and doubt and not told.text:
        return say(N_("{said} ({doubt})"), lang, said=read, doubt=say(doubt, lang))
    if not told.text or told.text == read or (read and told.text.startswith("/")):
        return read  # An end alone says nothing as it is written.
    # What two columns were joined by is not the source's.
    text = plain(told.text.removesuffix("..").removesuffix("/"))
    if not read and told.text.endswith("/"):
        return say(N_("begun {text}"), lang, text=text)  # 解放前, and in use since.
    if not read or _SPEAKS.fullmatch(told.text):
        return text
    return say(N_("{text} ({detail})"), lang, text=text, detail=read)


def told_days(told: Told, lang: str | None) -> str:
    """Return from when until when it may have been; nothing where nobody knows.

    The end is the last day, month or year of it, where spans have the first after.
    """
    if told.span is None:
        return say(N_("before the year 1"), lang)
    begin, end = told.span.begin.precision, told.span.end.precision
    if not told.span.is_open and begin is Precision.UNKNOWN and end is Precision.UNKNOWN:
        return say(N_("no longer by {day}"), lang, day=told.span.end.day.isoformat())
    stretch = stretch_of(told.span, Certainty.CERTAIN)
    first = (
        ""
        if stretch.begin is None or told.span.begin.day == EVER
        else (edge_text(stretch.begin, last=False))
    )
    last = "" if stretch.end is None else edge_text(stretch.end, last=True)
    if not first and not last:
        return ""
    if not last:
        return say(N_("since {begin}"), lang, begin=first)
    if not first:
        return say(N_("until {end}"), lang, end=last)
    return first if first == last else f"{first} – {last}"
