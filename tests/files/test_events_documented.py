"""What `docs/events.md` shows is read: every type of event, and every list."""

import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from diming.files.events import read_events, write_events
from diming.files.register import is_register, read_register
from diming.model.event import EventType, TerritoryKind

TEXT = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(csv|json)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
SCHEMA = json.loads(files("diming").joinpath("schemas/event-1.json").read_text(encoding="utf-8"))


@pytest.fixture
def examples(tmp_path):
    """Return the examples as files."""
    found = []
    for number, (ending, text) in enumerate(BLOCKS):
        file = tmp_path / f"{number}.{ending}"
        file.write_text(text, encoding="utf-8")
        found.append(file)
    return found


def test_every_example_is_read(examples):
    lists = [f for f in examples if is_register(f)]
    assert [len(read_register(f)) for f in lists] == [2, 3]
    tables = [f for f in examples if f.suffix == ".csv" and f not in lists]
    documents = [f for f in examples if f.suffix == ".json"]
    assert [len(read_events(f)) for f in tables] == [12, 1]
    assert [len(read_events(f)) for f in documents] == [12, 1, 1]
    in_tables = {e.type for f in tables for e in read_events(f)}
    in_json = [e for f in documents for e in read_events(f)]
    assert in_tables == set(EventType) - {EventType.CORRECTION}
    assert {e.type for e in in_json} == set(EventType)
    assert {m.kind for e in in_json for m in e.moves} == set(TerritoryKind) - {
        TerritoryKind.UNKNOWN
    }
    assert [e for e in read_events(documents[2]).proposals if e]


def test_every_json_is_as_the_schema_says(examples):
    for file in examples:
        if file.suffix == ".json":
            jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(file.read_text("utf-8")))


def test_every_example_can_be_written_again(examples, tmp_path):
    for file in examples:
        if not is_register(file):
            read = read_events(file)
            write_events(
                tmp_path / "again.json", read.events, crs=read.crs, proposals=read.proposals
            )
            assert [e.id for e in read_events(tmp_path / "again.json")] == [e.id for e in read]


def test_every_type_is_explained():
    for kind in EventType:
        assert f"| `{kind}` |" in TEXT
