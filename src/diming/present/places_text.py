"""Places of the gazetteer as text: many as a table, one with all its names (地名文字)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.handbook.fields import name_fields
from diming.handbook.place_classes import load_place_classes
from diming.handbook.procedure import load_procedure
from diming.handbook.registers import load_registers
from diming.model.entry import Matter
from diming.model.place import OF_ARCHIVE, NameKind
from diming.present.acts import basis_text
from diming.present.columns import columns
from diming.present.intake_words import field_title
from diming.present.language import N_, P_, resolve_language, say
from diming.present.name_words import kind_word, matter_word
from diming.present.plain import plain, wrap
from diming.present.told_words import told_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diming.handbook.titled import Titled
    from diming.model.entry import Entry
    from diming.model.place import Name, Place, PlaceRecord
    from diming.services.gazetteer import PlaceShown
    from diming.services.lying import Lying

#: Other names told in a table.
_MOST_OTHERS = 4


def places_text(found: Sequence[tuple[PlaceRecord, Lying]], lang: str | None, *, more: bool) -> str:
    """Return places as a table: name, what it is, where it lies, its other names."""
    rows = [_row(record, lying, lang) for record, lying in found]
    head = [say(h, lang) for h in (N_("name"), N_("class"), N_("lies in"), N_("other names"))]
    lines = columns(rows, head, indent="") if rows else []
    count = say(
        P_("{places_count} place", "{places_count} places", "places_count"), lang,
        places_count=len(found),
    )  # fmt: skip
    lines.append(say(N_("{count} (there are more: --limit)"), lang, count=count) if more else count)
    return "\n".join(lines) + "\n"


def _row(record: PlaceRecord, lying: Lying, lang: str | None) -> list[str]:
    first = standard(record.names)
    others = list(dict.fromkeys(n.text for n in record.names if n.text != first.text))
    shown = [plain(t, longest=24) for t in others[:_MOST_OTHERS]]
    if len(others) > _MOST_OTHERS:
        shown.append(f"… {len(others)}")
    said = say(N_(", "), lang).join(shown)
    place = record.place
    return [
        plain(first.text, longest=30), plain(class_text(place, lang), longest=20),
        _above(place, lying), said,
    ]  # fmt: skip


def class_text(place: Place, lang: str | None) -> str:
    """Return what kind of place it is: as its source says, else by the table of classes."""
    known = load_place_classes().of(place.class_code)
    words = place.feature or ("" if known is None else known.title(resolve_language(lang)))
    return " ".join(filter(None, (place.class_code, words)))


def standard(names: Iterable[Name]) -> Name:
    """Return the standard name, the latest of several, else the first."""
    listed = list(names)
    found = [n for n in listed if n.kind is NameKind.STANDARD]
    return found[-1] if found else listed[0]


def _above(place: Place, lying: Lying) -> str:
    names = [v.name or v.any_code for v in lying.units] or list(place.within)
    return plain("".join(names))


def shown_text(shown: PlaceShown, lang: str | None) -> str:
    """Return all that is known of a place."""
    first = standard(shown.names) if shown.names else None
    lines = [plain(first.text) if first else "?", basis_text(shown.basis, lang), ""]
    lines += columns(_particulars(shown, lang))
    lines += ["", say(N_("names"), lang)]
    for name in shown.names:
        lines += _name(name, lang)
    if shown.entries:
        lines += ["", say(N_("registers"), lang)]
        lines += columns(
            [[e.day.isoformat(), matter_word(e.matter, lang), _state(e, lang), e.matter_id]
             for e in shown.entries]
        )  # fmt: skip
    return "\n".join(lines) + "\n"


def _particulars(shown: PlaceShown, lang: str | None) -> list[list[str]]:
    place, rows = shown.place, []
    shown_id = place.place_id if place else shown.versions[0].unit_id if shown.versions else ""
    rows.append([say(N_("id"), lang), shown_id])
    if shown.versions:
        rows.append([say(N_("unit"), lang), plain(shown.versions[-1].label)])
    above = "".join(v.name or v.any_code for v in shown.then.units)
    if above:
        rows.append([say(N_("lies in"), lang), plain(above)])
    if place is None:
        return rows
    told = "".join(place.within)
    for title, value in (
        (N_("told to lie in"), told if told != above else ""),
        (N_("class"), class_text(place, lang)),
        (N_("place code"), place.code),
        (N_("position"), "" if place.lon is None else f"{place.lon:.5f}, {place.lat:.5f}"),
        (N_("there"), told_text(place.when, lang)),
        (N_("source"), " ".join(filter(None, (place.source, place.source_id)))),
    ):
        if value:
            rows.append([say(title, lang), plain(value)])
    rows += [[_fact_title(k, lang), _fact(k, v, lang)] for k, v in place.facts.items()]
    return rows


def _fact_title(key: str, lang: str | None) -> str:
    """Return what a fact is called: a field of the census, or what an application tells."""
    if key in name_fields().fields:
        return field_title(key, lang)
    if key == "class":
        return say(N_("class applied for"), lang)
    facts = load_procedure().facts
    return facts[key].title(resolve_language(lang)) if key in facts else plain(key)


def _fact(key: str, value: object, lang: str | None) -> str:
    if key == "class" and (found := load_procedure().classes.get(str(value))) is not None:
        return found.title(resolve_language(lang))
    return plain(str(value))


def _state(entry: Entry, lang: str | None) -> str:
    found: Titled | None = None
    if entry.matter is Matter.APPLICATION:
        found = load_procedure().states.get(entry.state)
    elif entry.matter is Matter.SIGN:
        found = load_registers().sign_states.get(entry.state)
    elif entry.state == "listed":
        return say(N_("listed"), lang)
    return plain(entry.state) if found is None else found.title(resolve_language(lang))


def _citation(name: Name, lang: str | None) -> str:
    """Return who attests a name; names of versions follow from acts of the archive itself."""
    return say(N_("this archive"), lang) if name.citation == OF_ARCHIVE else name.citation


def _name(name: Name, lang: str | None) -> list[str]:
    said = [kind_word(name.kind, lang), *filter(None, (told_text(name.when, lang),))]
    if name.lang not in ("", "zh-Hans"):
        said.insert(1, name.lang)
    head = f"  {plain(name.text)}"
    if name.romanisation:
        head += f"  {plain(name.romanisation)}"
    lines = [wrap(f"{head}  {say(N_(', '), lang).join(said)}", indent="    ", first="")]
    for title, value in (
        (N_("read as"), name.reading), (N_("origin"), name.origin), (N_("meaning"), name.meaning),
        (N_("attested by"), _citation(name, lang)),
    ):  # fmt: skip
        if value:
            lines.append(wrap(f"{say(title, lang)}: {plain(value, longest=600)}", indent="      ",
                              first="    "))  # fmt: skip
    return lines
