"""What may be meant by a link that names no unit below the last one (候选).

Nothing is guessed: every unit comes with the reason why it is offered, and with what the
rest of the address then names below it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from diming.history.chains import ALWAYS, Path
from diming.history.roll import common, either
from diming.model.located import Form, Why
from diming.script.address import specific
from diming.script.fold import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from diming.history.chains import Chains, Reading
    from diming.history.outside import Listed, Outside
    from diming.history.roll import Days, Roll
    from diming.script.address import AddressText

#: Offers told.
MOST = 8
#: Failing links of which the offers are kept for the addresses to come.
_MOST_MADE = 20_000
#: Superiors looked at where an address has several.
_SUPERIORS = 6
#: Names this short all look alike.
_LEAST_ALIKE = 3
_ORDER = {why: n for n, why in enumerate(Why)}
#: Reasons that explain what is written, the better ones first, where they lead to one unit.
_EXPLAINING = (
    frozenset({Why.LINEAGE, Why.OTHER_TIME, Why.CODE_TABLE}),
    frozenset({Why.OTHER_KIND}),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A unit that may be meant.

    Attributes
    ----------
    why : Why
    units : tuple of str
        The unit offered, and what the rest of the address names below it.
    days : tuple
        When that held.
    end : int
        How far the address is read with it.
    below : str
        The superior of the address it is offered below; nothing if none.
    via : str
        The successor or predecessor of that superior.
    code : str
        In the code table.
    """

    why: Why
    units: tuple[str, ...]
    days: Days
    end: int
    below: str = ""
    via: str = ""
    code: str = ""

    @property
    def unit(self) -> str:
        """The last of its units."""
        return self.units[-1]


class Offers:
    """Finds what may be meant.

    Parameters
    ----------
    chains : Chains
    kin : callable
        Returns the units that a unit's ground came from or went to, by its id.
    sound : callable
        Returns how a folded name is read, without tones; nothing where it cannot be.
    """

    def __init__(
        self,
        chains: Chains,
        kin: Callable[[str], Sequence[str]],
        sound: Callable[[str], str],
    ) -> None:
        self.chains: Chains = chains
        self.roll: Roll = chains.roll
        self.outside: Outside = chains.outside
        self.kin = kin
        self.sound = cache(sound)
        self._made: dict[tuple[str, tuple[object, ...]], list[Offer]] = {}
        self._near: dict[tuple[str, str], list[tuple[Why, int, Days]]] = {}

    def of(self, text: AddressText, reading: Reading) -> list[Offer]:
        """Return what may be meant by the failing link, the likeliest first."""
        if reading.failing is None:
            return []
        begin, end = reading.failing
        word = text.folded[begin:end]
        best: dict[str, Offer] = {}
        for offer in self._known_offers(word, reading.paths):
            longer = self._continued(text, end, offer)
            held = best.get(longer.unit)
            if held is None or _rank(longer) < _rank(held):
                best[longer.unit] = longer
        return sorted(best.values(), key=lambda o: (*_rank(o), self._label(o.unit)))[:MOST]

    def _label(self, unit: str) -> tuple[str, str]:
        row = self.roll.rows[unit][-1]
        return self.roll.code[row], unit

    def _continued(self, text: AddressText, at: int, offer: Offer) -> Offer:
        """Read the rest of an address below an offer."""
        days = ALWAYS if offer.why is Why.CODE_TABLE else offer.days
        paths, end = self.chains.furthest(text, at, Path(unit=offer.unit, days=days))
        if not paths:
            return Offer(offer.why, offer.units, offer.days, at, offer.below, offer.via, offer.code)
        path = paths[0]
        below = tuple(u for u in path.units if u not in offer.units)
        return Offer(
            offer.why, offer.units + below, path.days, end, offer.below, offer.via, offer.code
        )

    def _known_offers(self, word: str, paths: Sequence[Path]) -> list[Offer]:
        key = word, tuple((p.steps[-1].listed, p.unit, p.days) for p in paths)
        known = self._made.get(key)
        if known is None:
            if len(self._made) > _MOST_MADE:
                self._made.clear()
            known = self._made[key] = list(self._offers(word, paths))
        return known

    def _offers(self, word: str, paths: Sequence[Path]) -> Iterator[Offer]:
        superiors: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for path in paths:
            if path.unit:
                superiors[path.unit] += path.days
        above = {u: either(days) for u, days in list(superiors.items())[:_SUPERIORS]}
        found = False
        for offers in (
            self._same_name(word, above),
            self._by_table(word, paths),
            self._other_kind(word, above),
            self._alike(word, above),
        ):
            for offer in offers:
                found = True
                yield offer
        if not found:
            yield from self._elsewhere_alike(word, above)
            yield from self._below(above)

    def _same_name(self, word: str, above: dict[str, Days]) -> Iterator[Offer]:
        for use in self.roll.uses(word):
            unit = self.roll.unit[use.row]
            known = self.roll.above(use.row)
            placed = False
            for superior in above:
                if superior in known and (days := common(known[superior], (use.days,))):
                    placed = True
                    yield Offer(Why.OTHER_TIME, (unit,), days, 0, superior)
                    continue
                for kin in self.kin(superior):
                    if kin in known and (days := common(known[kin], (use.days,))):
                        placed = True
                        yield Offer(Why.LINEAGE, (unit,), days, 0, superior, kin)
            if not placed:
                yield Offer(Why.ELSEWHERE, (unit,), (use.days,), 0)

    def _by_table(self, word: str, paths: Sequence[Path]) -> Iterator[Offer]:
        """Yield the unit of a name that the code table has below the superior as named."""
        units = dict.fromkeys(
            self.roll.unit[u.row] for u in self.roll.uses(word) if u.form is Form.NAME
        )
        if len(units) != 1:
            return
        (unit,) = units
        for listed in self.outside.named(word):
            for superior in self._superiors_listed(listed):
                for path in paths:
                    if not self._names(path, superior):
                        continue
                    days = common(listed.days, superior.days)
                    if days:
                        yield Offer(Why.CODE_TABLE, (unit,), days, 0, path.unit, "", listed.code)

    def _superiors_listed(self, listed: Listed) -> Iterator[Listed]:
        waiting = self.outside.superior(listed)
        while waiting:
            yield from waiting
            waiting = self.outside.superior(waiting[0])

    def _names(self, path: Path, listed: Listed) -> bool:
        """Tell whether the last link of a reading names a division of the code table."""
        last = next((s for s in reversed(path.steps) if s.unit or s.listed), None)
        if last is None:
            return False
        if last.listed is not None:
            return last.listed.code == listed.code
        name = fold(listed.name)
        return any(self.roll.folded[r] == name for r in self.roll.rows[last.unit])

    def _other_kind(self, word: str, above: dict[str, Days]) -> Iterator[Offer]:
        bare = specific(word) or word
        for use in self.roll.uses(bare):
            row = use.row
            if self.roll.folded[row] == word or self.roll.specific_of(row) != bare:
                continue
            known = self.roll.above(row)
            for superior in above:
                if superior in known:
                    yield Offer(
                        Why.OTHER_KIND, (self.roll.unit[row],), known[superior], 0, superior
                    )
                    continue
                for kin in self.kin(superior):
                    if kin in known:
                        yield Offer(
                            Why.OTHER_KIND, (self.roll.unit[row],), known[kin], 0, superior, kin
                        )

    def _alike(self, word: str, above: dict[str, Days]) -> Iterator[Offer]:
        for superior, held in above.items():
            key = superior, word
            if key not in self._near:
                self._near[key] = list(self._like(word, self.roll.below(superior)))
            for why, row, days in self._near[key]:
                then = common(days, held)
                if then:
                    yield Offer(why, (self.roll.unit[row],), then, 0, superior)

    def _elsewhere_alike(self, word: str, above: dict[str, Days]) -> Iterator[Offer]:
        """Yield names alike below what came of the superiors; anywhere if there are none."""
        key = "", word
        if not above:
            if key not in self._near:
                rows = [(r, (span,)) for r, span in enumerate(self.roll.span)]
                self._near[key] = list(self._like(word, rows))
            for why, row, days in self._near[key]:
                yield Offer(why, (self.roll.unit[row],), days, 0)
            return
        for superior in above:
            for kin in self.kin(superior):
                for why, row, days in self._like(word, self.roll.below(kin)):
                    yield Offer(why, (self.roll.unit[row],), days, 0, superior, kin)

    def _like(self, word: str, rows: Iterable[tuple[int, Days]]) -> Iterator[tuple[Why, int, Days]]:
        """Yield the versions whose names are read alike, or differ in one character."""
        from rapidfuzz.distance import OSA

        sound = self.sound(word)
        verdicts: dict[str, Why | None] = {}
        for row, days in rows:
            name = self.roll.folded[row]
            if name not in verdicts:
                why = None
                if name != word and name and abs(len(name) - len(word)) <= 1:
                    if len(name) == len(word) and sound and self.sound(name) == sound:
                        why = Why.SOUNDS_ALIKE
                    elif max(len(name), len(word)) >= _LEAST_ALIKE and OSA.distance(
                        name, word, score_cutoff=1
                    ) == 1:  # fmt: skip
                        why = Why.SIMILAR
                verdicts[name] = why
            found = verdicts[name]
            if found is not None:
                yield found, row, days

    def _below(self, above: dict[str, Days]) -> Iterator[Offer]:
        for superior, held in above.items():
            for row in self.roll.children.get(superior, ()):
                days = common((self.roll.span[row],), held)
                if days:
                    yield Offer(Why.BELOW, (self.roll.unit[row],), days, 0, superior)


def _rank(offer: Offer) -> tuple[int, int]:
    return -offer.end, _ORDER[offer.why]


def explains(offers: Sequence[Offer]) -> bool:
    """Tell whether the first of some offers, the likeliest first, explains what is written."""
    if not offers:
        return False
    for reasons in _EXPLAINING:
        found = [o for o in offers if o.why in reasons and o.end == offers[0].end]
        if found:
            return len({o.unit for o in found}) == 1 and found[0] is offers[0]
    return False
