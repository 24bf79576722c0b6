"""What a search of names found, in words: text for a terminal (检索文本)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diming.present.acts import basis_text, label, source_text, span_text
from diming.present.columns import columns
from diming.present.language import N_, P_, fill, say
from diming.present.located import chain_text, heirs_text
from diming.present.name_words import kind_word
from diming.present.plain import plain
from diming.present.told_words import told_text
from diming.script.rank import Why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diming.model.found import Above, Found, Hit

WHYS: dict[str, str] = {
    Why.EXACT: N_("written so"),
    Why.TRADITIONAL: N_("written so, in other forms of the characters"),
    Why.GENERIC: N_("with another generic term, or without"),
    Why.PINYIN: N_("reads so"),
    Why.HOMOPHONE: N_("reads the same"),
    Why.NEAR_SOUND: N_("reads nearly the same"),
    Why.ONE_CHARACTER: N_("one character differs"),
    Why.SWAPPED: N_("two characters are swapped"),
    Why.INITIALS: N_("its syllables begin so"),
    Why.PREFIX: N_("begins so"),
    Why.PART: N_("has it in it"),
    Why.ALIKE: N_("is like it"),
}


#: Ends of units of which an address has several; hits from here on are what was meant.
_ADDRESS, _SURE = re.compile(r"(?<=[\u4e00-\u9fff]{2})[省市区區县縣乡鄉镇鎮村]"), 0.9


def found_text(found: Found, lang: str | None) -> str:
    """Return the hits, the most alike first."""
    lines = list(_lines(found, lang))
    best = max((hit.score for hit in found.hits), default=0.0)
    if best < _SURE and len(_ADDRESS.findall(found.asked)) > 1:
        lines += [
            "",
            say(N_("An address of several units is found by «diming names locate»."), lang),
        ]
    return "\n".join(lines) + "\n"


def why_word(why: str, lang: str | None) -> str:
    """Return why something matches."""
    return say(WHYS[why], lang)


def span_of(hit: Hit, lang: str | None) -> str:
    """Return when the name was in use; nothing where nothing is known."""
    if hit.name is not None:
        return told_text(hit.name.when, lang)
    return "" if hit.span is None else span_text(hit.span, lang)


def above_text(above: Above, lang: str | None) -> str:
    """Return what something lies in, the highest first."""
    return chain_text(above.units, lang) or " / ".join(map(plain, above.told))


def _lines(found: Found, lang: str | None) -> Iterator[str]:
    head = plain(found.asked)
    if found.within is not None:
        within = say(N_("within {unit}"), lang, unit=label(found.within, lang))
        head = say(N_("{text} ({detail})"), lang, text=head, detail=within)
    yield head
    on = source_text(found.basis, lang) if found.any_day else basis_text(found.basis, lang)
    if not found.hits:
        yield say(N_("nothing found"), lang) + " · " + on
        return
    count = P_("{hit_count} hit", "{hit_count} hits", "hit_count")
    if found.more:
        count = P_("{hit_count} hit, and there are more", "{hit_count} hits, and there are more",
                   "hit_count")  # fmt: skip
    yield fill(count, lang, {"hit_count": len(found.hits)}) + " · " + on
    for hit in found.hits:
        yield ""
        yield from _hit(hit, lang)


def _hit(hit: Hit, lang: str | None) -> Iterator[str]:
    name = plain(hit.text)
    code = hit.version.any_code if hit.version is not None else ""
    if code:
        name += f"[{plain(code)}]"
    elif hit.place is not None and hit.place.feature:
        name = say(N_("{text} ({detail})"), lang, text=name, detail=plain(hit.place.feature))
    why = why_word(hit.why, lang)
    yield f"{name} · {kind_word(hit.kind, lang)} · {why} · {hit.score:.2f}"
    then, today = above_text(hit.then, lang), above_text(hit.today, lang)
    rows = [[say(N_("name of"), lang), plain(hit.standard)]] if hit.standard else []
    rows.append([say(N_("in use"), lang), span_of(hit, lang)])
    if hit.heirs:
        today = heirs_text(hit.heirs, hit.stopped, lang)
    elif hit.stopped is not None:
        today = heirs_text((), hit.stopped, lang)
    if then and then == today:
        rows.append([say(N_("in"), lang), then])
    else:
        rows += [[say(N_("then in"), lang), then], [say(N_("today"), lang), today]]
    if hit.also:
        rows.append([say(N_("also"), lang), say(N_(", "), lang).join(map(plain, hit.also))])
    if hit.place is not None:
        # What `diming names show` asks for where several are called so.
        rows.append([say(N_("id"), lang), hit.place.place_id])
    yield from columns([r for r in rows if r[1]])
