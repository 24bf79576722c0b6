"""Places of the archive that bear a name like a proposed one (地名库中的相近名称)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.model.entry import Matter
from diming.model.naming import Bearer, NameClass
from diming.model.place import Name, NameKind
from diming.model.span import OPEN, Precision
from diming.rules.listings import LISTED
from diming.rules.naming import class_of
from diming.rules.naming_spelling import parts_of
from diming.script.fold import fold
from diming.script.keys import query_keys
from diming.script.reading import syllables

if TYPE_CHECKING:
    from datetime import date

    from diming.handbook.naming import NamingRules
    from diming.model.place import Place
    from diming.store.gazetteer_protocol import Gazetteer

#: Names that may not come twice; short names and those of maps may.
_KINDS = (NameKind.STANDARD, NameKind.FORMER, NameKind.ALIAS)

#: Classes by the first two digits of the class code (地名类别).
_CLASSES = {
    "11": NameClass.NATURE, "12": NameClass.NATURE, "13": NameClass.NATURE,
    "22": NameClass.VILLAGE, "24": NameClass.FACILITY, "25": NameClass.PARK,
    "26": NameClass.HOUSING, "27": NameClass.OTHER,
}  # fmt: skip

#: Terms that begin like the specific part and are looked at.
_MOST_BEGINNING = 500


class PlaceNames:
    """The gazetteer of an archive, asked for like names.

    Parameters
    ----------
    gazetteer : Gazetteer
    rules : NamingRules
    """

    def __init__(self, gazetteer: Gazetteer, rules: NamingRules) -> None:
        self._gazetteer, self._rules = gazetteer, rules
        self.count = gazetteer.counts()["names"]
        self._protected: dict[str, bool] = {}

    def like(
        self, name: str, name_class: NameClass, day: date, within: frozenset[str] | None
    ) -> list[Bearer]:
        """Return places whose names may be the same or sound so, and their names.

        Parameters
        ----------
        name : str
        name_class : NameClass
            Tells which generic term is left off.
        day : datetime.date
            The day names are compared on.
        within : frozenset of str or None
            Ids of the units they must lie in; None for anywhere.
        """
        names = [n for n in self._found(name, name_class) if n.kind in _KINDS]
        places = self._gazetteer.places({n.place_id for n in names})
        bearers = []
        for one in names:
            # Names told of units have no place; units bear their names by acts.
            place = places.get(one.place_id)
            if place is not None and (within is None or place.within_id in within):
                bearers.append(self._bearer(one, place, day))
        return bearers

    def is_protected(self, place_id: str) -> bool:
        """Tell whether a place or unit is on a list of protected names."""
        if place_id not in self._protected:
            entries = self._gazetteer.entries(Matter.HERITAGE, place_id=place_id)
            last = {e.matter_id: e.state for e in entries}
            self._protected[place_id] = LISTED in last.values()
        return self._protected[place_id]

    def _found(self, name: str, name_class: NameClass) -> list[Name]:
        name = self._rules.short(name)
        specific = parts_of(name, self._rules.terms_of(name_class)).specific
        keys: set[int] = set()
        for text in {fold(name), fold(specific)} - {""}:
            keys.update(query_keys(text, syllables(text)).same)
        terms = {t.number for t in self._gazetteer.terms(sorted(keys))}
        if len(fold(specific)) > 1:
            # Of 阳光花园 and 阳光小区 the endings are none that a search leaves off.
            beginning = self._gazetteer.terms_beginning(fold(specific), _MOST_BEGINNING)
            terms.update(t.number for t in beginning)
        uses = self._gazetteer.uses(sorted(terms))
        return [use for each in uses.values() for use in each if isinstance(use, Name)]

    def _bearer(self, name: Name, place: Place, day: date) -> Bearer:
        span, end, until = name.when.span, None, ""
        if span is not None and span.end.day != OPEN:
            end, until = span.end.day, str(span.end)
        gone = not place.when.holds(day) or span is None
        if end is None and (name.kind is NameKind.FORMER or gone):
            # It is over, nobody says since when.
            end = day
        begun = span is not None and span.begin.precision is not Precision.UNKNOWN
        since = str(span.begin) if span is not None and begun else ""
        if span is not None and span.begin.precision is Precision.ERA:
            # An era has no first day that anybody meant.
            since = name.when.text.partition("/")[0]
        return Bearer(
            id=place.place_id,
            text=name.text,
            code=place.code,
            name_class=self._class(name.text, place),
            above=place.within,
            begin=span.begin.day if span is not None and begun else None,
            end=end,
            since=since,
            until=until,
            lon=place.lon,
            lat=place.lat,
            lies_in=place.within_id or "",
        )

    def _class(self, text: str, place: Place) -> NameClass:
        """Return the class of a place: by its code, else by the generic term of its name."""
        group = place.class_code[:2]
        told = class_of(text, self._rules)
        if group == "21":
            return told if told in _DIVISIONS else NameClass.VILLAGE
        if group == "23":
            return told if told is NameClass.STREET else NameClass.FACILITY
        if group == "22" and told is NameClass.HOUSING:
            return told
        return _CLASSES.get(group) or told or NameClass.OTHER


_DIVISIONS = (NameClass.COUNTY, NameClass.TOWNSHIP, NameClass.VILLAGE)
