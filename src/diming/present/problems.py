"""Problems of rows, applications and addresses, said in Chinese or English (问题说明)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.handbook.titled import Titled
from diming.model.span import Span
from diming.present.acts import span_text
from diming.present.language import N_, fill, resolve_language, say
from diming.present.plain import plain
from diming.present.words import fact_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diming.model.place import Problem


def problem_text(problem: Problem, lang: str | None) -> str:
    """Return a problem as a sentence, after the column that it is of."""
    facts = {key: _fact(value, lang) for key, value in problem.facts.items()}
    said = fill(problem.what, lang, fact_texts(facts, lang))
    if not problem.column or "{column}" in problem.what:
        return said
    return say(N_("{column}: {problem}"), lang, column=problem.column, problem=said)


def reasons_text(problems: Iterable[Problem], lang: str | None) -> str:
    """Return problems as one text, one after the other."""
    return say(N_("; "), lang).join(problem_text(p, lang) for p in problems)


def shown(value: Any, lang: str | None) -> str:
    """Return a value as text: titles in the language of the run, lists joined and whole."""
    said = _fact(value, lang)
    if isinstance(said, list):
        return say(N_("{first}, {next}"), lang, first="", next="").join(map(plain, said))
    return str(fact_texts({"value": said}, lang)["value"])


def _fact(value: Any, lang: str | None) -> Any:
    """Return a fact whose words depend on the language as text, all others as they are."""
    if isinstance(value, Titled):
        return plain(value.title(resolve_language(lang)))
    if isinstance(value, Span):
        return span_text(value, lang)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return [_fact(each, lang) for each in value]
    return value
