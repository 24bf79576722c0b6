"""Entries of a register that only grows (案卷): applications, listings, signs, patrols.

An entry is one dated step of one matter. Steps are added, never edited; one that was
wrong is superseded by a revision, like all rows. What it says is plain JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from diming.model.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class Matter(StrEnum):
    """What entries are about (事项)."""

    APPLICATION = "application"  # 地名申请
    HERITAGE = "heritage"  # 地名文化遗产名录
    APPRAISAL = "appraisal"  # 鉴定
    VANISHED = "vanished"  # 消失地名
    SIGN = "sign"  # 地名标志


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of a matter.

    Attributes
    ----------
    matter_id : str
        Permanent id of the application, sign, listing that it is a step of.
    matter : Matter
    step : int
        1, 2, 3… within the matter.
    day : datetime.date
        When it happened.
    state : str
        What the matter stands at after it.
    place_id : str or None
        Place or unit concerned, once there is one.
    said : Facts
        What is said besides: JSON values by field.
    row : int or None
        Row in the store.
    known_from : int or None
        Revision that recorded it.
    """

    matter_id: str
    matter: Matter
    step: int
    day: date
    state: str
    place_id: str | None = None
    said: Mapping[str, Any] = field(default_factory=lambda: Facts({}))
    row: int | None = None
    known_from: int | None = None
