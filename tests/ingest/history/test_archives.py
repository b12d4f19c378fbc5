"""Archives of statements and events as they were sent."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashapp.domain.events import CourseDescribed, Event, LearningEvent, PersonDescribed, Source, Topic, Voided
from dashapp.domain.keys import OrganisationId, SourceId
from ingest.caliper import decode as decode_caliper
from ingest.history.archives import read_archives
from ingest.history.recorded import Notes
from ingest.history.tables import look_at
from ingest.text_files import CUT_OFF, FileError
from ingest.xapi import decode_statement

SOURCE = Source(SourceId(1), OrganisationId(1), "north", "lms", "https://lms.example", frozenset(Topic))


def statement(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"6690e6c9-3ef0-4ed3-8b37-{number:012d}",
        "actor": {"account": {"homePage": "https://lms.example", "name": "änna"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": f"https://lms.example/page/{number}"},
        "timestamp": "2026-03-02T10:30:00+01:00",
        **more,
    }


def caliper(number: int) -> dict[str, Any]:
    return {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "id": f"urn:uuid:a1f0c6de-1c0b-4e57-9d7c-{number:012d}",
        "type": "NavigationEvent",
        "action": "NavigatedTo",
        "actor": {"id": "https://lms.example/users/anna", "type": "Person"},
        "object": {"id": "https://lms.example/pages/7", "type": "WebPage"},
        "group": {"id": "https://lms.example/courses/7", "type": "CourseSection"},
        "eventTime": "2026-03-02T09:30:15.250Z",
    }


def read(path: Path, source: Source = SOURCE, after: int = 0) -> tuple[list[Event], Notes]:
    notes = Notes()
    history = read_archives(look_at([path]), source, 1_048_576)
    return [event for part in history.parts for step in part.steps(after, notes) for event in step.events], notes


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "archive.json"
    path.write_text(text, encoding="utf-8")
    return path


STATEMENTS = [statement(number) for number in range(1, 5)]
FORMS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "one a line": lambda items: "\n".join(json.dumps(item, ensure_ascii=False) for item in items) + "\n",
    "without an end": lambda items: "\n".join(json.dumps(item) for item in items),
    "an array": json.dumps,
    "an array on many lines": lambda items: json.dumps(items, indent=2),
    "arrays on lines": lambda items: "\n".join(json.dumps([item]) for item in items),
    "objects on many lines": lambda items: "\n".join(json.dumps(item, indent=2) for item in items),
    "the answer to a query": lambda items: json.dumps({"statements": items, "more": "/xapi/more/7"}),
    "the answer, the other way round": lambda items: json.dumps({"more": "", "statements": items}, indent=1),
}


@pytest.mark.parametrize("form", FORMS)
def test_statements_are_read_in_every_form_in_which_archives_have_them(tmp_path: Path, form: str) -> None:
    events, notes = read(written(tmp_path, FORMS[form](STATEMENTS)))
    assert events == [decode_statement(json.dumps(item).encode(), SOURCE) for item in STATEMENTS]
    assert notes.problems == []


@pytest.mark.parametrize("form", FORMS)
def test_reading_goes_on_behind_any_record(tmp_path: Path, form: str) -> None:
    path = written(tmp_path, FORMS[form](STATEMENTS))
    events, _ = read(path)
    history = read_archives(look_at([path]), SOURCE, 1_048_576)
    steps = list(history.parts[0].steps(0, Notes()))
    for step in steps:
        rest, _ = read(path, after=step.position)
        assert rest == [event for later in steps if later.position > step.position for event in later.events]
    assert len(events) == len(STATEMENTS)


def test_formats_may_stand_side_by_side_and_native_events_need_no_topic(tmp_path: Path) -> None:
    native: list[dict[str, Any]] = [
        {"type": "viewed", "id": "n-1", "actor": {"id": "anna"}, "course": {"id": "a"}, "time": "2026-03-02T10:00:00Z"},
        {"type": "person_described", "id": "n-2", "actor": {"id": "anna"}, "given_name": "Anna"},
        {"type": "course_described", "id": "n-3", "course": {"id": "a"}, "title": "Algebra"},
        {"type": "voided", "id": "n-4", "target": "n-1"},
    ]
    path = written(tmp_path, FORMS["one a line"]([statement(1), caliper(1), *native]) + json.dumps(native[1:3]) + "\n")
    events, notes = read(path)
    kinds: list[type[Event]] = [LearningEvent, LearningEvent, LearningEvent, PersonDescribed, CourseDescribed, Voided]
    assert [type(event) for event in events] == [*kinds, PersonDescribed, CourseDescribed]
    assert events[1:2] == list(decode_caliper(json.dumps(caliper(1)).encode(), SOURCE))
    assert notes.problems == []


def test_bad_lines_are_named_and_the_others_are_taken(tmp_path: Path) -> None:
    lines = [json.dumps(one) for one in STATEMENTS]
    lines[1] = lines[1][:50]
    lines[2] = json.dumps(statement(3, verb={"id": "no iri"}))
    events, notes = read(written(tmp_path, "\n".join([*lines, "", "[]", json.dumps(statement(9))])))
    assert [event.id[-2:] for event in events] == ["01", "04", "09"]
    assert [(problem.line, problem.reason.split(":")[0]) for problem in notes.problems] == [
        (2, "not_json"),
        (3, "invalid_statement"),
        (6, "wrong_type"),
    ]


def test_a_bad_item_of_an_array_is_named_by_its_line(tmp_path: Path) -> None:
    items = [statement(1), statement(2, actor={"name": "nobody"}), statement(3)]
    text = "[\n" + ",\n".join(json.dumps(item) for item in items) + "\n]"
    events, notes = read(written(tmp_path, text))
    assert len(events) == 2
    (problem,) = notes.problems
    assert problem.line == 3
    assert problem.reason.startswith("invalid_statement: ")


def test_an_array_that_breaks_off_gives_what_was_before(tmp_path: Path) -> None:
    text = json.dumps(STATEMENTS, indent=1)
    events, notes = read(written(tmp_path, text[: text.rindex("https")]))
    assert len(events) == 3
    assert notes.problems[0].reason.startswith("no JSON from here on")
    assert notes.problems[0].line > 10


def test_an_array_of_any_size_is_read_piece_by_piece(tmp_path: Path) -> None:
    many = [statement(number, result={"response": "x" * 3_000}) for number in range(1, 1_200)]
    events, notes = read(written(tmp_path, json.dumps(many)))
    assert len(events) == 1_199
    assert notes.problems == []


def test_bytes_that_are_no_utf8_cost_their_line_only(tmp_path: Path) -> None:
    path = tmp_path / "archive.ndjson"
    lines = [json.dumps(one, ensure_ascii=False) for one in STATEMENTS]
    path.write_bytes(
        b"\n".join([lines[0].encode("latin-1"), lines[1].encode("latin-1"), b"", *(x.encode() for x in lines[2:])])
    )
    events, notes = read(path)
    assert len(events) == 2
    assert [problem.reason.split(":")[0] for problem in notes.problems] == ["not_utf8", "not_utf8"]


def test_an_archive_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        path = tmp_path / f"{encoding}.json"
        path.write_text(FORMS["one a line"](STATEMENTS), encoding=encoding)
        events, notes = read(path)
        assert len(events) == 4, (encoding, notes.problems)


def test_a_packed_archive_that_is_cut_off_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "archive.json.gz"
    lines = FORMS["one a line"](
        [statement(number, result={"response": str(hash(str(number)))}) for number in range(5_000)]
    )
    content = gzip.compress(lines.encode())
    path.write_bytes(content)
    assert len(read(path)[0]) == 5_000
    path.write_bytes(content[: len(content) // 2])
    events, notes = read(path)
    assert 1_000 < len(events) < 5_000
    assert notes.problems[-1].reason == CUT_OFF


@pytest.mark.parametrize("text", ["", "\n", "id,name\n1,2\n"])
def test_what_is_no_archive_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileError, match=r"^archive\.json begins neither with an object nor with an array of JSON\.$"):
        read(written(tmp_path, text))


def test_a_source_that_may_not_send_a_kind_is_told_so(tmp_path: Path) -> None:
    source = Source(SourceId(1), OrganisationId(1), "north", "lms", "https://lms.example", frozenset({Topic.LEARNING}))
    path = written(tmp_path, '{"type": "person_described", "id": "n-2", "actor": {"id": "anna"}, "given_name": "A"}\n')
    events, notes = read(path, source)
    assert events == []
    assert notes.problems[0].reason.startswith("forbidden_kind")
