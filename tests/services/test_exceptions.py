"""Lists of accepted findings, as hostile or as long as they come."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

import pytest

from diming.errors import UnreadableInput
from diming.model.finding import Exemption, Finding, Severity
from diming.services.exceptions import MOST_UNUSED, apply_exceptions, read_exceptions

HEAD = "id,reason,approver,date\n"


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ('{"exceptions": 5}', "must hold a list"),
        ('{"exceptions": null}', "must hold a list"),
        ('{"id": "gap:1"}', "must hold a list"),
        ("null", "line 1: an exception must have"),
        ("[null]", "line 1: an exception must have"),
        ("gap:1,why,who,2026-01-05", "line 1: an exception must have"),
        ("[" * 200_000, "not valid JSON"),
        ('{"a":' * 200_000, "not valid JSON"),
        (HEAD + "a" * 200_000, "not valid CSV"),
        (HEAD + "gap:1,\0,who,2026-01-05", "is no text"),
        (b"\x00\x01\x02SQLite format 3\x00", "is no text"),
        (os.urandom(7).hex().encode("utf-16"), "is no text"),
        (b"\xff\xfe\x81" * 9, "line 1: an exception must have"),
    ],
    ids=range(13),
)
def test_what_is_no_list_is_one_sentence(tmp_path: Path, content: str | bytes, part: str) -> None:
    file = tmp_path / "list"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UnreadableInput, match=part) as caught:
        read_exceptions(str(file))
    assert "\n" not in str(caught.value)


def test_a_device_or_a_folder_is_no_list(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", tmp_path / "pipe", tmp_path, tmp_path / "none", "a\0b"):
        with pytest.raises(UnreadableInput, match="cannot be read"):
            read_exceptions(str(path))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(tmp_path: Path, ending: str) -> None:
    file = tmp_path / "list.csv"
    rows = ("id,reason,approver,date", "gap:1,why,who,2026-01-05", "", "gap:2,why,who,2026-01-05")
    file.write_bytes(ending.join(rows).encode())
    assert [e.id for e in read_exceptions(str(file))] == ["gap:1", "gap:2"]


def test_an_empty_file_accepts_nothing(tmp_path: Path) -> None:
    for content in ("", "\n", HEAD, "[]", '{"exceptions": []}'):
        (tmp_path / "list").write_text(content)
        assert read_exceptions(str(tmp_path / "list")) == ()


def test_a_long_list_is_fast_and_its_rest_is_counted(tmp_path: Path) -> None:
    count = 300_000
    file = tmp_path / "list.csv"
    lines = "".join(f"gap:{i:012x},why,who,2026-01-05\n" for i in range(count))
    file.write_text(HEAD + lines, encoding="utf-8")
    begun = time.process_time()
    accepted = read_exceptions(str(file))
    findings = [Finding("gap", Severity.ERROR, id=f"gap:{i:012x}") for i in range(10)]
    result = apply_exceptions(findings, accepted, date(2026, 2, 1))
    assert time.process_time() - begun < 20
    assert len(accepted) == count
    assert all(f.excepted_by is not None for f in result[:10])
    unused = result[10:]
    assert len(unused) == MOST_UNUSED + 1
    assert len({f.id for f in unused}) == len(unused)
    assert unused[-1].facts == {"reason": "more"}
    assert unused[-1].measures == {"more_count": count - 10 - MOST_UNUSED}


def test_as_many_as_are_shown_need_no_counting() -> None:
    accepted = [Exemption(f"gap:{i}", "why", "who") for i in range(MOST_UNUSED)]
    result = apply_exceptions([], accepted, date(2026, 2, 1))
    assert len(result) == MOST_UNUSED
    assert all("exception" in f.facts for f in result)
