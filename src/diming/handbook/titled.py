"""What every entry of the procedure and the registers says of itself (条目标题)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from diming.handbook.entries import Entry


@dataclass(frozen=True, slots=True)
class Titled:
    """Something with an id and a title in each language."""

    id: str
    zh: str = ""
    en: str = ""
    basis: str = ""
    verified_on: date | None = None

    def title(self, lang: str | None) -> str:
        """Return its title."""
        return (self.zh if lang == "zh" else self.en) or self.id


def titled(f: Entry) -> dict[str, Any]:
    """Return what every entry says of itself."""
    return {
        "id": f.text("id"), "zh": f.text("zh", ""), "en": f.text("en", ""),
        "basis": f.text("basis", ""), "verified_on": f.day("verified_on"),
    }  # fmt: skip
