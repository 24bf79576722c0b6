"""Answers of an archive as text for a terminal (查询结果文本)."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from diming.present.acts import (
    act_text,
    basis_text,
    kinds_text,
    label,
    level_word,
    span_text,
    standing_text,
    stop_text,
    unit_text,
    when_text,
)
from diming.present.columns import columns
from diming.present.language import N_, P_, fill, say
from diming.present.plain import plain, wrap
from diming.present.quantity import area_text, share_text
from diming.present.words import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from diming.model.answers import (
        Balance,
        Change,
        Comparison,
        Difference,
        History,
        Kin,
        Units,
        Where,
    )
    from diming.model.changeset import Applied, Revision
    from diming.model.version import Version

#: Stands for a number or share that is not known; nought is a number.
UNKNOWN = "?"


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def units_text(units: Units, lang: str | None) -> str:
    """Return the units that held on a day as a table, level by level."""
    return _text(_units(units, lang))


def _units(units: Units, lang: str | None) -> Iterator[str]:
    count = len(units.versions)
    yield fill(P_("{count} unit", "{count} units", "count"), lang, {"count": count})
    yield wrap(basis_text(units.basis, lang))
    head = [say(t, lang) for t in (N_("code"), N_("name"), N_("kind"), N_("superior"), N_("since"))]
    for level, group in groupby(units.versions, key=lambda v: v.level):
        rows = [
            [
                plain(v.any_code), plain(v.name), plain(v.kind),
                unit_text(v.parent_id, units.superiors, lang) if v.parent_id else "–",
                when_text(v.span.begin, lang) + _unplaced(v, lang),
            ]
            for v in group
        ]  # fmt: skip
        yield ""
        yield level_word(level, lang)
        yield from columns(rows, head)


def _unplaced(version: Version, lang: str | None) -> str:
    if version.territory is not None:
        return ""
    return say(N_(", "), lang) + say(N_("territory not known"), lang)


def where_text(where: Where, lang: str | None) -> str:
    """Return the chain of units at a point, and what touched it since."""
    return _text(_where(where, lang))


def _where(where: Where, lang: str | None) -> Iterator[str]:
    yield f"{where.lon:.6f}, {where.lat:.6f}"
    yield wrap(basis_text(where.basis, lang))
    yield ""
    if not where.levels:
        yield say(N_("The archive has no units on that day."), lang)
        return
    rows = [
        [
            level_word(at.level, lang),
            " / ".join(label(v, lang) for v in at.versions) or "–",
            standing_text(at, lang),
        ]
        for at in where.levels
    ]
    yield from columns(rows)
    if where.smallest is None:
        return
    yield ""
    if where.acts:
        yield say(N_("Since then, of {unit} and its successors:"), lang,
                  unit=label(where.smallest, lang))  # fmt: skip
        yield from acts_lines(where.acts, lang)
    else:
        yield say(N_("Since then no act has touched {unit}."), lang,
                  unit=label(where.smallest, lang))  # fmt: skip
    if where.stopped:
        text = N_("Nobody knows which unit got this place by the last of these acts.")
        yield wrap(say(text, lang))
    elif where.now is not None and where.now.span.is_open:
        yield say(N_("Today: {unit}"), lang, unit=label(where.now, lang))


def acts_lines(acts: Sequence[Applied], lang: str | None) -> list[str]:
    """Return acts with their dates, one a line."""
    return columns([[when_text(a.event.date, lang), act_text(a, lang)] for a in acts])


def history_text(history: History, lang: str | None) -> str:
    """Return the lineage of a unit: versions, before, after, acts."""
    return _text(_history(history, lang))


def _history(history: History, lang: str | None) -> Iterator[str]:
    lineage = history.lineage
    version = lineage.version
    yield " · ".join(t for t in (label(version, lang), plain(version.kind),
                                 plain(version.unit_id)) if t)  # fmt: skip
    yield wrap(basis_text(history.basis, lang))
    if history.also:
        others = say(N_(", "), lang).join(
            f"{label(v, lang)} {span_text(v.span, lang)}" for v in history.also
        )
        text = N_("“{asked}” also means, at some time: {units}")
        yield wrap(say(text, lang, asked=plain(history.asked), units=others))
    yield ""
    yield say(N_("What it was called"), lang)
    yield from columns([
        [
            span_text(v.span, lang), label(v, lang), plain(v.kind),
            unit_text(v.parent_id, lineage.names, lang) if v.parent_id else "–",
        ]
        for v in lineage.versions
    ])  # fmt: skip
    yield from _kin(say(N_("Where its territory came from"), lang), lineage.before, history, lang)
    yield from _kin(say(N_("Where its territory went"), lang), lineage.after, history, lang)
    if lineage.acts:
        yield ""
        yield say(N_("Acts"), lang)
        yield from acts_lines(lineage.acts, lang)


def _kin(title: str, kin: Sequence[Kin], history: History, lang: str | None) -> Iterator[str]:
    if not kin:
        return
    dates = {a.event.id: when_text(a.event.date, lang) for a in history.lineage.acts}
    yield ""
    yield title
    yield from columns(
        [
            [
                dates.get(k.event_id or "", ""), label(k.version, lang),
                _share(k.share), _share(k.rests) if k.ends else "", stop_text(k.stopped, lang),
            ]
            for k in kin
            if k.event_id is not None or k.ends
        ],
        [say(t, lang) for t in (N_("date"), N_("unit"), N_("share"), N_("rests"), N_("remark"))],
        right="llrr",
    )  # fmt: skip


def _share(share: float | None) -> str:
    return UNKNOWN if share is None else share_text(share)


def diff_text(diff: Difference, lang: str | None) -> str:
    """Return what changed between two states."""
    return _text(_diff(diff, lang))


def title_of(diff: Difference) -> tuple[str, str]:
    """Return how the earlier and the later state are told apart: by day, or by revision."""
    one, two = diff.earlier, diff.later
    if one.revision == two.revision:
        return one.day.isoformat(), two.day.isoformat()
    if one.day == two.day:
        return f"r{one.revision}", f"r{two.revision}"
    return f"{one.day} r{one.revision}", f"{two.day} r{two.revision}"


def _diff(diff: Difference, lang: str | None) -> Iterator[str]:
    yield " → ".join(title_of(diff))
    yield wrap(basis_text(diff.earlier, lang))
    yield wrap(basis_text(diff.later, lang))
    found = diff.comparison
    if not found.changes:
        yield ""
        yield say(N_("No unit changed."), lang)
        return
    yield ""
    yield from _balances(found, lang)
    for level, changes in groupby(found.changes, key=lambda c: c.version.level):
        yield ""
        yield level_word(level, lang)
        yield from columns(
            [
                [
                    change_label(c.before, c.after, lang), area_or_dash(c.gained_m2, lang),
                    area_or_dash(c.lost_m2, lang), what_text(c, diff.names, lang),
                ]
                for c in changes
            ],
            [say(t, lang) for t in (N_("unit"), N_("gained"), N_("lost"), N_("what"))],
            right="lrr",
        )  # fmt: skip
    if found.flows:
        yield ""
        yield say(N_("Ground that changed hands"), lang)
        yield from columns(
            [
                [area_text(f.area_m2, lang), flow_text(f.giver, f.taker, diff.names, lang)]
                for f in found.flows
            ],
            right="r",
        )
    if diff.acts:
        yield ""
        yield say(N_("Acts between"), lang)
        yield from acts_lines(diff.acts, lang)


def _balances(found: Comparison, lang: str | None) -> list[str]:
    head = [N_("level"), N_("before"), N_("after"), N_("gained"), N_("lost"), N_("the whole")]
    return columns(
        [
            [
                level_word(b.level, lang), str(b.units_before), str(b.units_after),
                area_or_dash(b.gained_m2, lang), area_or_dash(b.lost_m2, lang),
                whole_text(b, lang),
            ]
            for b in found.balances
        ],
        [say(t, lang) for t in head],
        right="lrrrr",
    )  # fmt: skip


def whole_text(balance: Balance, lang: str | None) -> str:
    """Return whether a level covers the same ground as a whole."""
    if balance.unknown_before or balance.unknown_after:
        return say(
            N_("territory not known: {before} before, {after} after"),
            lang, before=balance.unknown_before, after=balance.unknown_after,
        )  # fmt: skip
    if balance.conserved is None:
        return "–"
    if balance.conserved:
        return say(N_("the same, proved to the bit"), lang)
    if not (balance.gained_m2 or balance.lost_m2):
        return say(N_("the same ground, with other vertices"), lang)
    return say(N_("not the same ground"), lang)


def area_or_dash(area_m2: float | None, lang: str | None) -> str:
    """Return an area; a dash for nothing, a question mark for not known."""
    if area_m2 is None:
        return UNKNOWN
    return area_text(area_m2, lang) if area_m2 else "–"


def change_label(before: Version | None, after: Version | None, lang: str | None) -> str:
    """Return a unit, by both its labels where they differ."""
    labels = [label(v, lang) for v in (before, after) if v is not None]
    return " → ".join(dict.fromkeys(labels))


def what_text(change: Change, names: Mapping[str, Version], lang: str | None) -> str:
    """Return what became of a unit and, if it ended or began, into or out of what."""
    text = kinds_text(change.kinds, lang)
    if not change.relatives:
        return text
    units = join([unit_text(u, names, lang) for u in change.relatives], lang)
    template = N_("{text}: into {units}") if change.after is None else N_("{text}: out of {units}")
    return say(template, lang, text=text, units=units)


def flow_text(
    giver: str | None, taker: str | None, names: Mapping[str, Version], lang: str | None
) -> str:
    """Return who gave ground to whom."""
    nobody = say(N_("no unit whose territory is known"), lang)
    return say(
        N_("{giver} → {taker}"),
        lang,
        giver=nobody if giver is None else unit_text(giver, names, lang),
        taker=nobody if taker is None else unit_text(taker, names, lang),
    )


def candidates_text(
    versions: Sequence[Version], names: Mapping[str, Version], lang: str | None
) -> str:
    """Return units that a text may mean, so that one can be picked by id, code or date."""
    head = [say(t, lang) for t in (N_("code"), N_("name"), N_("superior"), N_("held"), N_("id"))]
    rows = [
        [
            plain(v.any_code), plain(v.name),
            unit_text(v.parent_id, names, lang) if v.parent_id else "–",
            span_text(v.span, lang), plain(v.unit_id),
        ]
        for v in versions
    ]  # fmt: skip
    return "\n".join(columns(rows, head))


def log_text(revisions: Iterable[Revision], lang: str | None) -> str:
    """Return revisions, the latest first."""
    rows = [
        [
            f"r{r.number}",
            r.recorded.astimezone().isoformat(sep=" ", timespec="minutes")[:16],
            plain(r.author), plain(" · ".join(t for t in (r.reason, r.document) if t)),
        ]
        for r in revisions
    ]  # fmt: skip
    head = [say(t, lang) for t in (N_("revision"), N_("recorded"), N_("by"), N_("why"))]
    return _text(columns(rows, head, indent=""))
