"""The tables of Canvas Data: in all of its formats, and what their rows become."""

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    CourseDescribed,
    Event,
    LearningEvent,
    MembershipChanged,
    PersonDescribed,
    Role,
    Source,
    Topic,
    Verb,
)
from dashapp.domain.keys import OrganisationId, SourceId
from ingest import caliper, native
from ingest.formats import kind_of
from ingest.history.canvas.files import Canvas, read_canvas
from ingest.history.canvas.naming import PeopleBy
from ingest.history.canvas.requests import BACKGROUND, DELETED, FAILED, MASQUERADE, NOBODY, OUTSIDE
from ingest.history.recorded import Notes
from ingest.history.tables import look_at
from ingest.text_files import FileError
from tests.ingest.history.moodles import ZONE

ISSUER = "https://canvas.example"
REQUEST = {
    "id": "5b0c2f6e-3a0d-4c63-9f2c-7d6b1e0a4c58",
    "timestamp": "2026-03-02T09:30:00.250Z",
    "user_id": 5,
    "real_user_id": None,
    "course_id": 3,
    "quiz_id": None,
    "discussion_id": None,
    "assignment_id": None,
    "url": "/courses/3",
    "http_method": "GET",
    "http_status": "200",
    "web_application_controller": "courses",
    "web_application_action": "show",
    "session_id": "s1",
}
SUBMISSION = {
    "id": 70,
    "assignment_id": 9,
    "user_id": 5,
    "course_id": 3,
    "attempt": 2,
    "submitted_at": "2026-03-01T10:00:00Z",
    "graded_at": "2026-03-04T08:00:00Z",
    "score": 17.5,
    "excused": False,
    "workflow_state": "graded",
}
ENROLMENT = {
    "id": 40,
    "user_id": 5,
    "course_id": 3,
    "type": "StudentEnrollment",
    "workflow_state": "active",
    "created_at": "2026-02-01T10:00:00Z",
    "start_at": None,
    "end_at": None,
    "completed_at": None,
    "updated_at": "2026-02-05T10:00:00Z",
}


def as_jsonl(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    lines = []
    for row in rows:
        value = {name: one for name, one in row.items() if name != "id"}
        lines.append(json.dumps({"key": {"id": row["id"]}, "value": value, "meta": {"ts": "x", "action": "U"}}))
    path.write_text("\n".join(lines) + "\n")
    return path


def as_text(path: Path, rows: Sequence[Mapping[str, Any]], delimiter: str, nothing: str) -> Path:
    names = list(rows[0])
    header = ["meta.action", *("key.id" if name == "id" else f"value.{name}" for name in names)]
    lines = [delimiter.join(header)]
    for row in rows:
        lines.append(delimiter.join(["U", *(nothing if row[name] is None else str(row[name]) for name in names)]))
    path.write_text("\n".join(lines) + "\n")
    return path


def read(paths: list[Path], **wish: Any) -> tuple[list[Event], Notes]:
    notes = Notes()
    files = [(None, looked) for looked in look_at(paths)]
    history = read_canvas(files, Canvas(ISSUER, ZONE, **wish), notes, datetime.now(UTC))
    return [event for part in history.parts for step in part.steps(0, notes) for event in step.events], notes


def requests(tmp_path: Path, *changes: dict[str, Any]) -> tuple[list[Event], Notes]:
    rows = [{**REQUEST, "id": f"{number}", **change} for number, change in enumerate(changes)]
    return read([as_jsonl(tmp_path / "part-0.jsonl", rows)])


def test_all_formats_of_canvas_data_tell_the_same(tmp_path: Path) -> None:
    rows = [REQUEST, {**REQUEST, "id": "other", "discussion_id": 8}]
    packed = tmp_path / "part-3.csv.gz"
    packed.write_bytes(gzip.compress(as_text(tmp_path / "part-1.csv", rows, ",", "").read_bytes()))
    found = [
        read([path])[0]
        for path in (
            as_jsonl(tmp_path / "part-0.jsonl", rows),
            tmp_path / "part-1.csv",
            as_text(tmp_path / "part-2.tsv", rows, "\t", "\\N"),
            packed,
        )
    ]
    assert len(found[0]) == 2
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize(
    ("change", "value", "kind"),
    [
        ({}, None, None),
        ({"assignment_id": 9}, "assignment:9", None),
        ({"quiz_id": 4}, "quiz:4", ActivityType.QUIZ),
        ({"quiz_id": 4, "assignment_id": 9}, "assignment:9", None),
        ({"discussion_id": 8}, "discussion:8", ActivityType.FORUM),
        ({"url": "/courses/3/files/77/download?x=1"}, "attachment:77", ActivityType.RESOURCE),
        ({"url": "/courses/3/pages/week-1?module_item_id=2"}, "course:3:page:week-1", ActivityType.PAGE),
        ({"url": "/courses/3/external_tools/6"}, "external_tool:6", ActivityType.EXTERNAL_TOOL),
    ],
)
@pytest.mark.parametrize(("method", "verb"), [("GET", Verb.VIEWED), ("POST", Verb.INTERACTED)])
def test_requests_mean(
    tmp_path: Path, change: dict[str, Any], value: str | None, kind: ActivityType | None, method: str, verb: Verb
) -> None:
    (event,), _ = requests(tmp_path, {**change, "http_method": method})
    assert isinstance(event, LearningEvent)
    assert (event.verb, event.activity_type) == (verb, kind)
    named = None if event.activity is None else event.activity.value.removeprefix("urn:instructure:canvas:")
    assert named == value
    assert event.occurred_at == datetime(2026, 3, 2, 9, 30, 0, 250_000, tzinfo=UTC)


def test_requests_that_no_learner_means_are_left_out_and_counted(tmp_path: Path) -> None:
    events, notes = requests(
        tmp_path,
        {"user_id": None},
        {"real_user_id": 2},
        {"course_id": None},
        {"http_status": "404"},
        {"http_status": "302"},
        {"url": "/api/v1/courses/3/modules"},
        {"web_application_action": "ping"},
    )
    assert events == []
    assert notes.left_out == {NOBODY: 1, MASQUERADE: 1, OUTSIDE: 1, FAILED: 2, BACKGROUND: 2}
    assert notes.problems == []


def test_with_the_shard_people_and_courses_are_called_as_the_live_feed_calls_them(tmp_path: Path) -> None:
    path = as_jsonl(tmp_path / "part-0.jsonl", [{**REQUEST, "assignment_id": 9}])
    (event,), _ = read([path], shard=2107)
    source = Source(SourceId(1), OrganisationId(1), "north", "canvas", ISSUER, frozenset(Topic))
    live = caliper.decode(
        json.dumps(
            {
                "@context": "http://purl.imsglobal.org/ctx/caliper/v1p1",
                "id": "urn:uuid:a1f0c6de-1c0b-4e57-9d7c-1f4a0b1d2c3e",
                "type": "NavigationEvent",
                "action": "NavigatedTo",
                "actor": {"id": "urn:instructure:canvas:user:21070000000000005", "type": "Person"},
                "object": {"id": "urn:instructure:canvas:assignment:21070000000000009", "type": "DigitalResource"},
                "group": {"id": "urn:instructure:canvas:course:21070000000000003", "type": "CourseSection"},
                "eventTime": "2026-03-02T09:30:00.250Z",
            }
        ).encode(),
        source,
    )
    (told,) = [one for one in live if isinstance(one, LearningEvent)]
    assert isinstance(event, LearningEvent)
    assert (event.person, event.course, event.activity) == (told.person, told.course, told.activity)


def test_people_can_be_called_by_the_number_of_the_student_information_system(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "user_id": 5, "unique_id": "anna", "sis_user_id": None, "workflow_state": "active"},
        {"id": 2, "user_id": 5, "unique_id": "anna2", "sis_user_id": "S-77", "workflow_state": "active"},
        {"id": 3, "user_id": 6, "unique_id": "ben", "sis_user_id": None, "workflow_state": "active"},
    ]
    pseudonyms = as_jsonl(tmp_path / "part-1.jsonl", rows)
    log = as_jsonl(tmp_path / "part-0.jsonl", [REQUEST, {**REQUEST, "id": "2", "user_id": 6}])
    (event,), notes = read([log, pseudonyms], people=PeopleBy.SIS)
    assert isinstance(event, LearningEvent)
    assert (event.person.kind, event.person.value) == ("account", "S-77")
    assert notes.left_out.total() == 1
    by_login, _ = read([log, pseudonyms], people=PeopleBy.LOGIN)
    assert [e.person.value for e in by_login if isinstance(e, LearningEvent)] == ["anna", "ben"]
    with pytest.raises(FileError, match="only with the table pseudonyms"):
        read([log], people=PeopleBy.SIS)


def test_what_is_handed_in_and_its_mark_are_two_events(tmp_path: Path) -> None:
    rows = [
        SUBMISSION,
        {**SUBMISSION, "id": 71, "score": None, "graded_at": None},
        {**SUBMISSION, "id": 72, "submitted_at": None, "attempt": None},
        {**SUBMISSION, "id": 73, "submitted_at": None, "score": None, "graded_at": None},
        {**SUBMISSION, "id": 74, "submitted_at": None, "score": None, "excused": True},
        {**SUBMISSION, "id": 75, "submitted_at": None, "graded_at": None},
        {**SUBMISSION, "id": 76, "workflow_state": "deleted"},
    ]
    events, notes = read([as_jsonl(tmp_path / "part-0.jsonl", rows)])
    found = [(e.verb, e.attempt, e.score, e.exempt) for e in events if isinstance(e, LearningEvent)]
    assert found == [
        (Verb.SUBMITTED, 2, None, False),
        (Verb.GRADED, 2, 17.5, False),
        (Verb.SUBMITTED, 2, None, False),
        (Verb.GRADED, 1, 17.5, False),
        (Verb.GRADED, 2, None, True),
    ]
    assert notes.left_out == {"submissions without anything handed in or marked": 1, DELETED: 1}
    assert str(notes.problems[0]).endswith("line 6, column graded_at: no time says when it was marked")


def test_a_later_attempt_is_another_event_and_the_same_row_is_the_same(tmp_path: Path) -> None:
    def ids(**change: Any) -> set[str]:
        return {event.id for event in read([as_jsonl(tmp_path / "part-0.jsonl", [{**SUBMISSION, **change}])])[0]}

    assert ids() == ids(workflow_state="submitted")
    assert not ids() & ids(attempt=3, submitted_at="2026-03-02T10:00:00Z", graded_at="2026-03-05T10:00:00Z")
    assert len(ids() & ids(score=18)) == 1, "the hand-in is the same, the mark is another one"


def test_enrolments_begin_and_end_with_their_roles(tmp_path: Path) -> None:
    rows = [
        ENROLMENT,
        {**ENROLMENT, "id": 41, "user_id": 6, "workflow_state": "deleted"},
        {**ENROLMENT, "id": 42, "user_id": 7, "type": "TaEnrollment", "start_at": "2026-01-07T00:00:00Z"},
        {**ENROLMENT, "id": 43, "user_id": 8, "type": "ObserverEnrollment"},
        {**ENROLMENT, "id": 44, "user_id": 9, "type": "TeacherEnrollment", "end_at": "2199-01-01T00:00:00Z"},
        {**ENROLMENT, "id": 45, "user_id": 10, "workflow_state": "invited"},
        {**ENROLMENT, "id": 46, "user_id": 11, "type": "StudentViewEnrollment"},
    ]
    events, notes = read([as_jsonl(tmp_path / "part-0.jsonl", rows)])
    found = [
        (e.person.value.rpartition(":")[2], e.role, e.active, e.occurred_at.date())
        for e in events
        if isinstance(e, MembershipChanged) and e.occurred_at is not None
    ]
    assert found == [
        ("5", Role.LEARNER, True, date(2026, 2, 1)),
        ("6", Role.LEARNER, True, date(2026, 2, 1)),
        ("6", Role.LEARNER, False, date(2026, 2, 5)),
        ("7", Role.ASSISTANT, True, date(2026, 1, 7)),
        ("9", Role.TEACHER, True, date(2026, 2, 1)),
    ]
    (test_student,) = [e for e in events if isinstance(e, PersonDescribed)]
    assert test_student.is_test
    assert notes.left_out.total() == 2


def test_who_changes_the_section_stays_in_the_course(tmp_path: Path) -> None:
    moved = {**ENROLMENT, "id": 41, "created_at": "2026-02-03T10:00:00Z"}
    left = {**ENROLMENT, "workflow_state": "deleted"}
    paths = [as_jsonl(tmp_path / f"part-{number}.jsonl", [row]) for number, row in enumerate((left, moved))]
    events, _ = read(paths)
    assert [e.active for e in events if isinstance(e, MembershipChanged)] == [True, True]


def test_courses_people_and_assignments_are_described(tmp_path: Path) -> None:
    course = {"id": 3, "name": "Algebra", "course_code": "ALG", "start_at": "2026-01-31T23:30:00Z"}
    course |= {"conclude_at": None, "updated_at": "2026-01-01T00:00:00Z", "workflow_state": "available"}
    user = {"id": 5, "name": "Anna Ärmel", "sortable_name": "Ärmel, Anna", "updated_at": None}
    user |= {"workflow_state": "registered"}
    work = {"id": 9, "context_id": 3, "context_type": "Course", "title": "Quiz 1", "due_at": "2026-03-06T22:59:00Z"}
    work |= {"points_possible": 20, "submission_types": "online_quiz", "updated_at": "2026-01-01T00:00:00Z"}
    work |= {"unlock_at": None, "workflow_state": "published"}
    events, _ = read(
        [as_jsonl(tmp_path / f"part-{number}.jsonl", [row]) for number, row in enumerate((course, user, work))]
    )
    told, person, quiz = events
    assert isinstance(told, CourseDescribed)
    assert (told.code, told.title, told.starts_on) == ("ALG", "Algebra", date(2026, 2, 1))
    assert isinstance(person, PersonDescribed)
    assert (person.given_name, person.family_name) == ("Anna", "Ärmel")
    assert isinstance(quiz, ActivityDescribed)
    assert (quiz.activity_type, quiz.title, quiz.max_score) == (ActivityType.QUIZ, "Quiz 1", 20)


def test_events_lose_nothing_on_their_way_through_the_transport(tmp_path: Path) -> None:
    source = Source(SourceId(1), OrganisationId(1), "north", "canvas", ISSUER, frozenset(Topic))
    rows = [REQUEST, {**REQUEST, "id": "2", "discussion_id": 8, "http_method": "POST"}]
    paths = [as_jsonl(tmp_path / f"part-{n}.jsonl", some) for n, some in enumerate((rows, [SUBMISSION], [ENROLMENT]))]
    events, _ = read(paths)
    assert len(events) == 5
    assert [native.decode(native.encode(event, ISSUER), kind_of(event), source) for event in events] == events


def test_a_row_that_canvas_has_deleted_is_left_out(tmp_path: Path) -> None:
    path = as_jsonl(tmp_path / "part-0.jsonl", [REQUEST])
    with path.open("a") as file:
        file.write('{"key": {"id": "x"}, "meta": {"ts": "y", "action": "D"}}\n')
    events, notes = read([path])
    assert len(events) == 1
    assert notes.left_out == {DELETED: 1}


def test_a_line_that_is_no_json_is_named_and_the_others_are_taken(tmp_path: Path) -> None:
    path = as_jsonl(tmp_path / "part-0.jsonl", [REQUEST, {**REQUEST, "id": "2"}])
    first, second = path.read_text().splitlines()
    path.write_text(f"{first}\n{second[:40]}\n{second}\n")
    events, notes = read([path])
    assert len(events) == 2
    (problem,) = notes.problems
    assert str(problem).startswith("part-0.jsonl, line 2: no JSON object: JSON is malformed")


def test_a_table_that_nobody_knows_is_named(tmp_path: Path) -> None:
    path = as_jsonl(tmp_path / "part-0.jsonl", [{"id": 1, "colour": "red"}])
    with pytest.raises(FileError, match=r"^part-0\.jsonl is no table of Canvas Data that is known here"):
        read([path])
