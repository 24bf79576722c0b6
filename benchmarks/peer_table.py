"""The comparison with other programs as Markdown, put between the marks of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sections import peers_compared

if TYPE_CHECKING:
    from pathlib import Path

    from sections.setting import Table

BEGIN = "<!-- made by benchmarks/run.py: begin -->"
END = "<!-- made by benchmarks/run.py: end -->"


def markdown_table(table: Table) -> str:
    """Return a table with its title and note."""
    rule = tuple("---" if n < table.words else "---:" for n in range(len(table.head)))
    lines = "".join(f"| {' | '.join(row)} |\n" for row in (table.head, rule, *table.rows))
    note = f"\n{table.note}\n" if table.note else ""
    return f"### {table.title}\n\n{lines}{note}\n"


def peer_text(results: dict[str, Any]) -> str:
    """Return all that a run says of peers."""
    told = results["sections"]["peers_compared"]
    machine = results["machine"]
    head = (
        f"Measured on {results['date'][:10]}: {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_gb']:.0f} GB.\n\n"
    )
    hows = "".join(
        f"- **{p['peer']}** ({p['licence']}): {p['how']}\n" for p in told["worlds"][0]["peers"]
    )
    tables = "".join(markdown_table(t) for t in peers_compared.tables(told))
    return f"{head}{tables}### How each is run\n\n{hows}"


def put(path: Path, results: dict[str, Any]) -> None:
    """Replace what stands between the marks of a document; make one that has none."""
    text = path.read_text("utf-8") if path.exists() else f"# Peers\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{path}: the lines {BEGIN} and {END} are missing")
    path.write_text(f"{before}{BEGIN}\n\n{peer_text(results)}\n{END}{after}", "utf-8")
