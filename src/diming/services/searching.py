"""Search of names, former ones too, however they are written (地名检索).

Keys find candidates (`diming.script.keys`), likeness orders them (`diming.script.rank`), and
only of what is to be told is it asked where it was, and where that is today.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from diming.errors import UnreadableInput, UsageError
from diming.history.recall import Recall
from diming.model.found import Found, Hit
from diming.model.place import Name, NameKind
from diming.script.fold import fold
from diming.script.keys import Spelling, query_keys
from diming.script.rank import Match, Why
from diming.script.reading import syllables
from diming.services.asking import resolve
from diming.services.beliefs import basis, day_meant, revision_meant, today
from diming.services.situation import Situation
from diming.services.term_order import by_tone, ranked, tones_of, why_found

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from diming.model.place import Place
    from diming.model.span import Span
    from diming.model.version import Version
    from diming.script.keys import Query
    from diming.store.gazetteer_protocol import Term
    from diming.store.protocol import Store

#: Characters of a question that count; no name is longer.
_MOST_ASKED = 120
#: Candidates fetched by keys, by keys that many share, and by how they begin.
_MOST, _MOST_LOOSE, _MOST_BEGINNING = 1_000, 500, 60
#: Where the best is less alike, something farther off is looked for.
_GOOD = 0.62
#: Terms whose uses are fetched at once; with fewer than that, something farther off is looked for.
_AT_ONCE = 12
#: Terms so much alike are told apart by what bears them, not by their spelling.
_INITIALS_AT_ONCE = 400
#: Places of one spelling told before others: of what is nearly sure, and of what is less.
_OF_ONE_SPELLING, _SURER, _OF_ONE_OTHER = 3, 0.95, 1


def search(
    store: Store,
    text: str,
    *,
    day: date | None = None,
    within: str | None = None,
    within_day: date | None = None,
    limit: int = 10,
    known: str | None = None,
    kinds: Collection[NameKind] | None = None,
) -> Found:
    """Find places and units by a name, as it was or is, or nearly.

    Parameters
    ----------
    store : Store
    text : str
        Characters, simplified or traditional; pinyin with or without tones; initials.
    day : datetime.date, optional
        Only names in use then; of any time without one.
    within : str, optional
        Only what lay in this unit, given by id, code or name.
    within_day : datetime.date, optional
        The day on which that unit is meant, and on which it lay there; else `day`, else today.
    limit : int
        Hits at most.
    known : str, optional
        What the archive knew then.
    kinds : collection of NameKind, optional
        Only names of these kinds.

    Raises
    ------
    UsageError
        If there is nothing to look for, or `within` means no unit.
    Ambiguous
        If `within` means several.
    """
    return Searcher(store, known).search(
        text, day=day, within=within, within_day=within_day, limit=limit, kinds=kinds
    )


class Searcher:
    """Searches by one belief of an archive; made once for many questions."""

    def __init__(self, store: Store, known: str | None = None) -> None:
        self.store = store
        self.revision = revision_meant(store, known)
        self.gazetteer = store.gazetteer(self.revision.number)
        self.view = store.view(self.revision.number)
        self.now = today()
        self.situation = Situation(Recall(self.view), self.now)

    def search(
        self,
        text: str,
        *,
        day: date | None = None,
        within: str | None = None,
        within_day: date | None = None,
        limit: int = 10,
        kinds: Collection[NameKind] | None = None,
    ) -> Found:
        """See `search`."""
        asked = text.strip()[:_MOST_ASKED]
        folded = fold(asked)
        if not folded:
            raise UsageError("there is nothing to look for in “{text}”", text=asked)
        if limit < 1:
            raise UsageError("--limit is a number of hits from 1 on")
        if not self.gazetteer.has_terms:
            # It would find nothing, whatever it holds.
            raise UnreadableInput(
                "{place} is of an older layout, in which names cannot be searched; whatever is "
                "written to it next brings it up to date",
                place=self.store.place,
            )
        day = None if day is None else day_meant(day)
        unit = None
        if within is not None:
            unit = resolve(self.view, within, within_day or day or self.now)
        wanted = _Wanted(day, frozenset(kinds) if kinds else None, unit, within_day)
        hits, more = self._hits(asked, wanted, limit)
        told = tuple(
            self.situation.of(h, wanted.day) for h in self._with_standard(hits, wanted.day)
        )
        on = basis(self.store, day or self.now, self.revision)
        return Found(on, asked, told, day is None, unit, more)

    def _with_standard(self, hits: Sequence[Hit], day: date | None) -> list[Hit]:
        """Return hits with what their places are called, where they were found by another name."""
        ids = {
            h.place.place_id for h in hits
            if h.place is not None and h.kind is not NameKind.STANDARD
        }  # fmt: skip
        names = self.gazetteer.names_of(ids) if ids else {}
        called: dict[str, str] = {}
        for place_id, some in names.items():
            for name in some:
                if name.kind is NameKind.STANDARD and (day is None or name.when.holds(day)):
                    called[place_id] = name.text  # The latest stands last.
        return [
            replace(h, standard=called[h.place.place_id])
            if h.place is not None and h.kind is not NameKind.STANDARD
            and called.get(h.place.place_id, h.text) != h.text
            else h
            for h in hits
        ]  # fmt: skip

    def matches(self, asked: str) -> list[tuple[Term, Match]]:
        """Return the spellings in the archive that are like a text, the most alike first."""
        folded = fold(asked[:_MOST_ASKED])
        query = query_keys(folded, syllables(folded))
        terms = {t.number: t for t in self.gazetteer.terms((*query.same, *query.near), _MOST)}
        if query.spelling is Spelling.LETTERS and " " in query.syllables:
            # Who types ciqi has not come to the end of 磁器口.
            sounding = self.gazetteer.terms_sounding(query.syllables, _MOST_BEGINNING)
            terms.update((t.number, t) for t in sounding)
        found = ranked(query, terms.values())
        if len(found) < _AT_ONCE or found[0][1].score < _GOOD:
            for term in self._farther(query):
                terms.setdefault(term.number, term)
            found = ranked(query, terms.values())
        tones = tones_of(asked) if query.spelling is Spelling.LETTERS else ""
        return by_tone(found, tones) if tones else found

    def _farther(self, query: Query) -> Iterator[Term]:
        if query.loose:
            yield from self.gazetteer.terms(query.loose, _MOST_LOOSE)
        yield from self.gazetteer.terms_beginning(query.text, _MOST_BEGINNING)

    def _hits(self, asked: str, wanted: _Wanted, limit: int) -> tuple[list[Hit], bool]:
        """Return as many hits as are wanted, and whether there were more."""
        hits: dict[str, Hit] = {}
        aside: dict[str, Hit] = {}
        matches = self.matches(asked)
        while matches and len(hits) <= limit:
            many = _INITIALS_AT_ONCE if matches[0][1].why is Why.INITIALS else _AT_ONCE
            some, matches = matches[:many], matches[many:]
            of_term: dict[str, int] = {}
            for hit in self._in_order(some, asked, wanted, limit):
                place = hit.place_id or (hit.name.place_id if hit.name else "")
                if place in hits:
                    first = hits[place]
                    if hit.text != first.text and hit.text not in first.also:
                        hits[place] = replace(first, also=(*first.also, hit.text))
                    continue
                spelling = fold(hit.text)
                of_term[spelling] = of_term.get(spelling, 0) + 1
                sure = hit.why in (Why.EXACT, Why.TRADITIONAL)
                most = _OF_ONE_SPELLING if hit.score >= _SURER else _OF_ONE_OTHER
                crowded = not sure and of_term[spelling] > most
                (aside if crowded else hits).setdefault(place, hit)
        for place, hit in aside.items():
            if len(hits) > limit:
                break
            hits.setdefault(place, hit)
        return list(hits.values())[:limit], len(hits) > limit

    def _in_order(
        self, matches: Sequence[tuple[Term, Match]], asked: str, wanted: _Wanted, limit: int
    ) -> Iterator[Hit]:
        """Yield hits of some terms; among what is equally alike, units come before places."""
        found = self.gazetteer.uses([t.number for t, _ in matches])
        uses = {number: _few(rows, wanted, limit) for number, rows in found.items()}
        named = {u.place_id for rows in uses.values() for u in rows if isinstance(u, Name)}
        places = self.gazetteer.places(named) if named else {}
        for _, equal in groupby(matches, key=lambda m: m[1].score):
            hits: list[Hit] = []
            for term, match in equal:
                hits += self._used(uses.get(term.number, ()), places, match, asked, wanted)
            yield from sorted(hits, key=_standing)

    def _used(
        self,
        uses: Iterable[Name | Version],
        places: Mapping[str, Place],
        match: Match,
        asked: str,
        wanted: _Wanted,
    ) -> Iterator[Hit]:
        """Yield one hit for each place or unit that is written so, if it is wanted."""
        of_unit: dict[tuple[str, str], list[Version]] = {}
        names: list[Name] = []
        for use in uses:
            if isinstance(use, Name):
                names.append(use)
            else:
                of_unit.setdefault((use.unit_id, use.name), []).append(use)
        for versions in of_unit.values():
            fitting = [v for v in versions if wanted.day is None or v.holds(wanted.day)]
            if not fitting:
                continue
            last = max(fitting, key=lambda v: v.span.begin.day)
            standard = last.holds(wanted.day or self.now)
            kind = NameKind.STANDARD if standard else NameKind.FORMER
            hit = Hit(
                last.name, kind, match.score, why_found(match, asked, last.name),
                _whole(versions, last), version=last,
            )  # fmt: skip
            if self._is_wanted(hit, wanted):
                yield hit
        for name in names:
            place = places.get(name.place_id)
            version = None
            if place is None:
                version = self._unit_of(name, wanted.day)
                if version is None or (name.place_id, name.text) in of_unit:
                    continue
            if wanted.day is not None and not (
                name.when.holds(wanted.day) and (place is None or place.when.holds(wanted.day))
            ):
                continue
            hit = Hit(
                name.text, name.kind, match.score, why_found(match, asked, name.text),
                name.when.span, version=version, place=place, name=name,
            )  # fmt: skip
            if self._is_wanted(hit, wanted):
                yield hit

    def _unit_of(self, name: Name, day: date | None) -> Version | None:
        """Return the unit that a name was told of: as it was on a day, or last within its span."""
        versions = self.situation.memory.versions(name.place_id)
        if day is not None:
            return next((v for v in versions if v.holds(day)), None)
        span = name.when.span
        during = [
            v for v in versions if span is not None and _meet(v, span.begin.day, span.end.day)
        ]
        fitting = during or versions
        return fitting[-1] if fitting else None

    def _is_wanted(self, hit: Hit, wanted: _Wanted) -> bool:
        if wanted.kinds is not None and hit.kind not in wanted.kinds:
            return False
        if wanted.within is None:
            return True
        return self.situation.is_below(hit, wanted.within, wanted.within_day or wanted.day)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What hits must be."""

    day: date | None
    kinds: frozenset[NameKind] | None
    within: Version | None
    within_day: date | None


def _few(uses: Iterable[Name | Version], wanted: _Wanted, limit: int) -> list[Name | Version]:
    """Return the uses that may be told: all units, and of names no more than can be."""
    kept: list[Name | Version] = []
    names = 0
    for use in uses:
        if isinstance(use, Name):
            if wanted.kinds is not None and use.kind not in wanted.kinds:
                continue
            if wanted.day is not None and not use.when.holds(wanted.day):
                continue
            names += 1
            # Where more is asked than what a name tells, any of them may be the one.
            if names > limit + 1 and wanted.day is None and wanted.within is None:
                continue
        kept.append(use)
    return kept


def _standing(hit: Hit) -> tuple[object, ...]:
    """Units come first, the higher the earlier; what stands before what is gone."""
    version = hit.version
    span = hit.span
    return (
        -round(hit.score, 4),
        version is None,
        99 if version is None else int(version.level),
        span is None or not span.is_open,
        "" if version is None else version.any_code,
        hit.text,
        hit.place_id,
    )


def _whole(versions: Sequence[Version], last: Version) -> Span:
    """Return the span in which a unit bore one name without a break, about a version."""
    span = last.span
    for v in sorted(versions, key=lambda v: v.span.begin.day, reverse=True):
        if v.span.end.day == span.begin.day:
            span = replace(span, begin=v.span.begin)
    for v in sorted(versions, key=lambda v: v.span.begin.day):
        if v.span.begin.day == span.end.day:
            span = replace(span, end=v.span.end)
    return span


def _meet(version: Version, begin: date, end: date) -> bool:
    return version.span.begin.day < end and begin < version.span.end.day
