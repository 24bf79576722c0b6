r"""Which language to speak, and its message catalogue (gettext).

Sentences are written in English, with named ``{places}``, and marked by `N_`
or `P_` where they stand; they are the keys of the catalogues as well. Extract
them with::

    pybabel extract -k N_ -k P_:1,2 -k UsageError -k UnreadableInput \\
        -k Conflict -k EnvironmentLacks -o diming.pot src
"""

from __future__ import annotations

import gettext
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

# Marks sentences here as it does in the layers beneath.
from diming.errors import N_ as N_

if TYPE_CHECKING:
    from collections.abc import Mapping

DOMAIN = "diming"
LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"

#: Languages offered, by the name of ``--lang`` and of their catalogue.
LANGUAGES = {"zh": "zh_CN", "en": "en"}


def language_from_environment() -> str:
    """Return ``"zh"`` or ``"en"`` by the environment.

    The first that is set decides: ``DIMING_LANG``, ``LANGUAGE``, ``LC_ALL``,
    ``LC_MESSAGES``, ``LANG``.
    """
    for variable in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "").lower()
        if value:
            return "zh" if value.startswith("zh") else "en"
    return "en"


def resolve_language(lang: str | None) -> str:
    """Return ``"zh"`` or ``"en"``: `lang` if we speak it, the environment's if None.

    Examples
    --------
    >>> resolve_language("zh-Hans"), resolve_language("fr")
    ('zh', 'en')
    """
    if lang is None:
        return language_from_environment()
    return "zh" if lang.lower().startswith("zh") else "en"


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[LANGUAGES[lang]], fallback=True)


def translator(lang: str | None) -> gettext.NullTranslations:
    """Return the catalogue of `lang`; English for languages we do not speak.

    A source tree whose catalogues have not been compiled speaks English.
    """
    return _catalogue(resolve_language(lang))


@dataclass(frozen=True, slots=True)
class Plural:
    """A sentence that depends on a number: one, many, and the place that holds it."""

    one: str
    many: str
    count: str


Template = str | Plural


def P_(one: str, many: str, count: str) -> Plural:  # noqa: N802
    """Mark a sentence in singular and plural, decided by the place `count`."""
    return Plural(one, many, count)


class _Places(dict[str, object]):
    """Places of a sentence; one that nobody filled shows as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


def say(template: Template, lang: str | None, **places: object) -> str:
    """Return a sentence in `lang` with its places filled.

    Places are shown as they are: make foreign text harmless first
    (`diming.present.plain.plain`).
    """
    return fill(template, lang, places)


def fill(template: Template, lang: str | None, places: Mapping[str, object]) -> str:
    """Return a sentence in `lang`, its places filled from a mapping."""
    catalogue = translator(lang)
    if isinstance(template, Plural):
        text = catalogue.ngettext(template.one, template.many, _as_count(places, template.count))
    else:
        text = catalogue.gettext(template) if template else ""
    try:
        return text.format_map(_Places(places))
    except (ValueError, TypeError, AttributeError, IndexError):
        # A format such as {gap:.1f} met something that is no number.
        return text


def _as_count(places: Mapping[str, object], key: str) -> int:
    try:
        return int(str(places.get(key)))
    except ValueError:
        return 2
