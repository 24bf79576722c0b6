"""Legal acts that change divisions (区划变更), as values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from diming.model.unit import Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diming.model.span import When


class EventType(StrEnum):
    """Types of change (变更类型); what each does is in `diming.history`."""

    ESTABLISH = "establish"  # 设立
    ABOLISH = "abolish"  # 撤销
    CONVERT = "convert"  # 改设: 县→区, 乡→镇; the same territory
    MERGE = "merge"  # 合并
    SPLIT = "split"  # 分设
    REORGANISE = "reorganise"  # 重组 n→m
    RENAME = "rename"  # 更名: the specific part of the name only; the code is kept
    TRANSFER = "transfer"  # 变更隶属关系: whole units get another superior
    BOUNDARY = "boundary"  # 变更界线: parts of units
    SEAT = "seat"  # 驻地迁移
    PROXY = "proxy"  # 代管变更
    RECODE = "recode"  # 代码变更
    CORRECTION = "correction"  # 更正: no act, but a new belief about an old time


class TerritoryKind(StrEnum):
    """How the territory that an act moves is given."""

    WHOLE = "whole"  # all of the unit it comes from
    UNITS = "units"  # whole units of the level below, or of the same
    POLYGON = "polygon"  # what lies within
    LINE = "line"  # what lies on one side of a cutting line
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class UnitRef:
    """A unit as an act names it: it takes a date to say which one is meant.

    In the notation of event tables: ``name[code]``, ``~`` before a part of a
    unit (``~`` alone: nobody knows whose), ``*`` before all units below,
    ``parent/child``.

    Attributes
    ----------
    name : str
        Empty where only a code or an id is given.
    code : str or None
    system : str
        Whose code it is, see `diming.model.version.SYSTEMS`.
    parent : UnitRef or None
        Of ``parent/child``.
    part, below : bool
        ``~`` and ``*``.
    unit_id : str or None
        The permanent id, where known.
    level, kind, seat : of a unit after the act, where they are stated
    geometry : shapely geometry or None
        Outline of a unit after the act, in the archive's CRS (longitude and
        latitude in WGS 84 in JSON, if the archive is geographic).
    """

    name: str = ""
    code: str | None = None
    system: str = "ministry"
    parent: UnitRef | None = None
    part: bool = False
    below: bool = False
    unit_id: str | None = None
    level: Level = Level.UNKNOWN
    kind: str = ""
    seat: str = ""
    geometry: Any = None

    @property
    def is_nobody(self) -> bool:
        """Whether it is ``~`` alone: a part of nobody knows what."""
        return self.part and not (self.name or self.code or self.unit_id)

    def __str__(self) -> str:
        text = ("~" if self.part else "") + ("*" if self.below else "")
        if self.parent is not None:
            text += f"{self.parent}/"
        text += self.name or ("" if self.code else self.unit_id or "")
        return text + (f"[{self.code}]" if self.code else "")


@dataclass(frozen=True, slots=True)
class Move:
    """Territory that an act takes from one unit and gives to another.

    `giver` or `taker` None stands for what lies outside the region.
    """

    giver: UnitRef | None
    taker: UnitRef | None
    kind: TerritoryKind
    #: Polygon, or cutting line; None for other kinds.
    geometry: Any = None
    #: Of a cutting line: which side moves, seen along it.
    side: str = "left"
    #: Of whole units: which.
    units: tuple[UnitRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One legal act (区划变更事件).

    Attributes
    ----------
    type : EventType
    date : When
        The day it takes effect in law; which of the three dates that is, is a setting.
    before, after : tuple of UnitRef
    approved, announced, completed : When or None
        批准, 公告, 完成.
    document : str
        批准文号.
    moves : tuple of Move
        Territory, where it is known; empty: as the type implies.
    changes : mapping
        Of a correction: attribute → value (``name``, ``code``, ``kind``, ``seat``,
        ``begin``, ``end``, ``parent`` as written, ``geometry``); None takes one away.
    source : str
        File and row it came from, for messages; no part of the act.
    """

    type: EventType
    date: When
    before: tuple[UnitRef, ...] = ()
    after: tuple[UnitRef, ...] = ()
    approved: When | None = None
    announced: When | None = None
    completed: When | None = None
    document: str = ""
    note: str = ""
    certainty: str = "confirmed"
    moves: tuple[Move, ...] = ()
    changes: tuple[tuple[str, Any], ...] = ()
    source: str = field(default="", compare=False)
    given_id: str = ""

    @property
    def id(self) -> str:
        """Its id: the one given, else a fingerprint of what it says."""
        return self.given_id or "e" + fingerprint(self.said())

    def said(self) -> Mapping[str, Any]:
        """Return what the act says, as plain values; what is stored and hashed.

        Geometry stands as hexadecimal WKB (``geometry.wkb_hex``).
        """
        return {
            "type": str(self.type),
            "date": _when(self.date),
            "before": [_ref(r) for r in self.before],
            "after": [_ref(r) for r in self.after],
            "approved": _when(self.approved),
            "announced": _when(self.announced),
            "completed": _when(self.completed),
            "document": self.document,
            "note": self.note,
            "certainty": self.certainty,
            "moves": [_move(m) for m in self.moves],
            "changes": {k: _plain(v) for k, v in self.changes},
        }

    def __str__(self) -> str:
        left = ";".join(map(str, self.before))
        right = ";".join(map(str, self.after))
        return f"{self.date} {self.type} {left} → {right}"


def fingerprint(value: Any, length: int = 12) -> str:
    """Return so many hexadecimal digits that stand for a plain value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def _when(when: When | None) -> Any:
    return None if when is None else {"day": when.day.isoformat(), "precision": str(when.precision)}


def _plain(value: Any) -> Any:
    return {"wkb": value.wkb_hex} if hasattr(value, "wkb_hex") else value


def _ref(ref: UnitRef | None) -> Any:
    if ref is None:
        return None
    said = {
        "name": ref.name, "code": ref.code, "system": ref.system, "parent": _ref(ref.parent),
        "part": ref.part, "below": ref.below, "unit_id": ref.unit_id, "level": int(ref.level),
        "kind": ref.kind, "seat": ref.seat, "geometry": _plain(ref.geometry),
    }  # fmt: skip
    return {k: v for k, v in said.items() if v}


def _move(move: Move) -> Any:
    return {
        "giver": _ref(move.giver), "taker": _ref(move.taker), "kind": str(move.kind),
        "geometry": _plain(move.geometry), "side": move.side,
        "units": [_ref(u) for u in move.units],
    }  # fmt: skip
