"""Addresses written in any era, resolved to units and followed to today (地址解析)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.handbook.loader import load_handbook
from diming.history.chains import Chains
from diming.history.offers import Offers, explains
from diming.history.outside import Outside
from diming.history.recall import Recall
from diming.history.roll import Roll, either, last_day
from diming.model.facts import Facts
from diming.model.located import (
    Candidate,
    Form,
    Held,
    Link,
    Located,
    Outcome,
    Why,
)
from diming.model.place import Problem
from diming.model.span import OPEN, Precision, Span, When, day_before
from diming.script.address import address_text
from diming.script.reading import syllables
from diming.services.address_problems import ambiguous, why_failing
from diming.services.beliefs import basis, revision_meant, today
from diming.services.descent import Descent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.handbook.county_codes import CountyCodes
    from diming.history.chains import Path, Reading
    from diming.history.offers import Offer
    from diming.history.roll import Days
    from diming.model.place import Name
    from diming.model.version import Version
    from diming.script.address import AddressText
    from diming.store.protocol import Store

#: Chains told of one address.
_MOST_HELD = 50
#: Candidates told of an address among many.
_FEW_OFFERS = 3


class Locator:
    """Resolves addresses by one belief of an archive; made once for many.

    Parameters
    ----------
    store : Store
    known : str, optional
        What the archive knew then.
    told : mapping of str to sequence of Name, optional
        Names that sources tell of units, by unit id; those of the archive by default.
    """

    def __init__(
        self,
        store: Store,
        known: str | None = None,
        told: Mapping[str, Sequence[Name]] | None = None,
    ) -> None:
        revision = revision_meant(store, known)
        self.basis = basis(store, today(), revision)
        table = store.table(revision.number)
        if told is None:
            units = dict.fromkeys(table.unit_id.tolist())
            told = store.gazetteer(revision.number).names_of(units)
        self.roll = Roll(table, told)
        self._descent = Descent(Recall(store.view(revision.number)), self.basis.day)
        self._chains = Chains(self.roll, _outside(load_handbook().county_codes))
        self._offers = Offers(self._chains, self._descent.kin, syllables)
        self._made: dict[tuple[tuple[str, ...], Days, date | None, bool], Held] = {}
        self._answers: dict[tuple[str, date | None], Located] = {}

    def locate(self, asked: str, day: date | None = None, *, whole: bool = True) -> Located:
        """Resolve an address.

        Parameters
        ----------
        asked : str
        day : datetime.date, optional
            Of which the address must have been right; at any time without one.
        whole : bool
            Also with lineage and extent; without, alike addresses are resolved once.
        """
        if whole:
            return self._locate(asked, day, whole=True)
        key = asked, day
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._locate(asked, day, whole=False)
        return found

    def refuse(self, asked: str, problem: Problem) -> Located:
        """Return the answer for an address that cannot be asked about."""
        return Located(self.basis, asked, Outcome.FAILED, problem=problem)

    def _locate(self, asked: str, day: date | None, *, whole: bool) -> Located:
        text = address_text(asked)
        reading = self._chains.read(text)
        problem: Problem | None = None
        on = None
        if day is not None:
            day = min(day, day_before(OPEN))
            then = self._chains.read(text, day.toordinal())
            if _as_far(then) == _as_far(reading):
                reading, on = then, day
            elif reading.failing is None and any(p.unit for p in reading.paths):
                problem = Problem(
                    N_("it did not hold on {day}; it held {spans}"),
                    Facts({"day": day, "spans": self._spans_of(reading.paths)}),
                )
        return self._answer(asked, text, reading, problem, on, whole=whole)

    def _answer(
        self, asked: str, text: AddressText, reading: Reading, problem: Problem | None,
        on: date | None, *, whole: bool,
    ) -> Located:  # fmt: skip
        links = self._links(text, reading)
        held = self._held(reading.paths, on, whole=whole)
        before = text.piece(0, reading.start) if reading.start else ""
        end = reading.end if reading.failing is None else reading.failing[1]
        rest = text.rest(end)
        outcome, failed_at = Outcome.FOUND, None
        candidates: tuple[Candidate, ...] = ()
        if problem is not None:
            outcome, failed_at = Outcome.FAILED, len(links) - 1
        elif not text.folded:
            outcome = Outcome.FAILED
            problem = Problem(N_("there is nothing to read in it"))
        elif reading.failing is not None and not _is_outside(reading):
            offers = self._offers.of(text, reading)
            told = offers if whole else offers[:_FEW_OFFERS]
            candidates = tuple(self._candidate(o, text) for o in told)
            outcome, failed_at = Outcome.FAILED, len(links) - 1
            if explains(offers):
                outcome = Outcome.EXPLAINED
            spans = self._spans_of(reading.paths) if held else []
            problem = why_failing(text, reading, offers, held, spans, self._descent)
        elif not held:
            outcome = Outcome.OUTSIDE
            listed = [s.listed for p in reading.paths[:1] for s in p.steps if s.listed]
            problem = Problem(
                N_("the archive holds none of it; the code table has {units}"),
                Facts({"units": [f"{x.name}[{x.code}]" for x in listed]}),
            )
        elif len({h.unit.unit_id for h in held}) > 1:
            outcome = Outcome.SEVERAL
            problem = ambiguous(held)
        names: dict[str, Version] = {}
        for one in held:
            if one.lineage is not None:
                names |= one.lineage.names
        return Located(
            self.basis, asked, outcome, links, before, rest, held, problem, failed_at, candidates,
            names,
        )  # fmt: skip

    # What was read

    def _links(self, text: AddressText, reading: Reading) -> tuple[Link, ...]:
        links: list[Link] = []
        last = ""
        for step in reading.paths[0].steps if reading.paths else ():
            written = text.piece(step.begin, step.end)
            if step.listed is not None:
                links.append(Link(written, step.listed.code, step.form))
            elif not step.unit:
                continue
            elif step.unit == last:
                # A code beside a name, or the name once more: one link.
                form = min(step.form, links[-1].form, key=list(Form).index)
                links[-1] = Link(f"{links[-1].text} {written}", "", form)
            else:
                links.append(Link(written, "", step.form))
            last = step.unit
        if reading.failing is not None and not _is_outside(reading):
            links.append(Link(text.piece(*reading.failing)))
        return tuple(links)

    def _held(self, paths: Sequence[Path], on: date | None, *, whole: bool) -> tuple[Held, ...]:
        by_chain: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for path in paths:
            if path.units:
                by_chain.setdefault(path.units, []).extend(path.days)
        held = [self._one_held(u, either(d), on, whole=whole) for u, d in by_chain.items()]
        held.sort(key=_standing_first)
        return tuple(held[:_MOST_HELD])

    def _one_held(
        self, units: tuple[str, ...], days: Days, on: date | None, *, whole: bool
    ) -> Held:
        key = units, days, on, whole
        known = self._made.get(key)
        if known is None:
            known = self._made[key] = self._make_held(units, days, on, whole=whole)
        return known

    def _make_held(
        self, units: tuple[str, ...], days: Days, on: date | None, *, whole: bool
    ) -> Held:
        if on is not None:
            days = tuple(d for d in days if d[0] <= on.toordinal() < d[1])
        last = on or last_day(days)
        chain = tuple(self._descent.version(u, last) for u in units)
        spans, known = [], True
        for n, stretch in enumerate(days):
            span, sure = self._descent.span(units, stretch)
            spans.append(span)
            known = known and (sure or n > 0)
        heirs, stopped = self._descent.heirs(units[-1], last)
        found = self._descent.lineage(units[-1], last) if whole else None
        extent = self._descent.extent(chain, last) if whole else None
        whole_chain = self._descent.chain_of(chain[-1], last)
        return Held(chain, tuple(spans), whole_chain, known, heirs, stopped, found, extent)

    def _spans_of(self, paths: Sequence[Path]) -> list[Span]:
        return [
            self._descent.span(paths[0].units, stretch)[0]
            for stretch in either(d for p in paths for d in p.days)
        ]

    # What failed

    def _candidate(self, offer: Offer, text: AddressText) -> Candidate:
        days = offer.days[-1]
        last = date.fromordinal(days[1] - 1)
        versions = [self._descent.version(u, last) for u in offer.units]
        table = offer.why is Why.CODE_TABLE
        # Of what lay above it then, the table and the archive say different things.
        above = () if table else self._descent.chain_of(versions[0], last)[:-1]
        span = (
            Span(_when(days[0]), When(date.fromordinal(days[1])))
            if table
            else self._descent.span([v.unit_id for v in above[-1:]] + list(offer.units), days)[0]
        )
        lasting = last if not table else day_before(versions[-1].span.end.day)
        heirs, _ = self._descent.heirs(offer.unit, lasting)
        via = self._descent.version(offer.via, last) if offer.via else None
        return Candidate(
            offer.why, (*above, *versions), span, len(above), text.rest(offer.end), via, offer.code,
            heirs,
        )  # fmt: skip


@lru_cache(maxsize=2)
def _outside(codes: CountyCodes) -> Outside:
    return Outside(codes)


def _when(day: int) -> When:
    found = date.fromordinal(day)
    return When(found, Precision.UNKNOWN) if found == date.min else When(found)


def _as_far(reading: Reading) -> tuple[int, tuple[int, int] | None, bool]:
    """Return how far an address was read, and whether to a unit of the archive."""
    return reading.end, reading.failing, any(p.unit for p in reading.paths)


def _is_outside(reading: Reading) -> bool:
    """Tell whether the address lies in a county that is not of the archive."""
    return bool(reading.paths) and not any(p.unit for p in reading.paths) and any(
        len(p.prefix) >= 6 for p in reading.paths
    )  # fmt: skip


def _standing_first(held: Held) -> tuple[bool, int, int, str]:
    last = held.spans[-1].end.day
    return last != OPEN, -last.toordinal(), int(held.unit.level), held.unit.unit_id
