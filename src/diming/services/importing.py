"""Take places and names into an archive: what each row becomes, then all in one revision (导入).

Rows that cannot be taken, or are at odds with what is there, are not written and come back
with the reason; nothing of the others is lost: a new place keeps its row as it came, a
known one gets it with the name that the source attests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.files.reading import silent
from diming.model.facts import Facts
from diming.model.intake import Fate, Intake, TakenRow
from diming.model.namechange import NameChange
from diming.model.place import OF_ARCHIVE, Problem
from diming.services.beliefs import today
from diming.services.belonging import UnitsOn, lies_in, likeliest_systems, spots
from diming.services.gained import (
    attested,
    gained,
    new_id,
    odd,
    speaks_anew,
    told_of_unit,
    with_row,
)
from diming.services.identity import (
    Delivered,
    Known,
    Same,
    claims_unit,
    names_new,
    unit_meant,
)
from diming.services.recording import revision_written
from diming.store.protocol import Withdrawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from diming.files.reading import Progress
    from diming.model.place import Name, Place, PlaceRecord
    from diming.model.version import Version
    from diming.store.gazetteer_protocol import Gazetteer
    from diming.store.protocol import Store

_TROUBLE = {
    "ambiguous": N_("several units are called “{within}” that day; which one is meant is not said"),
    "partly": N_("of “{within}”, the archive knows only {unit}"),
    "unknown": N_("the archive knows nothing of “{within}” that day"),
}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a delivery is understood.

    Attributes
    ----------
    day : datetime.date or None
        The day the source speaks of; today without one.
    code_system : str
        Whose division codes: ``ministry``, ``nbs``, or ``auto`` to see which fit.
    within : str
        Unit that all lies in which does not say so; its id.
    same_place_m : float
        Places of one name are the same only if they are no farther apart.
    """

    day: date | None = None
    code_system: str = "auto"
    within_id: str | None = None
    same_place_m: float = 2_000.0


def take_in(
    store: Store,
    records: Sequence[PlaceRecord],
    *,
    author: str,
    reason: str,
    document: str = "",
    options: ImportOptions | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
    give_back: Callable[[Sequence[TakenRow]], None] | None = None,
) -> Intake:
    """Take in a delivery of places as one revision.

    Parameters
    ----------
    store : Store
    records : sequence of PlaceRecord
        As read from files; those with problems are refused.
    author, reason, document : str
        Of the revision.
    options : ImportOptions, optional
    dry_run : bool
        Write nothing; say what would be.
    progress : callable
        Told the stage, ``place`` or ``write``, and how far it has come.
    give_back : callable, optional
        Called with the rows that are returned, if any, before the revision stands: if it
        raises, nothing is taken in, and no returned row is lost.

    Returns
    -------
    Intake
        One row a record, in their order.

    Raises
    ------
    Conflict
        If somebody else is writing.
    """
    options = options or ImportOptions()
    if dry_run:
        intake = Intake(None, _Work(store, records, options).done(progress)[0])
        _hand_back(intake, give_back)
        return intake
    with store.write(author=author, reason=reason, document=document, kind="names") as writer:
        rows, change = _Work(store, records, options).done(progress)
        if change:
            progress("write", 0, 0)
            writer.append_names(change)
        _hand_back(Intake(None, rows), give_back)
        if not change:
            raise Withdrawn
    return Intake(revision_written(store, writer.number) if change else None, rows)


def _hand_back(intake: Intake, give_back: Callable[[Sequence[TakenRow]], None] | None) -> None:
    if give_back is not None and intake.returned:
        give_back(intake.returned)


class _Work:
    """One delivery against one belief."""

    def __init__(
        self, store: Store, records: Sequence[PlaceRecord], options: ImportOptions
    ) -> None:
        self.options, self.records = options, records
        self.day = options.day or today()
        self.view = view = store.view()
        systems: Sequence[str] = (options.code_system,)
        if options.code_system == "auto":
            pairs = [(r.place.source_id, r.names[0].text) for r in records if claims_unit(r)]
            systems = likeliest_systems(view, self.day, pairs)
        self.units = UnitsOn(view, self.day, systems)
        self.gazetteer: Gazetteer = store.gazetteer()
        good = [r for r in records if not r.problems]
        self.known = Known(self.gazetteer, good)
        self.places: dict[str, Place] = {}
        #: New names by place.
        self.names: dict[str, dict[str, Name]] = {}
        self.old: dict[str, int] = {}
        #: By place, the first record that is it.
        self.first: dict[str, PlaceRecord] = {}
        self.delivered = Delivered()
        self.default = self.units.unit(options.within_id) if options.within_id else None
        self.spots = spots(store, good, self.day)

    def done(self, progress: Progress) -> tuple[tuple[TakenRow, ...], NameChange]:
        """Return the fate of each record, and what is to be written."""
        settled = []
        for number, record in enumerate(self.records):
            settled.append(self._settled(record))
            progress("place", number, len(self.records))
        ids = {s.unit.unit_id for _, s, *_ in settled if s.unit is not None}
        ids |= {s.place.place_id for _, s, *_ in settled if s.place is not None}
        ids |= {
            new_id(r, w)
            for r, s, w, _ in settled
            if not r.problems and s == Same(remarks=s.remarks)
        }
        told = self.gazetteer.names_of(sorted(ids))
        held = dict(self.gazetteer.places(sorted(ids)))
        rows = tuple(self._row(*one, told, held) for one in settled)
        new = tuple(self.places.values())
        return rows, NameChange(
            places=new, names=tuple(n for some in self.names.values() for n in some.values()),
            old_places=tuple(self.old[p.place_id] for p in new if p.place_id in self.old),
        )  # fmt: skip

    def _settled(
        self, record: PlaceRecord
    ) -> tuple[PlaceRecord, Same, Version | None, list[Problem]]:
        """Return what a record is, and where it lies; nothing of it is written yet."""
        if record.problems:
            return record, Same(), None, []
        remarks: list[Problem] = list(record.remarks)
        unit = Same(self._own_unit(record))
        if (
            unit.unit is None
            and not record.place.place_id
            and claims_unit(record, self.units.levels)
        ):
            unit = unit_meant(self.units, record)
        remarks += unit.remarks
        if unit.unit is not None or unit.problem is not None:
            return record, unit, None, remarks
        within, trouble = lies_in(self.units, record.place)
        if trouble:
            said = "/".join(record.place.within) or record.place.within_code
            facts = {"within": said, "unit": within.label if within is not None else ""}
            remarks.append(Problem(_TROUBLE[trouble], Facts(facts)))
        spot = self.spots.get(id(record))
        if within is None:
            within = self._seat(spot, record) or self.default
        elif spot is not None and not self._agree(within, spot):
            facts = {"there": spot.label, "told": within.label}
            remarks.append(Problem(
                N_("its position lies in {there}, but it is said to lie in {told}"), Facts(facts)
            ))  # fmt: skip
        within_id = None if within is None else within.unit_id
        same = self.known.place(record, within_id, self.options.same_place_m)
        return record, same, within, remarks

    def _own_unit(self, record: PlaceRecord) -> Version | None:
        """Return the unit whose id a record bears, which an archive handed out."""
        unit_id = record.place.place_id
        if not unit_id:
            return None
        versions = [] if self.units.unit(unit_id) else self.view.of_unit(unit_id)
        return self.units.unit(unit_id) or (versions[-1] if versions else None)

    def _seat(self, spot: Version | None, record: PlaceRecord) -> Version | None:
        """Return the unit at a position; the one below that has the place's name, if it is one.

        Where townships have no shapes, 梓潼街道 in 潼南区 lies in the township of that name.
        """
        if spot is None:
            return None
        named = self.units.bearing_in(spot, (n.text for n in record.names))
        return named[0] if len(named) == 1 else spot

    def _agree(self, told: Version, spot: Version) -> bool:
        """Tell whether the one is the other or lies in it."""
        if told.unit_id == spot.unit_id:
            return True
        return any(
            a.unit_id == b.unit_id
            for one, other in ((told, spot), (spot, told))
            for a in [one]
            for b in self.units.above(other)
        )

    def _row(
        self, record: PlaceRecord, same: Same, within: Version | None, remarks: list[Problem],
        told: Mapping[str, list[Name]], held: Mapping[str, Place],
    ) -> TakenRow:  # fmt: skip
        if record.problems:
            return TakenRow(record, Fate.REFUSED, reasons=record.problems)
        if same.problem is not None:
            return TakenRow(record, Fate.CONFLICTING, reasons=(same.problem, *remarks))
        record = attested(record, self.day)
        known = same.place
        if same.unit is not None:
            place_id = same.unit.unit_id
            known = held.get(place_id)
        elif known is not None:
            place_id = known.place_id
        else:
            within_id = None if within is None else within.unit_id
            place_id = self.delivered.again(record, within_id) or new_id(record, within)
            known = held.get(place_id)  # All that told it apart is the same.
            if known is None and place_id not in self.first:
                self.delivered.add(place_id, record, within_id)
        if place_id in self.first:
            return self._again(record, place_id, same.unit, within, remarks, told.get(place_id, []))
        self.first[place_id] = record
        told_here = told.get(place_id, [])
        # A new place keeps its row; so does one of which the same source speaks anew.
        keeps = known is None and same.unit is None
        keeps = keeps or (known is not None and speaks_anew(known, record.place))
        if same.unit is not None and record.place.place_id:
            record, keeps = told_of_unit(record, same.unit), True
        names = names_new(told_here, record if keeps else with_row(record), place_id)
        place, not_so = self._place(record, same.unit, known, place_id, within)
        fate = Fate.ADDED if known is None and same.unit is None else Fate.MATCHED
        if fate is Fate.MATCHED and place is None and not names:
            fate = Fate.UNCHANGED
        if place is not None:
            self.places[place_id] = place
            if known is not None and known.row is not None:
                self.old[place_id] = known.row
        self._keep(names)
        return TakenRow(record, fate, place_id, same.unit, within, names, (*remarks, *not_so))

    def _again(
        self, record: PlaceRecord, place_id: str, unit: Version | None,
        within: Version | None, remarks: list[Problem], told: list[Name],
    ) -> TakenRow:  # fmt: skip
        """Return what becomes of a row that is a place of an earlier row.

        Its names are other attestations of the same place; if it brings none, it is a double.
        What its row says else is kept with its first name.
        """
        held = [*told, *self.names.get(place_id, {}).values()]
        attested = {(n.text, n.kind, n.lang, n.when.text) for n in held}
        same_row = record.place.verbatim == self.first[place_id].place.verbatim
        names = names_new(held, record if same_row else with_row(record), place_id)
        new = {n.name_id for n in names if (n.text, n.kind, n.lang, n.when.text) not in attested}
        names = tuple(n for n in names if n.name_id in new or "row" in n.facts)
        said = Problem(
            N_("the same place as row {row}"), Facts({"row": self.first[place_id].number})
        )
        self._keep(names)
        fate = Fate.MATCHED if new else Fate.DUPLICATE
        return TakenRow(record, fate, place_id, unit, within, names, (said, *remarks))

    def _keep(self, names: Iterable[Name]) -> None:
        for name in names:
            self.names.setdefault(name.place_id, {})[name.name_id] = name

    def _place(
        self, record: PlaceRecord, unit: Version | None, known: Place | None, place_id: str,
        within: Version | None,
    ) -> tuple[Place | None, list[Problem]]:  # fmt: skip
        """Return the place as it is after this row, if that is new, and what does not agree."""
        given = record.place
        if within is not None:
            given = replace(given, within_id=within.unit_id, within_on=self.day)
        if known is not None:
            return gained(known, given), odd(known, given, self.options.same_place_m)
        says_nothing = given.lon is None and not given.class_code and not given.facts
        if unit is not None and (says_nothing or given.source == OF_ARCHIVE):
            return None, []  # The unit says it all; the row goes with its name.
        return replace(given, place_id=place_id, row=None), []
