"""From deliveries to units: columns read, levels settled, every record accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import UnreadableInput, UsageError
from diming.files.columns import PLAIN_IDS, as_text
from diming.geometry.ground import Ground, parse_crs, transform
from diming.model.facts import Facts
from diming.model.finding import Finding, InputRecord, RecordRef, Severity
from diming.model.span import ends_are_last_days
from diming.model.unit import parse_level
from diming.rules.survey import fingerprint
from diming.tables import Units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyproj
    from numpy.typing import NDArray

    from diming.files.delivery import Delivery, Trouble

_TEXT_ROLES = ("code", "name", "parent", "kind")


@dataclass(frozen=True)
class Intake:
    """All units of a check, those given as parents among them.

    Attributes
    ----------
    units : Units
        `level` as a column says, 0 where none does.
    crs : tuple of pyproj.CRS
        One an input.
    inputs : tuple of InputRecord
    troubles : tuple of (int, Trouble)
        With the input each belongs to.
    """

    units: Units
    crs: tuple[pyproj.CRS, ...]
    inputs: tuple[InputRecord, ...]
    troubles: tuple[tuple[int, Trouble], ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """File names of the inputs, as labels use them."""
        return tuple(i.path.replace("\\", "/").rsplit("/", 1)[-1] for i in self.inputs)

    @property
    def given_as_parents(self) -> NDArray[np.bool_]:
        """Mark the units that came by ``--parents``."""
        return np.array([i.parents for i in self.inputs], dtype=bool)[self.units.input]


def take_in(
    deliveries: Sequence[Delivery],
    parents: Sequence[Delivery] = (),
    *,
    crs: str | None = None,
    day: date | None = None,
) -> Intake:
    """Turn deliveries into units.

    `crs` serves inputs that state none. Of files with dated versions those in
    force at `day` are taken (by default on the last day anything began).

    Raises
    ------
    UnreadableInput
        If an input states no CRS and none is given.
    """
    units, systems, inputs = [], [], []
    troubles: list[tuple[int, Trouble]] = []
    everything = [*deliveries, *parents]
    day = day or _last_beginning(everything)
    for number, delivery in enumerate(everything):
        system = _crs(delivery, crs)
        alive, as_of = _in_force(delivery, day)
        units.append(_units(delivery, number, alive))
        systems.append(system)
        unusable = {t.fid for t in delivery.troubles if not t.examined and t.fid >= 0}
        troubles += [(number, t) for t in delivery.troubles]
        inputs.append(
            InputRecord(
                path=delivery.path,
                layer=delivery.layer,
                declared=delivery.declared,
                features=int(alive.sum()),
                unusable=len(unusable),
                sha256=delivery.sha256,
                crs=_crs_label(system),
                encoding=delivery.encoding,
                remarks=delivery.remarks,
                dated_out=int((~alive).sum()),
                as_of=as_of,
                parents=number >= len(deliveries),
            )
        )
    if len({s.is_geographic or s.is_projected for s in systems}) > 1:
        raise UsageError(
            "some inputs lie in a plane without a place on Earth and others do not; "
            "give all of them a coordinate reference system"
        )
    everything_read = Units.concatenate(units)
    return Intake(
        everything_read.take(_in_order(everything_read)), tuple(systems), tuple(inputs),
        tuple(troubles),
    )  # fmt: skip


def _in_order(units: Units) -> NDArray[np.int64]:
    """Return the order of units by what they are, not by where they stand in which file.

    So the same units give the same findings, however they are parted into
    files; only their records differ.
    """
    code, name = (np.unique(c, return_inverse=True)[1].ravel() for c in (units.code, units.name))
    return np.lexsort(
        (units.fid, units.input, units.geometry.count, *units.geometry.bounds.T, name, code)
    )


def _crs(delivery: Delivery, given: str | None) -> pyproj.CRS:
    text = delivery.crs or given
    if not text:
        raise UnreadableInput(
            "{path}: the file does not say in which coordinate reference system it is; "
            "ask the office that delivered it, then give it with --crs, e.g. --crs EPSG:4490",
            path=delivery.path,
        )
    return parse_crs(text, path=delivery.path if delivery.crs else "--crs")


def _crs_label(crs: pyproj.CRS) -> str:
    number = crs.to_epsg()
    return f"EPSG:{number}" if number else crs.name


def texts(values: NDArray[Any]) -> NDArray[np.object_]:
    """Return a column as text: nothing is an empty string, whole numbers have no ``.0``."""
    if values.dtype.kind in "iu":
        return values.astype(str).astype(object)
    result = np.empty(len(values), dtype=object)
    result[:] = [as_text(v) for v in values.tolist()]
    return result


def _identifies(delivery: Delivery) -> bool:
    """Tell a column of plain ids that serves as a code from one that does not."""
    if delivery.column_names.get("code", "").lower() not in PLAIN_IDS:
        return True
    codes = texts(delivery.columns["code"])
    return len(set(codes.tolist())) == len(codes) and "" not in codes


def _units(delivery: Delivery, number: int, alive: NDArray[np.bool_]) -> Units:
    count = len(delivery.geometry)
    empty = np.full(count, "", dtype=object)
    columns: Mapping[str, NDArray[Any]] = delivery.columns
    if not _identifies(delivery):
        columns = {role: values for role, values in columns.items() if role != "code"}
    roles = {r: texts(columns[r]) if r in columns else empty for r in _TEXT_ROLES}
    level = np.zeros(count, dtype=np.int8)
    if "level" in columns:
        words, of = np.unique(texts(columns["level"]).astype(str), return_inverse=True)
        level = np.array([parse_level(w) for w in words], dtype=np.int8)[of.ravel()]
    return Units(
        geometry=delivery.geometry,
        level=level,
        input=np.full(count, number, dtype=np.int32),
        fid=delivery.fid,
        **roles,
    ).take(alive)


def _last_beginning(deliveries: Sequence[Delivery]) -> date | None:
    """Return the last day on which any version of any delivery began: one day for all."""
    begins = [_days(d.columns["begin"]) for d in deliveries if {"begin", "end"} <= set(d.columns)]
    known = [b[~np.isnat(b)].max() for b in begins if not np.isnat(b).all()]
    return max(known).astype(object) if known else None


def _in_force(delivery: Delivery, day: date | None) -> tuple[NDArray[np.bool_], date | None]:
    """Tell which versions are in force, where a file holds dated ones."""
    everything = np.ones(len(delivery.geometry), dtype=bool)
    if not {"begin", "end"} <= set(delivery.columns) or not len(everything):
        return everything, None
    begin, end = (_days(delivery.columns[role]) for role in ("begin", "end"))
    if np.isnat(begin).all():
        return everything, None
    begun = begin[~np.isnat(begin)]
    ended = end[~np.isnat(end)]
    if ends_are_last_days(begun.astype(object), ended.astype(object)):
        end = end + 1
    on = np.datetime64(day or begun.max(), "D")
    alive = (np.isnat(begin) | (begin <= on)) & (np.isnat(end) | (on < end))
    return alive, on.astype(object)


def _days(values: NDArray[Any]) -> NDArray[np.datetime64]:
    result = np.full(len(values), "NaT", dtype="datetime64[D]")
    for i, text in enumerate(texts(values)):
        head = str(text)[:10].replace("/", "-")
        try:
            result[i] = np.datetime64(date.fromisoformat(head), "D")
        except ValueError:
            if head[:4].isdigit() and len(str(text).strip()) == 4:
                result[i] = np.datetime64(f"{head[:4]}-01-01", "D")
    return result


def trouble_findings(intake: Intake, ground: Ground) -> list[Finding]:
    """Turn what reading could not take whole into findings."""
    result = []
    for number, trouble in intake.troubles:
        label = trouble.code or trouble.name or f"{intake.paths[number]}#{trouble.fid}"
        measures = dict(trouble.measures)
        at = None
        if trouble.at is not None and np.isfinite(trouble.at).all():
            crs = intake.crs[number]
            point = np.array([trouble.at])
            if "opening" in measures:
                box = np.concatenate([point[0], point[0]])
                measures["opening_m"] = measures.pop("opening") * Ground.under(crs, box).stretch[1]
            where = ground.lonlat(ground.plane(transform(point, crs, ground.crs)))[0]
            if np.isfinite(where).all():
                at = (float(where[0]), float(where[1]))
        mark = f"{trouble.reason}{trouble.fid}{trouble.at}".encode()
        whole_file = trouble.fid < 0
        result.append(
            Finding(
                rule=trouble.rule,
                severity=Severity.WARNING
                if trouble.rule == "encoding-unsettled" else Severity.ERROR,
                units=() if whole_file else (label,),
                names=() if whole_file else (trouble.name,),
                records=(RecordRef(number, trouble.fid),),
                measures=Facts(measures),
                facts=Facts({"reason": trouble.reason, **trouble.facts}),
                at=at,
                geometry=None if at is None else shapely.points(*at),
                id=fingerprint(trouble.rule, (intake.paths[number], label), mark),
            )
        )  # fmt: skip
    return result
