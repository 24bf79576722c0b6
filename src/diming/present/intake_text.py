"""What became of a delivery of places, as text (导入结果)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from diming.model.intake import Fate
from diming.present.archive_text import written_text
from diming.present.columns import columns
from diming.present.intake_words import FATES, field_title, row_title
from diming.present.language import N_, P_, say
from diming.present.plain import plain, wrap
from diming.present.problems import problem_text, reasons_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diming.files.place_delivery import PlaceDelivery
    from diming.model.intake import Intake, TakenRow
    from diming.services.names_reverting import NamesReverted

#: Rows told one by one, and kinds of remarks.
_MOST = 10


def deliveries_text(deliveries: Sequence[PlaceDelivery], lang: str | None) -> str:
    """Say of each file what its columns were taken for."""
    lines = []
    for one in deliveries:
        part = "" if one.part is None else f":{one.part}"
        lines.append(
            say(
                P_("{path}: {rows_count} row ({format})", "{path}: {rows_count} rows ({format})",
                   "rows_count"),
                lang, path=plain(one.path) + plain(part), rows_count=f"{len(one):,}",
                format=one.format,
            )
        )  # fmt: skip
        taken = [f"{plain(c)} → {field_title(k, lang)}" for c, k in one.recognised.items()]
        if taken:
            lines.append(wrap(say(N_("taken for: {columns}"), lang, columns=", ".join(taken)),
                              indent="    ", first="  "))  # fmt: skip
        if one.kept:
            kept = ", ".join(plain(c) for c in one.kept)
            lines.append(wrap(say(N_("kept as they are: {columns}"), lang, columns=kept),
                              indent="    ", first="  "))  # fmt: skip
        lines += ["  " + problem_text(r, lang) for r in one.remarks]
        if one.displaced:
            lines.append("  " + say(
                P_("{positions_count} displaced position was not taken",
                   "{positions_count} displaced positions were not taken", "positions_count"),
                lang, positions_count=one.displaced,
            ))  # fmt: skip
    return "\n".join(lines) + "\n" if lines else ""


def intake_text(intake: Intake, lang: str | None, *, dry_run: bool, refused: str | None) -> str:
    """Say how many rows met each fate, which come back and why, and what should be known.

    Parameters
    ----------
    refused : str or None
        Where the returned rows were written.
    """
    names = sum(len(row.names) for row in intake.rows)
    counts = intake.counts()
    table = [[f"{counts[fate]:,}", say(FATES[fate], lang)] for fate in Fate if counts[fate]]
    lines = [
        say(P_("{rows_count} row:", "{rows_count} rows:", "rows_count"), lang,
            rows_count=f"{len(intake.rows):,}"),
        *columns(table, right="rl"),
        say(P_("{names_count} new name in all", "{names_count} new names in all", "names_count"),
            lang, names_count=f"{names:,}"),
    ]  # fmt: skip
    lines += _returned(intake.returned, lang)
    lines += _remarks(intake.rows, lang)
    if intake.returned and refused:
        lines.append(
            say(N_("the returned rows are in {path}, each with its reason"), lang,
                path=plain(refused))
        )  # fmt: skip
    elif intake.returned:
        lines.append(say(N_("--refused FILE writes the returned rows with their reasons"), lang))
    if dry_run:
        lines.append(say(N_("nothing was written (--dry-run)"), lang))
    elif intake.revision is not None:
        lines.append(written_text(intake.revision, lang))
    else:
        lines.append(say(N_("there was nothing to write"), lang))
    return "\n".join(lines) + "\n"


def _returned(rows: Sequence[TakenRow], lang: str | None) -> list[str]:
    if not rows:
        return []
    lines = [say(N_("returned:"), lang)]
    table = [
        [_where(row, lang), plain(row_title(row), longest=16), reasons_text(row.reasons, lang)]
        for row in rows[:_MOST]
    ]
    lines += columns(table)
    if len(rows) > _MOST:
        lines.append(
            "  "
            + say(
                P_("and {more_count} more", "and {more_count} more", "more_count"),
                lang,
                more_count=len(rows) - _MOST,
            )
        )
    return lines


def _where(row: TakenRow, lang: str | None) -> str:
    return say(N_("row {row}"), lang, row=row.record.number)


def _remarks(rows: Iterable[TakenRow], lang: str | None) -> list[str]:
    """Tell what should be known of rows that were taken, one example a kind."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.fate in (Fate.REFUSED, Fate.CONFLICTING):
            continue
        for reason in row.reasons:
            example = f"{_where(row, lang)} {plain(row_title(row), longest=16)}"
            kinds[reason.what].append(f"{example}: {problem_text(reason, lang)}")
    if not kinds:
        return []
    lines = [say(N_("to be known (one example each):"), lang)]
    most = sorted(kinds.values(), key=len, reverse=True)[:_MOST]
    return lines + columns([[f"{len(found):,}×", found[0]] for found in most], right="rl")


def names_reverted_text(done: NamesReverted, lang: str | None) -> str:
    """Say what was undone of the gazetteer."""
    undone, back = done.undone, done.restored
    said = say(
        N_("undone: {places} places, {names} names, {entries} register entries; believed again: "
           "{back}"),
        lang, places=f"{len(undone.places):,}", names=f"{len(undone.names):,}",
        entries=f"{len(undone.entries):,}",
        back=f"{len(back.places) + len(back.names) + len(back.entries):,}",
    )  # fmt: skip
    if done.revision is None:
        return said
    return say(N_("; "), lang).join([said, written_text(done.revision, lang)])
