"""A Moodle's log in both of its forms: what its rows mean, whose they are, and that both tell the same."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashapp.domain.events import ActivityType, CourseDescribed, Event, Identifier, LearningEvent, Source, Topic, Verb
from dashapp.domain.keys import OrganisationId, SourceId
from ingest import native, xapi
from ingest.formats import kind_of
from ingest.history.moodle.files import Moodle, read_moodle
from ingest.history.moodle.kinds import ANONYMOUS, BY_TABLES, MASQUERADE, NOBODY
from ingest.history.moodle.report import ON_BEHALF
from ingest.history.recorded import History, Notes
from ingest.history.tables import look_at
from ingest.text_files import FileError
from tests.ingest.history.moodles import REPORT, ZONE, Row, week, write_log, write_report
from tests.ingest.history.written_out import LOG, write_table

SITE = "https://moodle.example"


def history_of(paths: list[Path], notes: Notes | None = None, **wish: Any) -> History:
    told = Moodle(SITE, SITE, ZONE, **wish)
    files = [(None, looked) for looked in look_at(paths)]
    return read_moodle(files, told, Notes() if notes is None else notes, datetime.now(UTC))


def read(paths: list[Path], **wish: Any) -> tuple[list[Event], Notes]:
    notes = Notes()
    history = history_of(paths, notes, **wish)
    return [event for part in history.parts for step in part.steps(0, notes) for event in step.events], notes


def sums(events: list[Event]) -> Counter[Any]:
    """How often somebody did something with something, at which time."""
    assert all(isinstance(event, LearningEvent) for event in events)
    return Counter(
        (e.verb, e.person, e.course, e.activity, e.activity_type, e.attempt, e.post, e.occurred_at)
        for e in events
        if isinstance(e, LearningEvent)
    )


def test_both_forms_of_a_log_tell_the_same(tmp_path: Path) -> None:
    of_table, notes = read([write_log(tmp_path / "log.csv", week())])
    of_report, noted = read([write_report(tmp_path / "report.csv", week())])
    assert len(of_table) > 70
    assert sums(of_table) == sums(of_report)
    assert notes.left_out == noted.left_out == {BY_TABLES: 9, NOBODY: 2, MASQUERADE: 1}
    assert notes.problems == noted.problems == []
    assert len({event.id for event in of_table}) == len({event.id for event in of_report}) == len(of_table)


@pytest.mark.parametrize(
    ("name", "verb", "more"),
    [
        ("\\core\\event\\course_viewed", Verb.VIEWED, {}),
        ("\\core\\event\\course_completed", Verb.COMPLETED, {}),
        ("\\mod_page\\event\\course_module_viewed", Verb.VIEWED, {"activity_type": ActivityType.PAGE}),
        ("\\mod_quiz\\event\\attempt_started", Verb.STARTED, {"attempt": 812}),
        ("\\mod_quiz\\event\\attempt_submitted", Verb.SUBMITTED, {"attempt": 812}),
        ("\\mod_assign\\event\\assessable_submitted", Verb.SUBMITTED, {"attempt": 1}),
        ("\\mod_forum\\event\\discussion_created", Verb.POSTED, {"post": "discussion-4"}),
        ("\\mod_forum\\event\\post_created", Verb.POSTED, {"post": "44"}),
        ("\\mod_forum\\event\\discussion_subscription_created", Verb.INTERACTED, {"activity_type": ActivityType.FORUM}),
    ],
)
def test_events_of_moodle_mean(tmp_path: Path, name: str, verb: Verb, more: dict[str, Any]) -> None:
    row = next(row for row in week() if row.name == name)
    for path in (write_log(tmp_path / "log.csv", [row]), write_report(tmp_path / "report.csv", [row])):
        (event,), _ = read([path], course=3)
        assert isinstance(event, LearningEvent)
        assert event.verb is verb
        assert {field: getattr(event, field) for field in more} == more
        assert event.occurred_at == datetime.fromtimestamp(row.at, UTC)


def test_people_and_activities_are_called_as_a_live_feed_of_statements_calls_them(tmp_path: Path) -> None:
    row = next(row for row in week() if row.name == "\\mod_quiz\\event\\course_module_viewed")
    (event,), _ = read([write_log(tmp_path / "log.csv", [row])])
    source = Source(SourceId(1), OrganisationId(1), "north", "moodle", SITE, frozenset(Topic))
    statement = (
        b'{"actor": {"account": {"homePage": "https://moodle.example", "name": "5"}},'
        b'"verb": {"id": "http://id.tincanapi.com/verb/viewed"}, "timestamp": "2026-03-02T09:30:00+01:00",'
        b'"object": {"id": "https://moodle.example/mod/quiz/view.php?id=20",'
        b'"definition": {"type": "http://adlnet.gov/expapi/activities/assessment"}}, "context": {"contextActivities":'
        b'{"grouping": [{"id": "https://moodle.example/course/view.php?id=3",'
        b'"definition": {"type": "http://id.tincanapi.com/activitytype/lms/course"}}]}}}'
    )
    live = xapi.decode_statement(statement, source)
    assert isinstance(event, LearningEvent)
    assert isinstance(live, LearningEvent)
    for field in ("verb", "person", "course", "activity", "activity_type"):
        assert getattr(event, field) == getattr(live, field), field


def test_ids_come_from_the_row_of_the_log_and_overlapping_exports_share_them(tmp_path: Path) -> None:
    rows = week()
    one, _ = read([write_log(tmp_path / "one.csv", rows[:50])])
    other, _ = read([write_log(tmp_path / "other.csv", rows[30:])])
    whole, _ = read([write_log(tmp_path / "whole.csv", reversed(rows))])
    assert {e.id: e for e in [*one, *other]} == {e.id: e for e in whole}
    assert len({e.id for e in one} & {e.id for e in other}) == 20


def test_overlapping_reports_share_ids_where_both_hold_the_whole_minute(tmp_path: Path) -> None:
    rows = sorted(week(), key=lambda row: row.at)
    middle = rows[40].at
    one, _ = read([write_report(tmp_path / "one.csv", [r for r in rows if r.at <= middle])], course=3)
    other, _ = read([write_report(tmp_path / "other.csv", [r for r in rows if r.at >= rows[20].at])], course=3)
    oldest_first = write_table(tmp_path / "up.csv", REPORT, [row.as_report() for row in rows])
    whole, _ = read([oldest_first], course=3)
    assert {e.id: e for e in [*one, *other]} == {e.id: e for e in whole}


def test_a_report_that_is_in_no_order_of_time_is_refused_with_its_line(tmp_path: Path) -> None:
    rows = [week()[0]] * 4
    times = [0, 86_400, 2 * 86_400, 600]
    shuffled = [
        Row(n, row.name, row.says, row.at + time) for n, (row, time) in enumerate(zip(rows, times, strict=True))
    ]
    path = write_table(tmp_path / "report.csv", REPORT, [row.as_report() for row in shuffled])
    with pytest.raises(FileError, match=r"^report\.csv, line 5: its rows are not in the order of time"):
        read([path])


def test_the_hour_that_comes_twice_is_in_order(tmp_path: Path) -> None:
    begin = int(datetime(2025, 10, 25, 22, 0, tzinfo=UTC).timestamp())
    view = week()[0]
    rows = [Row(n, view.name, view.says, begin + 600 * n) for n in range(40)]
    events, notes = read([write_report(tmp_path / "report.csv", rows)])
    assert len({event.id for event in events}) == 40
    assert notes.problems == []


@pytest.mark.parametrize(
    ("form", "wish"),
    [
        ("%d/%m/%y, %H:%M:%S", {}),
        ("%d/%m/%y, %H:%M", {}),
        ("%d %B %Y, %I:%M:%S %p", {}),
        ("%d.%m.%Y, %H:%M", {"time_format": "%d.%m.%Y, %H:%M"}),
    ],
)
def test_times_of_reports_are_local_in_the_forms_of_several_versions(
    tmp_path: Path, form: str, wish: dict[str, str]
) -> None:
    row = week()[0]
    (event,), _ = read([write_report(tmp_path / "report.csv", [row], form)], **wish)
    at = datetime.fromtimestamp(row.at, UTC)
    assert event.occurred_at == at.replace(second=at.second if "%S" in form else 0)


def test_days_behind_the_month_are_known_by_the_whole_file(tmp_path: Path) -> None:
    rows = [Row(n, week()[0].name, week()[0].says, week()[0].at + n * 86_400) for n in range(20)]
    events, notes = read([write_report(tmp_path / "report.csv", rows, "%m/%d/%y, %H:%M:%S")])
    assert sorted(event.occurred_at for event in events if event.occurred_at) == [
        datetime.fromtimestamp(row.at, UTC) for row in rows
    ]
    assert notes.problems == []


def test_a_report_of_the_whole_site_needs_a_table_to_know_the_courses(tmp_path: Path) -> None:
    rows = [row for row in week() if row.module is not None]
    site = write_table(tmp_path / "site.csv", ("Course", *REPORT), [("ALG", *row.as_report()) for row in rows[:1]])
    _, notes = read([site])
    (problem,) = notes.problems
    assert str(problem).startswith("site.csv, line 2, column course: no table says which course that is")
    courses = write_table(tmp_path / "mdl_course.csv", ("id", "shortname", "fullname"), [(3, "ALG", "Algebra")])
    events, notes = read([site, courses])
    assert notes.problems == []
    assert Identifier(SITE, "course", f"{SITE}/course/view.php?id=3") in {
        event.course for event in events if isinstance(event, LearningEvent)
    }


def test_a_report_of_which_nobody_knows_the_course_is_refused(tmp_path: Path) -> None:
    row = next(row for row in week() if row.name == "\\mod_page\\event\\course_module_viewed")
    path = write_report(tmp_path / "report.csv", [row])
    with pytest.raises(FileError, match="no row says which course the report is of; say it with --course"):
        read([path])


def test_work_that_a_teacher_hands_in_is_the_learners(tmp_path: Path) -> None:
    row = next(row for row in week() if "assessable" in row.name)
    on_behalf = Row(1, row.name, row.says, row.at, 2, module=23, about=9, related=7)
    (event,), _ = read([write_log(tmp_path / "log.csv", [on_behalf])])
    assert isinstance(event, LearningEvent)
    assert event.person.value == "7"
    events, notes = read([write_report(tmp_path / "report.csv", [on_behalf])], course=3)
    assert events == []
    assert notes.left_out == {ON_BEHALF: 1}, "the report has the learner's name only"


def test_what_is_kept_anonymous_stays_so(tmp_path: Path) -> None:
    row = week()[0]
    events, notes = read([write_log(tmp_path / "log.csv", [Row(1, row.name, row.says, row.at, anonymous=1)])])
    assert events == []
    assert notes.left_out == {ANONYMOUS: 1}


def test_what_lies_outside_of_courses_is_called_so(tmp_path: Path) -> None:
    says = "The user with id '{user}' has logged in."
    rows = [Row(n, "\\core\\event\\user_loggedin", says, week()[0].at + n, course=0) for n in range(1, 4)]
    described, *events = read([write_log(tmp_path / "log.csv", rows)])[0]
    assert isinstance(described, CourseDescribed)
    assert described.title == "Outside of courses"
    assert [event.course for event in events if isinstance(event, LearningEvent)] == [described.course] * 3


def test_events_lose_nothing_on_their_way_through_the_transport(tmp_path: Path) -> None:
    source = Source(SourceId(1), OrganisationId(1), "north", "moodle", SITE, frozenset(Topic))
    events, _ = read([write_log(tmp_path / "log.csv", week())])
    assert [native.decode(native.encode(event, SITE), kind_of(event), source) for event in events] == events


def test_kinds_that_nobody_knows_are_counted_and_named(tmp_path: Path) -> None:
    row = Row(1, "\\mod_choice\\event\\answer_created", "", week()[0].at, module=40)
    (event,), notes = read([write_log(tmp_path / "log.csv", [row])])
    assert isinstance(event, LearningEvent)
    assert event.verb is Verb.INTERACTED
    assert notes.unknown == {"\\mod_choice\\event\\answer_created": 1}


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("timecreated", "yesterday", "no whole number: 'yesterday'"),
        ("timecreated", "", "no time stands there"),
        ("timecreated", "12", "no time that can be right: '12'"),
        ("timecreated", "9" * 30, "beyond all measure"),
        ("userid", "anna", "no whole number: 'anna'"),
        ("id", "", "nothing stands there"),
        ("id", "-4", "no number of a row"),
    ],
)
def test_a_bad_value_is_named_with_line_and_column(tmp_path: Path, column: str, value: str, reason: str) -> None:
    rows = [list(row.as_table()) for row in week()[:3]]
    rows[1][LOG.index(column)] = value
    events, notes = read([write_table(tmp_path / "log.csv", LOG, rows)])
    assert len(events) == 2
    (problem,) = notes.problems
    assert str(problem).startswith(f"log.csv, line 3, column {column}: {reason}")


def test_a_missing_column_is_named_beside_those_that_are_there(tmp_path: Path) -> None:
    without = [name for name in LOG if name != "timecreated"]
    path = write_table(tmp_path / "log.csv", without, [])
    with pytest.raises(FileError, match=r"^log\.csv has no column timecreated; it has: id, eventname, component, "):
        read([path])


def test_a_report_in_another_language_is_read_when_its_columns_are_told(tmp_path: Path) -> None:
    told = {"time": "Zeit", "user full name": "Vollständiger Name", "affected user": "Betroffen"}
    told |= {"event context": "Kontext", "component": "Komponente", "event name": "Ereignis"}
    told |= {"description": "Beschreibung", "origin": "Herkunft", "ip address": "IP"}
    row = week()[0]
    path = write_table(tmp_path / "bericht.csv", [told[name.lower()] for name in REPORT], [row.as_report()])
    with pytest.raises(FileError, match=r"^bericht\.csv is no table that is known here"):
        read([path])
    (event,), _ = read([path], columns=told)
    assert isinstance(event, LearningEvent)
    assert event.verb is Verb.VIEWED
