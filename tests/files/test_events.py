"""Files of events: the real table, JSON, what is refused, and that nothing is lost on the way."""

import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diming.errors import UnreadableInput, UsageError
from diming.files.events import WGS84, read_events, write_events
from diming.model.event import Event, EventType, Move, TerritoryKind, UnitRef
from diming.model.span import When, parse_when
from diming.present.words import error_text
from files import event_worlds as world

REAL = Path(__file__).parents[2] / "data" / "placenames" / "chongqing_events.csv"
HEAD = "date,event_type,units_before,units_after,note,certainty\n"


def bare(events):
    return [replace(event, source="") for event in events]


def table(tmp_path, text, encoding="utf-8", name="e.csv"):
    file = tmp_path / name
    file.write_bytes(text.encode(encoding))
    return file


def refused(file):
    with pytest.raises(UnreadableInput) as caught:
        read_events(file)
    text = str(caught.value)
    assert text.startswith(str(file))
    assert "\n" not in text
    chinese = error_text(caught.value, "zh")
    assert chinese != text
    assert "{" not in text.replace('{"', "")
    return text


class TestTable:
    def test_the_real_table_is_read_whole(self):
        file = read_events(REAL)
        assert len(file) == 142
        assert file.crs == WGS84
        assert {e.type for e in file} == set(EventType) - {EventType.CORRECTION}
        assert sum(bool(e.document) for e in file) == 133
        assert len({e.id for e in file}) == 142
        assert file.events[0].source == f"{REAL}:2"

    def test_written_again_it_is_the_same_to_the_byte(self, tmp_path):
        write_events(tmp_path / "again.csv", read_events(REAL).events)
        assert (tmp_path / "again.csv").read_bytes() == REAL.read_bytes()

    def test_as_json_it_says_the_same(self, tmp_path):
        events = read_events(REAL).events
        write_events(tmp_path / "e.json", events)
        again = read_events(tmp_path / "e.json")
        assert bare(again) == bare(events)
        assert [e.id for e in again] == [e.id for e in events]

    def test_notes_tell_document_and_seat_and_stay_whole(self):
        events = read_events(REAL).events
        north = next(e for e in events if e.type is EventType.REORGANISE and "江北县" in str(e))
        assert north.document == "国函〔1994〕138号"
        assert north.note.startswith("doc=国函〔1994〕138号; county abolished")
        assert [u.seat for u in north.after] == ["两路镇", "", ""]
        moved = [e for e in events if e.type is EventType.SEAT]
        assert [e.after[0].seat for e in moved if "to=" in e.note] == [
            "陈家坝街道", "寸滩街道", "龙海大道", "长生桥镇", "李渡街道",
        ]  # fmt: skip

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_encodings_of_spreadsheets(self, tmp_path, encoding):
        text = REAL.read_text(encoding="utf-8")
        file = table(tmp_path, text.replace("\n", "\r\n"), encoding)
        assert bare(read_events(file)) == bare(read_events(REAL))

    def test_columns_in_any_order_with_chinese_headings(self, tmp_path):
        text = (
            "编号,变更后,变更前,变更类型,日期,批准日期,公告日期,批准文号,代码体系,驻地\n"
            "k1,开州区［500154］,开县［500234］,改设,2016-07-22,2016-06-08,2016-07,"
            "国函〔2016〕99号,nbs,汉丰街道\n"
        )
        (event,) = read_events(table(tmp_path, text))
        assert event == Event(
            EventType.CONVERT, parse_when("2016-07-22"),
            (UnitRef("开县", "500234", "nbs"),),
            (UnitRef("开州区", "500154", "nbs", seat="汉丰街道"),),
            approved=parse_when("2016-06-08"), announced=parse_when("2016-07"),
            document="国函〔2016〕99号", source=event.source, given_id="k1",
        )  # fmt: skip

    def test_ids_of_ones_own(self, tmp_path):
        head = "date,event_type,units_before,units_after,code_system\n"
        text = head + "2025-07-01,abolish,[01273],,source\n"
        (event,) = read_events(table(tmp_path, text))
        assert event.before == (UnitRef(code="01273", system="source"),)

    def test_empty_rows_are_passed_over_and_rows_counted_as_shown(self, tmp_path):
        text = HEAD + ",,,,,\n2014,abolish,a,,,\n\n"
        assert read_events(table(tmp_path, text)).events[0].source.endswith(":3")
        assert len(read_events(table(tmp_path, HEAD))) == 0

    @pytest.mark.parametrize(
        ("row", "part"),
        [
            ("1997-02-30,abolish,a,,,", "row 2: date: the calendar has no «1997-02-30»"),
            ("1997/02/03,abolish,a,,,", "row 2: date: «1997/02/03» is no date"),
            (",abolish,a,,,", "it says no date"),
            ("1997,,a,,,", "event_type: it is empty"),
            ("1997,abolished,a,,,", "event_type: «abolished» is not known here"),
            ("1997,abolish,,,,", "it names no unit"),
            ("1997,abolish,a[5,,,", "units_before: the bracket opened at character 2"),
            ("1997,abolish,a,b;,,", "units_after: a unit is missing at character 3"),
            ("1997,abolish,a,,,sure", "certainty: «sure» is not known here"),
            ("1997,abolish,a,,doc=x; doc=y,", "note: it says «doc=» twice"),
            ("1997,correction,a,,,", "which only JSON can carry"),
            ("1997,abolish,a", "it has 3 cells where the header has 6"),
            ('1997,abolish,a,,"open,', "cannot be read as CSV"),
            ("1997,abolish,a,,,\n1997,abolish,a,,,", "row 3: it has the id"),
            ("1997,abolish,a,,x\u2028y,", "note: it holds control characters"),
        ],
    )
    def test_wrong_rows(self, tmp_path, row, part):
        assert part in refused(table(tmp_path, HEAD + row + "\n"))

    def test_all_wrong_rows_are_told_in_one_error_up_to_ten(self, tmp_path):
        text = refused(table(tmp_path, HEAD + "".join(f"x{i},abolish,a,,,\n" for i in range(13))))
        assert text.count("is no date") == 10
        assert text.endswith("; and 3 more of this kind")

    @pytest.mark.parametrize(
        ("head", "part"),
        [
            ("date,event_type,units_before\n", "the columns ['units_after'] are missing"),
            (HEAD.replace("note", "remarks"), "nothing is known of the columns ['remarks']"),
            (HEAD.replace("note", "日期"), "the column «date» comes twice"),
            (HEAD.replace("note", "Date"), "the column «Date» comes twice"),
            (HEAD.replace("note", ""), "column 5 has no heading"),
        ],
    )
    def test_wrong_headers(self, tmp_path, head, part):
        assert part in refused(table(tmp_path, head))

    def test_column_and_note_must_agree(self, tmp_path):
        text = (
            "date,event_type,units_before,units_after,note,document,seat\n"
            "2014,convert,a,b,doc=x; seat=s,y,\n2015,convert,a,b,doc=x; seat=s,x,t\n"
            "2016,split,a,b;c,,,s\n2017,convert,a,b,doc=x; seat=s,x,s\n"
        )
        told = refused(table(tmp_path, text))
        assert "row 2: document: the column says «y», the note «x»" in told
        assert "row 3: seat: the column says «t», the note «s»" in told
        assert "row 4: seat: it is not clear whose seat it is" in told
        assert "row 5" not in told

    @pytest.mark.parametrize(
        "change",
        [
            {"moves": (Move(UnitRef("a"), UnitRef("b"), TerritoryKind.WHOLE),)},
            {"after": (UnitRef("b", geometry=shapely.box(0, 0, 1, 1)),)},
            {"after": (UnitRef("b", kind="县"),)},
            {"after": (UnitRef("b", seat="x"), UnitRef("c", seat="y"))},
            {"before": (UnitRef("a", "500101", "nbs"), UnitRef("b", "500101"))},
            {"date": When(parse_when("2014-05-02").day, parse_when("2014").precision)},
            {"type": EventType.CORRECTION, "changes": (("name", "b"),)},
            {"note": "doc=another"},
            {"note": " spaces "},
            {"note": "a\rb"},
            {"certainty": "sure"},
        ],
    )
    def test_what_a_row_cannot_carry_is_refused(self, tmp_path, change):
        event = Event(EventType.CONVERT, parse_when("2014"), (UnitRef("a"),), (UnitRef("b"),))
        file = tmp_path / "e.csv"
        write_events(file, [event])
        held = file.read_bytes()
        with pytest.raises(UsageError, match=r"event 1 .*write it as JSON"):
            write_events(file, [replace(event, **change)])
        assert file.read_bytes() == held
        assert list(tmp_path.iterdir()) == [file]

    def test_proposals_need_json(self):
        event = Event(EventType.ABOLISH, parse_when("2014"), (UnitRef("a"),))
        with pytest.raises(UsageError, match="cannot carry proposals"):
            write_events(io.StringIO(), [event], format="csv", proposals=[{"confidence": 1}])

    @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
    @given(st.lists(world.events(), max_size=2, unique_by=lambda e: e.id))
    def test_a_row_carries_all_or_is_refused(self, tmp_path_factory, events):
        file = tmp_path_factory.mktemp("csv") / "e.csv"
        try:
            write_events(file, events)
        except UsageError:
            return
        assert bare(read_events(file)) == events


def document(*events, **more):
    return {"format": "diming.event/1", **more, "events": list(events)}


BASE = {"type": "abolish", "date": "2014", "before": ["a"]}


class TestJson:
    @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
    @given(st.data())
    def test_what_is_written_is_read_back_equal(self, tmp_path_factory, data):
        events = data.draw(st.lists(world.events(), max_size=3, unique_by=lambda e: e.id))
        proposals = [data.draw(world.PROPOSALS) for _ in events]
        file = tmp_path_factory.mktemp("json") / "e.json"
        write_events(file, events, proposals=proposals)
        again = read_events(file)
        assert bare(again) == events
        assert list(again.proposals) == proposals
        write_events(tmp_path_factory.mktemp("json") / "e.json", again.events, proposals=proposals)

    def test_a_single_event_and_its_crs(self, tmp_path):
        area = {
            "type": "Polygon",
            "coordinates": [[[4e5, 3e6], [4e5, 4e6], [5e5, 4e6], [4e5, 3e6]]],
        }
        single = {
            "format": "diming.event/1", "crs": "EPSG:4545", "type": "establish", "date": "2014-05",
            "after": [{"name": "二郎街道", "code": "500107009", "geometry": area}],
        }  # fmt: skip
        file = table(tmp_path, json.dumps(single), name="one.json")
        again = read_events(file)
        assert again.crs == "EPSG:4545"
        assert again.events[0].after[0].geometry.bounds == (4e5, 3e6, 5e5, 4e6)
        assert again.events[0].date == parse_when("2014-05")
        write_events(tmp_path / "two.json", again.events, crs=again.crs)
        assert read_events(tmp_path / "two.json").crs == "EPSG:4545"
        with pytest.raises(UsageError, match=r"400000\.0, 3000000\.0 is no longitude"):
            write_events(tmp_path / "three.json", again.events)
        assert not (tmp_path / "three.json").exists()

    def test_json_is_known_by_its_brace_too(self, tmp_path):
        file = table(tmp_path, json.dumps(document(BASE)), name="proposal")
        assert len(read_events(file)) == 1
        assert "this is no JSON" in refused(table(tmp_path, HEAD, name="e.json"))

    def test_output_is_for_people_and_always_the_same(self):
        events = read_events(REAL).events[:3]
        first, second = io.StringIO(), io.StringIO()
        write_events(first, events)
        write_events(second, events)
        assert first.getvalue() == second.getvalue()
        assert '\n   "before": ["江津县[510225]"],\n' in first.getvalue()
        assert max(map(len, first.getvalue().splitlines())) < 120

    def test_writing_needs_what_reading_would_accept(self, tmp_path):
        event = Event(EventType.ABOLISH, parse_when("2014"), (UnitRef("a"),))
        for wrong, part in [
            (replace(event, before=()), "names no unit"),
            (replace(event, before=(UnitRef("a", geometry=shapely.Point(0, 0)),)), "no geometry"),
            (replace(event, before=(UnitRef("a", geometry=shapely.box(0, 0, 0, 1)),)), "invalid"),
            (
                replace(event, before=(UnitRef("a", geometry=shapely.from_wkt(
                    "POLYGON Z ((0 0 1, 0 1 1, 1 1 1, 0 0 1))")),)),
                "no height",
            ),
            (replace(event, note="\ud800"), "control characters"),
            (replace(event, moves=(Move(None, None, TerritoryKind.WHOLE),)), "both lie outside"),
            (replace(event, moves=(Move(UnitRef("a"), None, TerritoryKind.WHOLE, side="right"),)),
             "no place for"),
        ]:  # fmt: skip
            with pytest.raises(UsageError, match=part):
                write_events(tmp_path / "e.json", [wrong])
        with pytest.raises(UsageError, match="give one for each"):
            write_events(tmp_path / "e.json", [event], proposals=[{}, {}])
        with pytest.raises(UsageError, match="must be a number from 0 to 1"):
            write_events(tmp_path / "e.json", [event], proposals=[{"confidence": 2}])
        with pytest.raises(UsageError, match="no known reference system"):
            write_events(tmp_path / "e.json", [event], crs="nonsense")
        with pytest.raises(UsageError, match="several events have the id"):
            write_events(tmp_path / "e.json", [event, event])
        with pytest.raises(UsageError, match="not written as «xml»"):
            write_events(tmp_path / "e.json", [event], format="xml")
        with pytest.raises(UsageError, match="cannot be written"):
            write_events(tmp_path / "no" / "e.json", [event])
        assert list(tmp_path.iterdir()) == []

    def test_codes_are_written_as_they_are_compared(self):
        out = io.StringIO()
        event = Event(EventType.ABOLISH, parse_when("2014"), (UnitRef("a", "500101001000"),))
        write_events(out, [event])
        assert '"a[500101001]"' in out.getvalue()

    @pytest.mark.parametrize(
        ("text", "part"),
        [
            ("[]", "this is no file of events"),
            ("{}", "this is no file of events"),
            ('{"format": "diming.report/1"}', "this is no file of events"),
            ('{"format": "diming.event/1"', "line 1, column 28: this is no JSON"),
            ('{"format": "diming.event/1", "format": ""}', "«format» comes twice"),
            ('{"format": NaN}', "«NaN» is no number"),
            ('{"a":' * 100_000, "nested too deeply"),
            ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
            ('{"a": ' + "9" * 10_000 + "}", "nested too deeply, or holds a number too long"),
            (json.dumps(document(BASE, crs="EPSG:0")), "no known reference system"),
            (json.dumps(document(BASE, crs={"type": "name"})), "no known reference system"),
            (json.dumps(document(BASE, note="x")), "beside format and crs"),
            (json.dumps({"format": "diming.event/1", "events": {}}), "beside format and crs"),
            (json.dumps({"format": "diming.event/1"}), "event 1: the members ['type'] are missing"),
        ],
    )
    def test_wrong_documents(self, tmp_path, text, part):
        assert part in refused(table(tmp_path, text, name="e.json"))

    def test_wrong_events_are_told_together(self, tmp_path):
        wrong = document(BASE, {**BASE, "date": "1997-02-30"}, {**BASE, "date": "1998"}, 7)
        told = refused(table(tmp_path, json.dumps(wrong), name="e.json"))
        assert "event 2: date: the calendar has no «1997-02-30»" in told
        assert "event 4: it must be an object in braces" in told
        assert "event 1" not in told
        bow_tie = [[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]
        area = {"type": "Polygon", "coordinates": [bow_tie]}
        crossed = {**BASE, "after": ["b", {"name": "c", "geometry": area}]}
        place = refused(table(tmp_path, json.dumps(document(crossed)), name="e.json"))
        assert "event 1: after[1].geometry: the geometry is invalid (Self-inter" in place
        same = refused(table(tmp_path, json.dumps(document(BASE, BASE)), name="e.json"))
        assert "event 2: it has the id" in same
        ids = document({**BASE, "id": "x"}, {**BASE, "date": "2015", "id": "x"})
        assert "the id «x» of number 1" in refused(table(tmp_path, json.dumps(ids), name="e.json"))


class TestFiles:
    def test_what_is_no_file_of_text(self, tmp_path):
        assert "there is no such file" in refused(tmp_path / "none.csv")
        assert "this is a folder" in refused(tmp_path)
        assert "the file is empty" in refused(table(tmp_path, " \n"))
        pictures = tmp_path / "p.csv"
        pictures.write_bytes(bytes(range(256)) * 10)
        assert "this is no text" in refused(pictures)
        pictures.write_bytes(HEAD.encode("utf-16"))
        assert "this is no text" in refused(pictures)
        os.mkfifo(tmp_path / "pipe.csv")
        assert "a device or a pipe" in refused(tmp_path / "pipe.csv")
        with pytest.raises(UnreadableInput):
            read_events("nul\0.csv")

    def test_utf_8_with_a_broken_byte_is_not_taken_for_gb18030(self, tmp_path):
        raw = REAL.read_bytes()
        cut = raw.index("县".encode())
        broken = tmp_path / "b.csv"
        broken.write_bytes(raw[: cut + 2] + raw[cut + 3 :])
        assert "this is no text" in refused(broken)

    def test_a_file_keeps_its_permissions(self, tmp_path):
        file = tmp_path / "e.json"
        write_events(file, read_events(REAL).events)
        file.chmod(0o640)
        write_events(file, read_events(REAL).events)
        assert file.stat().st_mode & 0o777 == 0o640
