"""Problems of names and applications, said in Chinese or English (问题说明)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from diming.handbook.titled import Titled
from diming.present.language import fill, resolve_language
from diming.present.plain import plain

if TYPE_CHECKING:
    from diming.model.place import Problem


def problem_text(problem: Problem, lang: str | None) -> str:
    """Return a problem as a sentence."""
    return fill(problem.what, lang, {k: shown(v, lang) for k, v in problem.facts.items()})


def shown(value: Any, lang: str | None) -> str:
    """Return a value as text: titles in the language of the run, lists joined."""
    if value is None:
        return ""
    if isinstance(value, Titled):
        return plain(value.title(resolve_language(lang)))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple | set | frozenset):
        comma = "、" if resolve_language(lang) == "zh" else ", "
        return comma.join(shown(v, lang) for v in value)
    if isinstance(value, date):
        return value.isoformat()
    return plain(value)
