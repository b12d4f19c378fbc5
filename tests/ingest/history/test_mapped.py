"""Any table as events, by a mapping."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashapp.domain.events import ActivityType, Event, LearningEvent, MembershipChanged, Role, Source, Topic, Verb
from dashapp.domain.keys import OrganisationId, SourceId
from ingest.history.mapped import read_mapped, read_mapping
from ingest.history.recorded import Notes
from ingest.history.tables import look_at
from ingest.text_files import FileError

ZONE = ZoneInfo("Europe/Berlin")
SOURCE = Source(SourceId(1), OrganisationId(1), "north", "library", "https://library.example", frozenset(Topic))
MAPPING = """
[event]
id = "Number"
type = { column = "What", values = { read = "viewed", solved = "submitted" } }
time = { column = "When", format = "%d.%m.%Y %H:%M" }
score = "Points"
max_score = { constant = "20" }

[event.actor]
id = "Reader"

[event.course]
id = { constant = "algebra" }

[event.activity]
id = "Book"
type = { constant = "page" }
"""
TABLE = """Number;What;When;Reader;Book;Points
1;read;02.03.2026 10:30;anna;b-1;
2;solved;02.03.2026 10:40;anna;b-2;17,5
3;solved;02.03.2026 10:40;ben;b-2;17.5
4;printed;02.03.2026 10:41;ben;b-2;
5;read;02.03.26 10:42;ben;b-2;
6;read;02.03.2026 10:43;;b-2;
"""


def read(
    directory: Path, table: str, mapping: str, source: Source = SOURCE, after: int = 0
) -> tuple[list[Event], Notes]:
    path, rules = directory / "table.csv", directory / "mapping.toml"
    path.write_text(table)
    rules.write_text(mapping)
    notes = Notes()
    history = read_mapped(look_at([path]), read_mapping(rules, ZONE), source)
    return [event for part in history.parts for step in part.steps(after, notes) for event in step.events], notes


def test_columns_become_fields_of_native_events(tmp_path: Path) -> None:
    mapping = MAPPING.replace('max_score = { constant = "20" }\n', "")
    events, notes = read(tmp_path, TABLE, mapping)
    viewed, submitted = events
    assert isinstance(viewed, LearningEvent)
    assert (viewed.id, viewed.verb, viewed.person.value, viewed.course.value) == ("1", Verb.VIEWED, "anna", "algebra")
    assert viewed.activity_type is ActivityType.PAGE
    assert viewed.occurred_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert isinstance(submitted, LearningEvent)
    assert (submitted.verb, submitted.person.value, submitted.score) == (Verb.SUBMITTED, "ben", 17.5)
    assert notes.left_out == {"what 'printed', which the mapping does not name": 1}
    assert [str(problem) for problem in notes.problems] == [
        "table.csv, line 3, column points: no number: '17,5'",
        "table.csv, line 6, column when: no time in the form '%d.%m.%Y %H:%M': '02.03.26 10:42'",
        "table.csv, line 7, column reader: wrong_type: Object missing required field `actor`",
    ]


def test_a_field_that_an_event_refuses_is_named_by_its_column(tmp_path: Path) -> None:
    mapping = '[event]\nid = "n"\ntype = { constant = "viewed" }\ntime = "t"\ncount = "c"\n'
    mapping += '[event.actor]\nid = "who"\n[event.course]\nid = "where"\n'
    _, notes = read(tmp_path, "n,t,c,who,where\n1,2026-03-02T10:00:00Z,0,anna,algebra\n", mapping)
    (problem,) = notes.problems
    assert (problem.line, problem.column) == (2, "c")
    assert problem.reason.startswith("wrong_type: Expected `int` >= 1")


def test_enrolments_can_be_mapped_too_and_times_without_an_offset_are_local(tmp_path: Path) -> None:
    mapping = '[event]\nid = "n"\ntype = { constant = "enrolled" }\ntime = "t"\nrole = "r"\n'
    mapping += '[event.actor]\nid = "who"\n[event.course]\nid = "where"\n'
    (event,), _ = read(tmp_path, "n,t,r,who,where\n1,2026-03-02,teacher,anna,algebra\n", mapping)
    assert isinstance(event, MembershipChanged)
    assert (event.role, event.occurred_at) == (Role.TEACHER, datetime(2026, 3, 1, 23, 0, tzinfo=UTC))


def test_a_mapping_gives_no_power(tmp_path: Path) -> None:
    mapping = '[event]\nid = "n"\ntype = { constant = "enrolled" }\nrole = "r"\n'
    mapping += '[event.actor]\nid = "who"\n[event.course]\nid = "where"\n'
    events, notes = read(tmp_path, "n,r,who,where\n1,administrator,anna,algebra\n", mapping)
    assert events == []
    assert notes.problems[0].reason.startswith("forbidden_role")


def test_equal_rows_without_ids_are_numbered_and_a_later_run_numbers_them_alike(tmp_path: Path) -> None:
    mapping = '[event]\ntype = { constant = "viewed" }\ntime = "t"\n'
    mapping += '[event.actor]\nid = "who"\n[event.course]\nid = { constant = "a" }\n'
    table = "t,who\n" + "2026-03-02T10:00:00Z,anna\n" * 3 + "2026-03-02T10:00:01Z,anna\n"
    events, _ = read(tmp_path, table, mapping)
    assert len({event.id for event in events}) == 4
    rest, _ = read(tmp_path, table, mapping, after=2)
    assert rest == events[2:]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("[event", "is no TOML"),
        ("[other]\na = 1\n", r"has no table \[event\]"),
        ('[event]\nid = "a"\n', "does not say what `type`"),
        ('[event]\ntype = "a"\n', "maps neither `id` nor `time`"),
        ('[event]\ntype = "a"\nid = 5\n', "`id` is neither the name of a column"),
        ('[event]\ntype = "a"\nid = "n"\ntime = { column = "t", zone = "Mars/Base" }\n', "unknown zone 'Mars/Base'"),
        ('[event]\ntype = "a"\nid = "missing"\n', "has no columns missing, a; it has: n, t"),
    ],
)
def test_a_wrong_mapping_is_one_sentence(tmp_path: Path, mapping: str, message: str) -> None:
    with pytest.raises(FileError, match=message):
        read(tmp_path, "n,t\n", mapping.replace('type = "a"\nid = "missing"', 'id = "missing"\ntype = "a"'))


def test_seconds_and_flags_are_read(tmp_path: Path) -> None:
    mapping = '[event]\nid = "n"\ntype = { constant = "graded" }\ntime = { column = "t", format = "seconds" }\n'
    mapping += 'exempt = "x"\n[event.actor]\nid = "who"\n[event.course]\nid = "c"\n[event.activity]\nid = "c"\n'
    table = "n,t,x,who,c\n1,1772440200,yes,anna,a\n2,1772440200,perhaps,anna,a\n"
    events, notes = read(tmp_path, table, mapping)
    (event,) = events
    assert isinstance(event, LearningEvent)
    assert (event.exempt, event.occurred_at) == (True, datetime(2026, 3, 2, 8, 30, tzinfo=UTC))
    assert str(notes.problems[0]) == "table.csv, line 3, column x: neither yes nor no: 'perhaps'"
