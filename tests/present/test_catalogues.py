"""Both catalogues have every sentence of the source, and nothing else."""

import string
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from diming.present.language import LANGUAGES, LOCALE_DIR, say, translator

SOURCE = Path(__file__).parents[2] / "src"

#: Calls whose first argument is a sentence.
KEYWORDS = {
    "N_": None,
    "P_": (1, 2),
    **dict.fromkeys(
        ("DimingError", "UsageError", "UnreadableInput", "Conflict", "EnvironmentLacks")
    ),
}


@pytest.fixture(scope="module")
def sentences():
    found = extract_from_dir(str(SOURCE), method_map=[("**.py", "python")], keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found if message}


@pytest.fixture(scope="module", params=LANGUAGES.values())
def catalogue(request):
    path = LOCALE_DIR / request.param / "LC_MESSAGES" / "diming.po"
    with path.open("rb") as handle:
        return read_po(handle, locale=request.param)


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def as_tuple(text):
    return (text,) if isinstance(text, str) else tuple(text)


def test_every_sentence_is_there_and_none_is_obsolete(sentences, catalogue):
    held = {m.id if isinstance(m.id, str) else tuple(m.id) for m in catalogue if m.id}
    assert sorted(map(str, sentences - held)) == []
    assert sorted(map(str, held - sentences)) == []
    assert not catalogue.obsolete


def test_every_sentence_is_translated(catalogue):
    for message in catalogue:
        if message.id:
            assert not message.fuzzy, message.id
            assert all(as_tuple(message.string)), message.id
            assert not message.pluralizable or len(message.string) == catalogue.num_plurals


def test_translations_fill_the_same_places(catalogue):
    for message in catalogue:
        if message.id:
            wanted = set().union(*map(places, as_tuple(message.id)))
            for text in as_tuple(message.string):
                assert places(text) == wanted, message.id


def test_english_is_what_the_source_says():
    with (LOCALE_DIR / "en" / "LC_MESSAGES" / "diming.po").open("rb") as handle:
        for message in read_po(handle, locale="en"):
            if message.id:
                assert as_tuple(message.string) == as_tuple(message.id)


def test_an_unusual_language_falls_back_to_english():
    assert translator("fr") is translator("en")
    assert say("Overlap", "fr") == "Overlap"
    assert say("Overlap", "zh") == "重叠"


def test_a_place_nobody_filled_shows_as_question_mark():
    assert say("at {place}", "en") == "at ?"
