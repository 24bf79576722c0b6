"""Triggers that keep rows as they were written (只增不改)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diming.store.columns import Table

#: What a trigger answers; no user is meant to see it.
REFUSAL = "rows of an archive are never edited or deleted"


def sqlite_guards(table: Table, layout: int) -> dict[str, str]:
    """Return the triggers of a table, by name; none of what is derived."""
    if table.derived:
        return {}
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    same = " AND ".join(f"NEW.{c} IS OLD.{c}" for c in table.names(layout) if c != "known_to")
    allowed = f"OLD.known_to IS NULL AND NEW.known_to IS NOT NULL AND {same}"
    condition = f" WHEN NOT ({allowed})" if table.closes else ""
    triggers = {
        f"{table.name}_kept": f"BEFORE DELETE ON {table.name} {refuse}",
        f"{table.name}_unedited": f"BEFORE UPDATE ON {table.name}{condition} {refuse}",
    }
    key = table.key if table.numbered else ("fid",)
    found = " AND ".join(f"{k} = NEW.{k}" for k in key)
    # INSERT OR REPLACE would delete in silence.
    triggers[f"{table.name}_unreplaced"] = (
        f"BEFORE INSERT ON {table.name} WHEN EXISTS (SELECT 1 FROM {table.name} WHERE {found}) "
        f"{refuse}"
    )
    return {name: f"CREATE TRIGGER {name} {body}" for name, body in triggers.items()}


def postgres_guards(table: Table, schema: str, layout: int) -> list[str]:
    """Return the statements that make the triggers of a table, after `refuse_function`."""
    if table.derived:
        return []
    name = f"{schema}.{table.name}"
    call = f"EXECUTE FUNCTION {schema}.refuse()"
    same = " AND ".join(
        f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}"
        for c in table.names(layout)
        if c != "known_to" and table.column(c).kind not in ("shape", "geometry")
    )
    allowed = f"OLD.known_to IS NULL AND NEW.known_to IS NOT NULL AND {same}"
    condition = f" WHEN (NOT ({allowed}))" if table.closes else ""
    return [
        f"CREATE TRIGGER {table.name}_kept BEFORE DELETE ON {name} FOR EACH ROW {call}",
        f"CREATE TRIGGER {table.name}_unedited BEFORE UPDATE ON {name} FOR EACH ROW"
        f"{condition} {call}",
        f"CREATE TRIGGER {table.name}_untruncated BEFORE TRUNCATE ON {name} "
        f"FOR EACH STATEMENT {call}",
    ]


def refuse_function(schema: str) -> str:
    """Return the statement that makes the function those triggers call."""
    return (
        f"CREATE OR REPLACE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$"
    )
