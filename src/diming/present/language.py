"""Which language to speak, and its message catalogue (gettext)."""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

DOMAIN = "diming"
LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"

#: Languages offered, by the name of ``--lang`` and of their catalogue.
LANGUAGES = {"zh": "zh_CN", "en": "en"}


def language_from_environment() -> str:
    """Return ``"zh"`` or ``"en"`` by ``DIMING_LANG``, ``LC_ALL``, ``LC_MESSAGES``, ``LANG``."""
    for variable in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "").lower()
        if value:
            return "zh" if value.startswith("zh") else "en"
    return "en"


@cache
def translator(lang: str) -> gettext.NullTranslations:
    """Return the catalogue of `lang` (``"zh"`` or ``"en"``)."""
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[LANGUAGES[lang]])
