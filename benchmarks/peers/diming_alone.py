"""diming asked what the others are asked: the file, and nothing above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peers import diming_check

if TYPE_CHECKING:
    from pathlib import Path


class Peer(diming_check.Peer):
    name = "diming check, file alone"
    how = "`diming check FILE --format json`: the same question that the other programs get."
    #: Scored with the counties, in the row above.
    strict = None

    def command(self, path: Path, layer: str, workdir: Path, result: Path) -> list[str]:
        self.parents = None
        return super().command(path, layer, workdir, result)
