"""What is wrong in a generated coverage, exactly: the truth file ``NAME.truth.json`` (真值).

All lengths, widths and areas are on the ground: those of the plane of the CRS,
divided by the scale at the place (its square for areas). `Defect.scale` is that
scale, so that a program that measures in the plane can be compared fairly too.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

SCHEMA = "diming.truth/1"


@dataclass(frozen=True)
class Defect:
    """One fact that a check is to find.

    Attributes
    ----------
    rule : str
        As in `diming.model.rule.RULES`.
    kind : str
        How it was made: ``stretch``, ``shift``, ``missing-unit``…
    units : tuple of str
        Codes of the units concerned, in the order of ``docs/findings.md``.
    width_m, length_m, area_m2 : float or None
        On the ground, where the rule measures them.
    at : (float, float) or None
        A point within it, in the CRS of the file.
    polygon : list of rings or None
        Its parts, each one outer ring of [x, y], in the CRS of the file.
    scale : float
        Metres of the CRS plane per metre on the ground, at the place.
    facts : dict
        Further measures and facts of the finding, by the names of ``docs/findings.md``.
    """

    rule: str
    kind: str
    units: tuple[str, ...] = ()
    width_m: float | None = None
    length_m: float | None = None
    area_m2: float | None = None
    at: tuple[float, float] | None = None
    polygon: list[list[list[float]]] | None = None
    scale: float = 1.0
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Truth:
    """All that is to be found in one file."""

    file: str
    layer: str | None
    crs: str
    seed: int
    units: int
    vertices: int
    settings: dict[str, float] = field(
        default_factory=lambda: {"gap_width_m": 5.0, "tolerance_m": 0.001}
    )
    defects: list[Defect] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Number of defects by rule."""
        return dict(sorted(Counter(d.rule for d in self.defects).items()))


def write_truth(truth: Truth, path: str | Path) -> None:
    """Write a truth file, one defect a line; the same truth gives the same bytes."""
    head = asdict(replace(truth, defects=[]))
    head.pop("defects")
    lines = [json.dumps(asdict(d), ensure_ascii=False) for d in truth.defects]
    text = json.dumps({"schema": SCHEMA, **head}, ensure_ascii=False)[:-1]
    body = ",\n".join(lines)
    Path(path).write_text(f'{text}, "defects": [\n{body}\n]}}\n', encoding="utf-8")


def read_truth(path: str | Path) -> Truth:
    """Read a truth file."""
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    if (schema := found.pop("schema", None)) != SCHEMA:
        raise ValueError(f"{path}: not {SCHEMA} but {schema}")
    defects = [
        Defect(**{
            **d, "units": tuple(d["units"]), "at": None if d["at"] is None else tuple(d["at"]),
        })
        for d in found.pop("defects")
    ]  # fmt: skip
    return Truth(**found, defects=defects)
