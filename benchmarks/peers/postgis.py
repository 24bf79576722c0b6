"""PostGIS: a throw-away server on a socket in a temporary folder, and SQL from the manual."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peers.protocol import HOLE, UNNAMED, InPython, NotInstalled, Place, Steps, program, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where Debian keeps the programs of servers, off PATH, by version.
PROGRAMS = Path("/usr/lib/postgresql")
TABLE = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE UNLOGGED TABLE given (id int PRIMARY KEY, code text, geom geometry);
"""
#: Invalid polygons are mended first: overlays of them are errors. Then the index.
PREPARE = """
CREATE UNLOGGED TABLE units AS SELECT id, code,
  CASE WHEN ST_IsValid(geom) THEN geom
  ELSE ST_CollectionExtract(ST_MakeValid(geom, 'method=structure'), 3) END AS geom FROM given;
ALTER TABLE units ADD PRIMARY KEY (id);
CREATE INDEX ON units USING gist (geom);
ANALYZE units;
"""
QUERIES = {
    "invalid-geometry": """
SELECT code, ST_MakeValid(geom) FROM given WHERE NOT ST_IsValid(geom)""",
    # Interiors that meet in ground: ST_Overlaps leaves out a unit inside another. ST_Relate asks
    # no index by itself, && does.
    "overlap": """
SELECT a.code || ',' || b.code, ST_CollectionExtract(ST_Intersection(a.geom, b.geom), 3)
FROM units a JOIN units b ON a.id < b.id AND a.geom && b.geom
  AND ST_Relate(a.geom, b.geom, '2********')""",
    "duplicate-geometry": """
SELECT string_agg(code, ','), (array_agg(geom))[1] FROM units
GROUP BY ST_AsBinary(ST_Normalize(geom)) HAVING count(*) > 1""",
    # Rings of the union that are holes in it; ST_DumpRings gives the shell as path 0.
    HOLE: """
SELECT '', ring.geom FROM
  (SELECT (ST_Dump(ST_Union(geom))).geom AS geom FROM units) AS part,
  LATERAL ST_DumpRings(part.geom) AS ring WHERE ring.path[1] > 0""",
    "exclave": """
SELECT code, geom FROM units WHERE ST_NumGeometries(geom) > 1""",
}
#: From PostGIS 3.4 on.
EDGES = """
SELECT code, edges FROM (SELECT code, ST_CoverageInvalidEdges(geom, 5) OVER () AS edges
FROM units) AS found WHERE edges IS NOT NULL AND NOT ST_IsEmpty(edges)"""


class Peer(InPython):
    name = "PostGIS"
    how = (
        "a server for the run (initdb, Unix socket, as another user than root), `COPY` in, GiST "
        "index, one query a kind: self-join by `&&` and `ST_Relate(…, '2********')` with "
        "`ST_Intersection`, rings of `ST_Union`, `ST_IsValid`, equal normalized geometries, "
        "`ST_NumGeometries`; `ST_CoverageInvalidEdges` where the version has it (3.4)."
    )
    kinds = ("overlap", "gap", "void", "invalid-geometry", "duplicate-geometry", "exclave")
    licence = "GPL-2.0-or-later"

    def version(self) -> str:
        server = spoken([tool("postgres"), "--version"])
        share = spoken([tool("pg_config"), "--sharedir"]).strip()
        control = Path(share) / "extension" / "postgis.control"
        if not control.exists():
            raise NotInstalled(f"no PostGIS extension in {control.parent}")
        number = re.findall(r"default_version = '([^']+)'", control.read_text("utf-8"))[0]
        return f"{number} (PostgreSQL {server.split()[2]})"

    def find(self, path: Path, layer: str, workdir: Path, steps: Steps) -> list[Place]:
        import shapely

        from peers.layer import LEAST_AREA_M2, read_layer

        places = []
        with server(steps) as socket:
            with steps.step("read"):
                units = read_layer(path, layer)
            places += units.damaged  # ST_IsValid says so too, and ST_MakeValid fails on them.
            self.load(socket, units, workdir, steps)
            queries = dict(QUERIES)
            known = query(socket, "SELECT 1 FROM pg_proc WHERE proname = 'st_coverageinvalidedges'")
            if known.strip():
                queries[UNNAMED] = EDGES
            for kind, text in queries.items():
                with steps.step(kind):
                    rows = query(socket, f"COPY ({text}) TO STDOUT").splitlines()
                for codes, wkb in (row.split("\t") for row in rows):
                    shape = shapely.from_wkb(wkb)
                    if kind == HOLE:
                        shape = shapely.Polygon(shapely.get_exterior_ring(shape))
                    if kind in ("overlap", HOLE) and shape.area <= LEAST_AREA_M2:
                        continue
                    named = tuple(sorted(c for c in codes.split(",") if c))
                    places.append(Place(kind, shape, named, area_m2=shape.area))
        return places

    def load(self, socket: str, units: Any, workdir: Path, steps: Steps) -> None:
        import shapely

        with steps.step("load"):
            query(socket, TABLE)
            rows = workdir / "rows.tsv"
            with rows.open("w", encoding="utf-8") as file:
                wkb = shapely.to_wkb(units.shape, hex=True)
                for row, (code, text) in enumerate(zip(units.code, wkb, strict=True)):
                    file.write(f"{row}\t{escaped(str(code))}\t{text}\n")
            query(socket, f"\\copy given FROM '{rows}'")
            rows.unlink()
            query(socket, PREPARE)


def escaped(text: str) -> str:
    """Return a text as COPY takes it."""
    return text.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace(",", " ")


def tool(name: str) -> str:
    """Return a program of the server."""
    for folder in sorted(PROGRAMS.glob("*/bin"), reverse=True):
        if (folder / name).exists():
            return str(folder / name)
    return program(name)


def query(socket: str, text: str) -> str:
    call = [program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    return spoken([*call, "-h", socket, "-U", "diming", "-d", "postgres", "-c", text])


@contextmanager
def server(steps: Steps) -> Iterator[str]:
    """Make a cluster, start a server on a socket in its folder, and leave nothing of either."""
    owner = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if owner:
            shutil.chown(folder, **owner)
        data = f"{folder}/data"
        options = {**owner, "cwd": folder}
        spoken([tool("initdb"), "-D", data, "-A", "trust", "-U", "diming", "-E", "UTF8",
                "--locale=C", "--no-sync"], **options)  # fmt: skip
        settings = {
            "listen_addresses": "", "unix_socket_directories": folder, "fsync": "off",
            "shared_buffers": "256MB", "work_mem": "256MB", "maintenance_work_mem": "256MB",
            "max_wal_size": "4GB", "autovacuum": "off",
        }  # fmt: skip
        with Path(data, "postgresql.auto.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{key} = '{value}'\n" for key, value in settings.items())
        log = Path(folder, "log").open("wb")  # noqa: SIM115 (closed with the server)
        # A child of our own, not of pg_ctl: its peak memory and that of its backends is ours.
        child = subprocess.Popen(
            [tool("postgres"), "-D", data], stdout=log, stderr=subprocess.STDOUT, **options
        )
        try:
            wait_for(folder, child, Path(folder, "log"))
            yield folder
        finally:
            if child.returncode is None:
                child.send_signal(signal.SIGINT)  # a fast shutdown
                _, status, used = os.wait4(child.pid, 0)
                child.returncode = os.waitstatus_to_exitcode(status)
                steps.server_peak_mb = used.ru_maxrss / 1024
            log.close()


def wait_for(socket: str, child: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server takes calls."""
    for _ in range(600):
        if child.poll() is not None:
            raise RuntimeError(f"the server did not start: {log.read_text('utf-8')[-800:]}")
        ready = [tool("pg_isready"), "-h", socket, "-U", "diming", "-d", "postgres"]
        if subprocess.run(ready, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start within 30 s")
