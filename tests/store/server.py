"""A PostgreSQL server of the tests' own, in a folder that is gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

#: Fast, for nothing of this is kept; reached by a socket in its folder only.
_OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c shared_buffers=64MB "
    "-c synchronous_commit=off -c max_connections=40"
)


def binaries() -> Path:
    """The folder of the newest PostgreSQL that has PostGIS."""
    found = sorted(
        (
            path
            for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")
            if Path(f"/usr/share/postgresql/{path.parts[-3]}/extension/postgis.control").exists()
        ),
        key=lambda path: int(path.parts[-3]),
    )
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    assert there, "PostgreSQL is missing: ./do test installs it (postgresql, postgresql-postgis)"
    return Path(there).parent


class Server:
    """A server; its superuser is ``postgres``, and no password is asked but from ``asked``."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2_000_000_000
        self.folder = Path(tempfile.mkdtemp(prefix="dpg", dir=memory if roomy else "/tmp"))
        self.bin = binaries()
        self.count = 0
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", "--locale=C",
                  "--auth=trust", "--no-sync")  # fmt: skip
        rules = "local all asked password\nlocal all all trust\n"
        (Path(self.data) / "pg_hba.conf").write_text(rules)
        self._run("pg_ctl", "-D", self.data, "-w", "-s", "-l", f"{self.folder}/log",
                  "-o", f"-k {self.folder} {_OPTIONS}", "start")  # fmt: skip
        self.sql("CREATE DATABASE model_gis", "postgres")
        self.sql("CREATE EXTENSION postgis", "model_gis")

    @property
    def data(self) -> str:
        return f"{self.folder}/data"

    def url(self, database: str, user: str = "postgres", more: str = "") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}{more}"

    def sql(self, statement: str, database: str) -> list[tuple]:
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def place(self) -> str:
        """An address where an archive can be made: a schema of its own."""
        self.count += 1
        return self.url("model_gis", more=f"&schema=s{self.count}")

    def database(self) -> str:
        """A new, empty database with PostGIS."""
        self.count += 1
        name = f"d{self.count}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE model_gis", "postgres")
        return name

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-s", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / program), *arguments]
        if os.getuid() == 0:
            command = [
                "setpriv",
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
                *command,
            ]
        done = subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
