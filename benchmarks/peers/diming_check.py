"""diming itself, as one more contestant: the command, and its JSON report."""

from __future__ import annotations

import json
from statistics import median
from typing import TYPE_CHECKING, Any

from measure import COMMAND
from peers.protocol import Place, Steps

if TYPE_CHECKING:
    from pathlib import Path

    from truth import Truth


class Peer:
    name = "diming check --parents"
    how = (
        "`diming check FILE --parents COUNTIES --format json`: alone to get the counties as well, "
        "which costs time; no other program here takes a level above."
    )
    kinds: tuple[str, ...] = ()
    licence = "BSD-3-Clause"
    parents: str | None = None

    def __init__(self) -> None:
        from diming.model.rule import RULES

        self.kinds = RULES

    def version(self) -> str:
        from diming.version import __version__

        return str(__version__)

    def command(self, path: Path, layer: str, workdir: Path, result: Path) -> list[str]:
        target = f"{path}:{layer}" if layer else str(path)
        above = ["--parents", self.parents] if self.parents else []
        return [*COMMAND, "check", target, *above, "--format", "json", "--output", str(result)]

    def strict(self, result: Path, truth: Truth) -> dict[str, Any]:
        """Score by `score.py`, which asks for units, facts and measures as well."""
        from score import score

        told = score(json.loads(result.read_text("utf-8")), truth)
        kept = ("truths", "findings", "matched", "right_units", "right_facts", "recall",
                "precision")  # fmt: skip
        return {
            rule: {
                **{k: getattr(s, k) for k in kept},
                "errors": {
                    name: {"max": max(each), "median": median(each)}
                    for name, each in s.errors.items()
                },
            }
            for rule, s in told.items()
        }

    def places(self, result: Path, stdout: Path) -> tuple[list[Place], Steps]:
        """Read the findings, in the CRS of the first input."""
        import numpy as np
        import pyproj
        import shapely

        report = json.loads(result.read_text("utf-8"))
        crs = report["inputs"][0]["crs"]
        turn = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        places = []
        for finding in report["findings"]:
            shape = finding.get("geometry")
            if shape is None and finding.get("at") is not None:
                shape = {"type": "Point", "coordinates": finding["at"]}
            ground = shapely.GeometryCollection()
            if shape is not None:
                ground = shapely.transform(
                    shapely.from_geojson(json.dumps(shape)),
                    lambda xy: np.column_stack(turn.transform(*xy.T)),
                )
            measures = finding["measures"]
            places.append(
                Place(
                    finding["rule"], ground, tuple(finding["units"]),
                    measures.get("width_m"), measures.get("area_m2"),
                )
            )  # fmt: skip
        return places, Steps()
