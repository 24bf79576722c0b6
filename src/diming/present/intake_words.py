"""What became of each row of a delivery, in words (导入结果文字)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.handbook.fields import name_fields
from diming.model.intake import Fate
from diming.present.language import N_, resolve_language, say

if TYPE_CHECKING:
    from diming.model.intake import TakenRow

FATES = {
    Fate.ADDED: N_("new places"),
    Fate.MATCHED: N_("known places or units that gain names or particulars"),
    Fate.UNCHANGED: N_("rows of which all is known"),
    Fate.DUPLICATE: N_("doubles of earlier rows"),
    Fate.CONFLICTING: N_("at odds with what is known: returned"),
    Fate.REFUSED: N_("cannot be taken: returned"),
}

#: One word each, for a column.
FATE_WORDS = {
    Fate.ADDED: N_("added"),
    Fate.MATCHED: N_("matched"),
    Fate.UNCHANGED: N_("unchanged"),
    Fate.DUPLICATE: N_("duplicate"),
    Fate.CONFLICTING: N_("conflicting"),
    Fate.REFUSED: N_("refused"),
}


def fate_word(fate: Fate, lang: str | None) -> str:
    """Return the fate of a row as one word."""
    return say(FATE_WORDS[fate], lang)


def field_title(key: str, lang: str | None) -> str:
    """Return what a field is called: by the census forms in Chinese, by its key in English."""
    field = name_fields().fields.get(key)
    if field is None or resolve_language(lang) != "zh":
        return key
    return field.zh


def row_title(row: TakenRow) -> str:
    """Return what a row is called: its name, else its cells."""
    if row.record.names:
        return row.record.names[0].text
    return ", ".join(v for v in row.record.cells.values() if v)
